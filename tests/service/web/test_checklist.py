"""The checklist of the first page agrees with `tagward readiness --by cost`."""

from msgspec.structs import replace

from tagward_service.web.board import Board
from tagward_service.web.pages.checklist import Check, checklist
from tests.service.web.harness import Web


def closed(board: Board) -> Check:
    return next(each for each in checklist(board) if each.term == "closed")


def without(board: Board, *periods: str) -> Board:
    assert board.costs
    report = board.costs.report
    left = [each for each in report.periods if each.period not in periods]
    return replace(board, costs=replace(board.costs, report=replace(report, periods=left)))


def test_three_closed_months_in_a_row_none_missing_between_them(web: Web) -> None:
    board = replace(web.run(web.desk.board), threshold=1.0)
    assert closed(board).state == "holds"
    assert closed(board).said.startswith("11 in a row at 1 %")
    assert closed(without(board, "2026-07")).said.startswith("3 in a row")
    missing = closed(without(board, "2026-09"))
    assert (missing.state, missing.said[:11]) == ("fails", "1 of 3 at 1")


def test_months_below_the_threshold_end_the_row(web: Web) -> None:
    board = replace(web.run(web.desk.board), threshold=100.0)
    assert closed(board).said.startswith("0 of 3 at 100 %")
