"""The pages of the service: each method answers one address."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator, Mapping
from typing import Annotated
from urllib.parse import unquote, urlencode

from fastapi import FastAPI, Path
from starlette.requests import Request
from starlette.responses import Response

from tagward_service.api.access import Access
from tagward_service.api.problems import ApiError
from tagward_service.api.store_endpoints import StoreEndpoints
from tagward_service.api.store_queries import LARGEST
from tagward_service.web.answering import FOREVER, HEADERS, LOGIN, answer, error_page, site_of, style
from tagward_service.web.asked import (
    GapsAsked,
    NothingAsked,
    ReadinessAsked,
    TeamChargesAsked,
    TeamsAsked,
    asked,
)
from tagward_service.web.board import Board
from tagward_service.web.charts.chart import Chart
from tagward_service.web.desk import Desk
from tagward_service.web.entrance import Entrance
from tagward_service.web.pages import disputes, findings, gaps, readiness, tags, teams
from tagward_service.web.pages.findings import FindingsAsked
from tagward_service.web.rendering import page

FindingId = Annotated[int, Path(ge=1, le=LARGEST)]

_CSV = "text/csv; charset=utf-8; header=present"
_OF_PAGES = ("page", "group", "sort", "limit", "cursor")
"""Parameters that say how rows are shown, and not which."""


class Pages:
    """The pages over one desk."""

    def __init__(self, desk: Desk, entrance: Entrance, exports: StoreEndpoints) -> None:
        self._desk = desk
        self._entrance = entrance
        self._exports = exports

    async def readiness(self, request: Request) -> Response:
        """Show whether costs may be charged back."""
        board = await self._board(request)
        query = asked(request, ReadinessAsked)
        view = readiness.view(board, query.period)
        return await self._shown(request, "readiness", "Readiness", board, view, view.charts)

    async def gaps(self, request: Request) -> Response:
        """List what each resource costs that nobody can be charged for."""
        board = await self._board(request)
        query = asked(request, GapsAsked)
        found = await self._desk.gaps(request, query.wanted(), query.sort, gaps.SIZE, gaps.offset_of(query))
        return await self._shown(request, "gaps", "Gaps", board, gaps.view(board, query, found))

    async def gaps_csv(self, request: Request) -> Response:
        """Give all gaps that are asked for as CSV."""
        self._entrance.admit(request)
        query = asked(request, GapsAsked)
        job = self._desk.gaps_export(query.wanted(), query.sort)
        return await self._exports.export(request, job, "gaps.csv")

    async def findings(self, request: Request) -> Response:
        """List findings."""
        board = await self._board(request)
        query = asked(request, FindingsAsked)
        wanted = query.wanted(board.policy.name)
        listed = await self._desk.listed(request, wanted, query.sort, query.limit, query.cursor)
        view = findings.view(board, query, listed)
        return await self._shown(request, "findings", "Findings", board, view)

    async def findings_csv(self, request: Request) -> Response:
        """Give all findings that are asked for as CSV."""
        self._entrance.admit(request)
        query = asked(request, FindingsAsked)
        return await self._exports.findings(request, findings.export_of(query))

    async def finding(self, request: Request, number: FindingId) -> Response:
        """Show one finding with its life."""
        board = await self._board(request)
        asked(request, NothingAsked)
        view = findings.view_of(board, await self._desk.finding(request, number))
        return await self._shown(request, "findings", view.finding.message, board, view, template="finding")

    async def tags(self, request: Request) -> Response:
        """Show how far each tag is."""
        board = await self._board(request)
        asked(request, NothingAsked)
        return await self._shown(request, "tags", "Tags", board, tags.view(board))

    async def tag(self, request: Request, name: str) -> Response:
        """Show one tag."""
        board = await self._board(request)
        asked(request, NothingAsked)
        view = tags.view_of(board, name)
        if view is None:
            raise ApiError("not-found", "the policy has no such tag")
        return await self._shown(request, "tags", view.tag.id, board, view, template="tag")

    async def teams(self, request: Request) -> Response:
        """Show what teams cost."""
        return await self._costs(request, "")

    async def team(self, request: Request, team: str) -> Response:
        """Show what one team costs."""
        return await self._costs(request, team)

    async def teams_csv(self, request: Request) -> Response:
        """Give the charges as CSV, those of one team where `team` names it."""
        board = await self._board(request)
        query = asked(request, TeamChargesAsked)
        return _csv("charges.csv", teams.as_csv(board, query, query.team))

    async def disputes(self, request: Request) -> Response:
        """List costs that teams say are not theirs."""
        board = await self._board(request)
        query = asked(request, disputes.DisputesAsked)
        view = disputes.view(board, query, await self._desk.disputes(request, query))
        return await self._shown(request, "disputes", "Disputes", board, view)

    async def exemptions(self, request: Request) -> Response:
        """Show the exemptions of the policy."""
        return await self._plain(request, "exemptions", "Exemptions")

    async def scans(self, request: Request) -> Response:
        """Show scans and the quality of the data."""
        return await self._plain(request, "scans", "Scans and data quality")

    async def definitions(self, request: Request) -> Response:
        """Explain every figure."""
        return await self._plain(request, "definitions", "Definitions")

    async def _costs(self, request: Request, team: str) -> Response:
        board = await self._board(request)
        query = asked(request, TeamsAsked)
        if team and team not in teams.teams_of(board):
            raise ApiError("not-found", "no team of this name has a cost")
        view = teams.view(board, query, team)
        charts = view.charts if view else ()
        return await self._shown(request, "teams", team or "Teams", board, view, charts)

    async def _plain(self, request: Request, name: str, title: str) -> Response:
        board = await self._board(request)
        asked(request, NothingAsked)
        return await self._shown(request, name, title, board, None)

    async def _board(self, request: Request) -> Board:
        self._entrance.admit(request)
        return await self._desk.board()

    async def _shown(
        self,
        request: Request,
        name: str,
        title: str,
        board: Board,
        view: object,
        charts: tuple[Chart, ...] = (),
        template: str = "",
    ) -> Response:
        """Render a page with those of its charts that are there in a moment."""
        easel = self._desk.easel
        await easel.glance(charts)
        site = site_of(request)
        template = f"{template or name}.html"
        values = {"title": title, "current": name, "board": board, "view": view}
        more = {"groups": teams.GROUPS, "csv": _csv_of(request)}
        return answer(page(template, site, easel.__getitem__, **values, **more))


async def _style(request: Request) -> Response:
    """Give the style sheet, for ever: another one has another name."""
    name, content = style()
    if request.url.path != name:
        raise ApiError("not-found", "there is no such file")
    return Response(content, headers={**HEADERS, "cache-control": FOREVER}, media_type="text/css")


def _csv(name: str, content: Iterator[str]) -> Response:
    headers = {**HEADERS, "content-disposition": f'attachment; filename="{name}"'}
    return Response("".join(content).encode("utf-8", "backslashreplace"), headers=headers, media_type=_CSV)


def _csv_of(request: Request) -> str:
    """Return where the rows of a page are as CSV, with the same filters."""
    path, _, team = request.url.path.removeprefix("/").partition("/")
    left = [(name, value) for name, value in request.query_params.multi_items() if name not in _OF_PAGES]
    query = urlencode([*left, ("team", unquote(team))] if team else left)
    return f"/{path}.csv" + (f"?{query}" if query else "")


def add_pages(app: FastAPI, desk: Desk, access: Access, exports: StoreEndpoints) -> None:
    """Add the pages, the door and the style sheet to an application."""
    entrance = Entrance(access)
    pages = Pages(desk, entrance, exports)
    shown: Mapping[str, Callable[..., Awaitable[Response]]] = {
        "/": pages.readiness,
        "/gaps": pages.gaps,
        "/gaps.csv": pages.gaps_csv,
        "/findings": pages.findings,
        "/findings.csv": pages.findings_csv,
        "/findings/{number}": pages.finding,
        "/tags": pages.tags,
        "/tags/{name}": pages.tag,
        "/teams": pages.teams,
        "/teams.csv": pages.teams_csv,
        "/teams/{team:path}": pages.team,
        "/disputes": pages.disputes,
        "/exemptions": pages.exemptions,
        "/scans": pages.scans,
        "/definitions": pages.definitions,
        LOGIN: entrance.form,
        "/assets/{name}": _style,
    }
    for path, endpoint in shown.items():
        app.add_api_route(path, endpoint, methods=["GET"], include_in_schema=False, response_model=None)
    for path, endpoint in {LOGIN: entrance.login, "/logout": entrance.logout}.items():
        app.add_api_route(path, endpoint, methods=["POST"], include_in_schema=False, response_model=None)
    app.state.error_page = error_page
