"""The documentation as one page, made of the OpenAPI document; nothing of it comes from elsewhere."""

from __future__ import annotations

import json
from collections.abc import Iterator
from html import escape
from typing import Any

from tagward_service.api.problems import KINDS

Document = dict[str, Any]

_STYLE = """
body { font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }
pre { background: #8881; padding: .8rem; overflow: auto; max-height: 24rem; } code { font-size: .95em; }
table { border-collapse: collapse; }
td, th { text-align: left; padding: .2rem 1rem .2rem 0; vertical-align: top; }
:root { color-scheme: light dark; } h2 { margin-top: 2.5rem; } :target { background: #fd04; }
"""


def page(document: Document) -> str:
    """Write the page, in HTML."""
    about = document["info"]
    return (
        "<!doctype html><html lang=en><meta charset=utf-8><meta name=viewport content='width=device-width'>"
        f"<title>{escape(about['title'])}</title><style>{_STYLE}</style>"
        f"<h1>{escape(about['title'])} {escape(about['version'])}</h1><p>{_text(about['description'])}</p>"
        f"<p>As data: <a href=/openapi.json>/openapi.json</a></p>{''.join(_operations(document))}"
        f"<h2>Errors</h2>{''.join(_errors())}</html>\n"
    )


def _operations(document: Document) -> Iterator[str]:
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            name = escape(operation["operationId"])
            yield f"<h2 id={name}><code>{method.upper()} {escape(path)}</code></h2>"
            yield f"<p><b>{escape(operation['summary'])}.</b> {_text(operation['description'])}</p>"
            yield from _parameters(operation)
            yield from _examples("Send", operation.get("requestBody", {}).get("content", {}))
            yield from _examples("Answer", operation["responses"]["200"]["content"])


def _parameters(operation: Document) -> Iterator[str]:
    rows = [
        f"<tr><td><code>{escape(each['name'])}</code><td>{_values(each['schema'])}"
        f"<td>{_text(each.get('description', ''))}"
        for each in operation.get("parameters", ())
    ]
    if rows:
        yield f"<table><tr><th>parameter<th>values<th>{''.join(rows)}</table>"


def _values(schema: Document) -> str:
    words = schema.get("enum") or [schema.get("format") or schema.get("type", "")]
    return " ".join(f"<code>{escape(str(word))}</code>" for word in words)


def _examples(title: str, content: Document) -> Iterator[str]:
    for media, about in content.items():
        example = about["example"]
        shown = example if isinstance(example, str) else json.dumps(example, indent=2, ensure_ascii=False)
        yield f"<p>{title} <code>{escape(media)}</code>:</p><pre>{escape(shown)}</pre>"


def _errors() -> Iterator[str]:
    for name, kind in KINDS.items():
        yield f"<h3 id={name}>{kind.status} {escape(kind.title)}</h3><p>{_text(kind.meaning)}</p>"


def _text(text: str) -> str:
    """Set what stands in backticks as code."""
    parts = text.split("`")
    return "".join(
        f"<code>{escape(part)}</code>" if at % 2 else escape(part) for at, part in enumerate(parts)
    )
