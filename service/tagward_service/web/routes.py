"""The pages of the service: each method answers one address."""

from __future__ import annotations

from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import Response

from tagward_service.api.access import Access
from tagward_service.api.problems import ApiError
from tagward_service.web.answering import FOREVER, HEADERS, LOGIN, answer, error_page, site_of, style
from tagward_service.web.asked import ReadinessAsked, asked
from tagward_service.web.board import Board
from tagward_service.web.charts.chart import Chart
from tagward_service.web.desk import Desk
from tagward_service.web.entrance import Entrance
from tagward_service.web.pages import readiness
from tagward_service.web.rendering import page


class Pages:
    """The pages over one desk."""

    def __init__(self, desk: Desk, entrance: Entrance) -> None:
        self._desk = desk
        self._entrance = entrance

    async def readiness(self, request: Request) -> Response:
        """Show whether costs may be charged back."""
        board = await self._board(request)
        query = asked(request, ReadinessAsked)
        view = readiness.view(board, query.period)
        return await self._shown(request, "readiness", "Readiness", board, view, view.charts)

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
        return answer(
            page(template, site, easel.__getitem__, title=title, current=name, board=board, view=view)
        )


async def _style(request: Request) -> Response:
    """Give the style sheet, for ever: another one has another name."""
    name, content = style()
    if request.url.path != name:
        raise ApiError("not-found", "there is no such file")
    return Response(content, headers={**HEADERS, "cache-control": FOREVER}, media_type="text/css")


def add_pages(app: FastAPI, desk: Desk, access: Access) -> None:
    """Add the pages, the door and the style sheet to an application."""
    entrance = Entrance(access)
    pages = Pages(desk, entrance)
    for path, page_of in {"/": pages.readiness, LOGIN: entrance.form, "/assets/{name}": _style}.items():
        app.add_api_route(path, page_of, methods=["GET"], include_in_schema=False, response_model=None)
    for path, done in {LOGIN: entrance.login, "/logout": entrance.logout}.items():
        app.add_api_route(path, done, methods=["POST"], include_in_schema=False, response_model=None)
    app.state.error_page = error_page
