"""The server: a call goes through the faults, then to a stand-in, and else to moto."""

import json
import os
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from io import BytesIO
from threading import Lock, Thread
from typing import Any

from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app
from werkzeug.serving import WSGIRequestHandler, make_server
from werkzeug.wrappers import Response

from tagward_service.sources.aws.tables import SERVICES
from tests.service.sources.aws.cloud.calls import Answer, Call, called, nothing, refusal

Fault = Callable[[Call, bytes], Answer | None]
StandIn = Callable[[Call, bytes, Mapping[str, Any]], Answer]
LISTS = {f"{api.client}:{kind.list}" for apis in SERVICES.values() for api in apis for kind in api.kinds}
UNKNOWN = {"resource-explorer-2"}
"""Services that moto has nothing of."""

ENVIRONMENT = {
    "AWS_ACCESS_KEY_ID": "testing",
    "AWS_SECRET_ACCESS_KEY": "testing",
    "AWS_DEFAULT_REGION": "us-east-1",
    "AWS_CONFIG_FILE": os.devnull,
    "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
    "AWS_EC2_METADATA_DISABLED": "true",
}


class Cloud:
    """What the server does, and what it was asked.

    `lacking` are the calls that moto does not know: a list is empty then, anything else is refused.
    """

    def __init__(self) -> None:
        self.url = ""
        self.calls: Counter[str] = Counter()
        self.lacking: set[str] = set()
        self.faults: list[Fault] = []
        self.stand_ins: dict[str, StandIn] = {"kinesis:ListTagsForResource": tags_of_stream}
        self._lock = Lock()
        self._moto = DomainDispatcherApplication(_strict)

    def environment(self) -> dict[str, str]:
        """Return what a process needs in its environment to take this for AWS."""
        return {**ENVIRONMENT, "AWS_ENDPOINT_URL": self.url}

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        """Answer one request."""
        body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        environ["wsgi.input"] = BytesIO(body)
        call = called(environ, body)
        answer = None if call is None else self._answer(call, body, environ)
        if answer is not None:
            return Response(answer.body, answer.status, content_type=answer.type)(environ, start_response)
        return self._from_moto(call, environ, start_response)

    def _answer(self, call: Call, body: bytes, environ: Mapping[str, Any]) -> Answer | None:
        with self._lock:
            self.calls[call.name] += 1
            faulty = next((found for fault in self.faults if (found := fault(call, body))), None)
        if faulty or call.name not in self.stand_ins:
            return faulty
        return self.stand_ins[call.name](call, body, environ)

    def _from_moto(self, call: Call | None, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        response = None
        if call is None or call.client not in UNKNOWN:
            with suppress(NotImplementedError):
                response = Response.from_app(self._moto, environ, buffered=True)
        if call is not None and (response is None or response.data.startswith(b"<!doctype html>")):
            self.lacking.add(call.name)
            answer = nothing(call) if call.name in LISTS else refusal(call, "NotImplemented", "moto", 501)
            response = Response(answer.body, answer.status, content_type=answer.type)
        assert response is not None
        return response(environ, start_response)


class _Handler(WSGIRequestHandler):
    protocol_version = "HTTP/1.1"

    def log(self, type: str, message: str, *args: Any) -> None:  # noqa: A002
        pass


@contextmanager
def running() -> Iterator[Cloud]:
    """Run the server on a port of loopback; what moto holds is forgotten before and after."""
    cloud = Cloud()
    os.environ["MOTO_EC2_LOAD_DEFAULT_AMIS"] = "false"
    server = make_server("127.0.0.1", 0, cloud, threaded=True, request_handler=_Handler)
    cloud.url = f"http://127.0.0.1:{server.server_port}"
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        forget()
        yield cloud
    finally:
        forget()
        server.shutdown()
        thread.join()
        server.server_close()
        del os.environ["MOTO_EC2_LOAD_DEFAULT_AMIS"]


def tags_of_stream(call: Call, body: bytes, environ: Mapping[str, Any]) -> Answer:
    """Answer for moto, which knows only the older way to ask for the tags of a stream."""
    from moto.kinesis.models import kinesis_backends

    arn = json.loads(body)["ResourceARN"]
    stream = kinesis_backends[arn.split(":")[4]][call.region].describe_stream(arn, None)
    tags = [{"Key": key, "Value": value} for key, value in stream.tags.items()]
    return Answer(200, json.dumps({"Tags": tags}).encode(), "application/json")


def forget() -> None:
    """Forget everything that moto holds."""
    from moto.core.base_backend import BackendDict
    from moto.core.model_instances import reset_model_data

    BackendDict.reset()
    reset_model_data()


def _strict(service: Any) -> Any:
    app = create_backend_app(service)
    app.config["PROPAGATE_EXCEPTIONS"] = True
    return app
