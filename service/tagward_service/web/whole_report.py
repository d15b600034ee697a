"""The dashboard as one file: readiness, gaps, tags and teams, with nothing to load and nothing that runs."""

from __future__ import annotations

from base64 import b64encode
from hashlib import sha256

from markupsafe import Markup

from tagward_service.store.gap_interface import GapPage
from tagward_service.web.asked import GapsAsked, TeamsAsked
from tagward_service.web.board import Board
from tagward_service.web.charts.drawing import draw
from tagward_service.web.pages import gaps, readiness, tags, teams
from tagward_service.web.rendering import HERE, page
from tagward_service.web.site import Site

MOST_GAPS = 100
"""So many gaps are listed, the dearest; CSV has all of them."""


def whole_report(board: Board, dearest: GapPage) -> str:
    """Write the pages of a board and its dearest gaps as one HTML file."""
    css = "\n" + (HERE / "style.css").read_text(encoding="utf-8")
    return page(
        "whole.html",
        Site(is_file=True),
        draw,
        title=f"{board.policy.name} as of {board.as_of}",
        current="",
        board=board,
        css=Markup(css),  # noqa: S704  (our own style sheet)
        policy=_only(css),
        readiness=readiness.view(board),
        gaps=gaps.view(board, GapsAsked(), dearest),
        tags=tags.view(board),
        teams=teams.view(board, TeamsAsked()),
        groups=teams.GROUPS,
    )


def _only(css: str) -> str:
    """Allow this style and nothing else (CSP, hash-source)."""
    digest = b64encode(sha256(css.encode()).digest()).decode()
    return (
        f"default-src 'none'; style-src 'sha256-{digest}'; img-src data:; base-uri 'none'; form-action 'none'"
    )
