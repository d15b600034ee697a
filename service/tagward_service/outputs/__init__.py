"""The outputs of a report: one module each, and the one place that knows them all."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal, TextIO, assert_never, get_args

from msgspec import Struct

from tagward_service.report import Report

Format = Literal["text", "json", "sarif", "junit", "github", "gitlab", "markdown", "html"]
FORMATS: tuple[Format, ...] = get_args(Format)

Render = Callable[[Report, TextIO], None]


class Style(Struct, frozen=True):
    """How text is shown to people; other formats are the same for everybody."""

    color: bool = False
    unicode: bool = True
    quiet: bool = False


def renderer(name: Format, style: Style) -> Render:
    """Return the function that writes a report in a format."""
    match name:
        case "text":
            from tagward_service.outputs.text import renderer_for

            return renderer_for(style)
        case "json":
            from tagward_service.outputs.json_report import render as render_json

            return render_json
        case "sarif":
            from tagward_service.outputs.sarif import render as render_sarif

            return render_sarif
        case "junit":
            from tagward_service.outputs.junit import render as render_junit

            return render_junit
        case "github":
            from tagward_service.outputs.github import render as render_github

            return render_github
        case "gitlab":
            from tagward_service.outputs.gitlab import render as render_gitlab

            return render_gitlab
        case "markdown":
            from tagward_service.outputs.markdown import render as render_markdown

            return render_markdown
        case "html":
            from tagward_service.outputs.html import render as render_html

            return render_html
        case _:
            assert_never(name)
