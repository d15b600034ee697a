"""The one function that a scan calls when it has ended: tell a webhook, a file, or both."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from msgspec import Struct

from tagward.errors import TagwardError
from tagward_service.notify.news import news
from tagward_service.notify.webhook import NotSentError, Webhook, post
from tagward_service.notify.words import markdown, slack
from tagward_service.scan.told import Told
from tagward_service.store.interface import Store


class Telling(Struct, frozen=True):
    """Whom to tell; `always` also when nothing has changed."""

    webhooks: tuple[Webhook, ...] = ()
    file: Path | None = None
    always: bool = False


def tell(
    store: Store,
    told: Told,
    telling: Telling,
    *,
    write: Callable[[Path, str], object],
    send: Callable[[Webhook, dict[str, object]], object] = post,
) -> list[str]:
    """Tell what a scan has changed, and return what could not be told: a scan is none the worse for it.

    The file is written whatever happened; webhooks hear only of changes, and of what could not be scanned.
    """
    heard = news(store, told)
    faults = []
    if telling.file is not None:
        try:
            write(telling.file, markdown(heard))
        except TagwardError as error:
            faults.append(str(error))
    for webhook in telling.webhooks if heard.changed or telling.always else ():
        try:
            send(webhook, slack(heard))
        except NotSentError as error:
            faults.append(str(error))
    return faults
