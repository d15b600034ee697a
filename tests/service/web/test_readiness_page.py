"""The first page: its checklist agrees with `tagward readiness --by cost`, its table stays short."""

from datetime import timedelta

from msgspec.structs import replace

from tagward_service.web.board import Board
from tagward_service.web.pages.checklist import Check, checklist
from tagward_service.web.pages.readiness import view
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


def test_of_many_days_the_table_has_the_newest_and_the_ends_of_months(web: Web) -> None:
    board = web.run(web.desk.board)
    last = board.coverage.trend[-1]
    nights = [replace(last, day=last.day - timedelta(days=back)) for back in range(99, -1, -1)]
    shown = view(replace(board, coverage=replace(board.coverage, trend=nights))).days
    assert [each.day for each in shown[:14]] == [each.day for each in nights[:-15:-1]]
    assert [f"{each.day:%m-%d}" for each in shown[14:]] == ["10-31", "09-30", "08-31"]
