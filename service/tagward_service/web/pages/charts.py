"""The charts of a board that most visitors will see, to be drawn before they come."""

from __future__ import annotations

from tagward_service.web.asked import TeamsAsked
from tagward_service.web.board import Board
from tagward_service.web.charts.chart import Chart
from tagward_service.web.pages import readiness, teams


def every_chart(board: Board) -> tuple[Chart, ...]:
    """Return the charts of the pages as they are without filters."""
    shares = teams.view(board, TeamsAsked())
    return (*readiness.view(board).charts, *(shares.charts if shares else ()))
