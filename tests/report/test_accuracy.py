"""How near the estimates come, in numbers that a hand can check."""

from typing import Any

import pytest

from costsvc.reference import scoreboard
from costsvc.report import accuracy
from costsvc.report.figures import peers


def kind(name: str, pairs: list[tuple[float, float]], rows: int, inside: int | None, **more: Any) -> Any:
    """A kind with points of published and predicted figures."""
    points = [{"published": one, "predicted": other, "low": other / 2, "high": other * 2} for one, other in pairs]
    return {"kind": name, "points": points, "rows": rows, "inside": inside, **more}


def test_half_of_the_estimates_are_within_the_median_ratio() -> None:
    near = accuracy.accuracy([kind("hours", [(1, 1), (1, 1.2), (2, 1), (10, 1)], rows=4, inside=3)])
    assert near == accuracy.Accuracy(estimates=4, kinds=1, within_percent=60, ranges=4, inside=3)


def test_a_row_without_an_answer_is_a_miss() -> None:
    near = accuracy.accuracy([kind("hours", [(1, 1), (1, 1.5)], rows=3, inside=2)])
    assert (near.estimates, near.within_percent, near.inside) == (3, 50, 2)


def test_the_headline_is_of_measured_figures_of_unseen_publications() -> None:
    board: Any = {
        "by_source": [
            kind("another source: hours", [(1, 1.1)], 1, 1),
            kind("training: energy, source left out", [(1, 1.3)], 1, 0),
            kind("training: energy, sizes only, source left out", [(1, 9)], 1, 0),
            kind("another source: dollars of a call", [(1, 1)], 1, None),
            kind("hosted open models, size hidden: energy", [(1, 9)], 1, 0),
            kind("plausibility: footprints", [(1, 9)], 1, 0),
        ]
    }
    assert accuracy.of_unseen(board) == accuracy.Accuracy(estimates=2, kinds=2, within_percent=20, ranges=2, inside=1)


@pytest.mark.parametrize(
    ("name", "title", "way"),
    [
        ("another source: hours from tokens", "Hours from tokens", "no fit uses the publication"),
        ("training: chip power, source left out", "Training: chip power", "fitted again without the publication"),
        ("arithmetic: kg from kWh", "Arithmetic: kg from kWh", ""),
    ],
)
def test_a_kind_is_said_in_words(name: str, title: str, way: str) -> None:
    assert (accuracy.title_of(name), accuracy.way_of(name)) == (title, way)


@pytest.mark.parametrize(
    ("holds", "inside", "verdict"),
    [(True, 9, "as wide as they should be"), (False, 5, "too narrow"), (False, 10, "too wide"), (None, 9, "")],
)
def test_a_verdict_says_which_way_ranges_are_wrong(holds: bool | None, inside: int, verdict: str) -> None:
    one = kind("hours", [], 10, inside, holds=holds, may_be={"least": 7, "most": 9})
    assert accuracy.verdict_of(one) == verdict


def test_each_comparison_with_another_estimator_is_drawn_once() -> None:
    board = scoreboard.read()
    drawn = [pair for by in (True, False) for pair in accuracy.compared(board, by_source=by)]
    assert len({one["kind"] for one, _ in drawn}) == len(drawn)
    counterparts = {one["kind"].removesuffix(scoreboard.LEFT_OUT) for one, _ in drawn}
    assert counterparts | {one["kind"] for one, _ in drawn} >= {
        one["kind"] for one in board["peers"] if accuracy.VARIANT not in one["kind"]
    }


def test_a_panel_has_the_service_first_with_the_reach_of_its_ranges() -> None:
    spec: Any = peers.peers(scoreboard.read(), by_source=True)
    for panel in spec["vconcat"]:
        ours, *others = panel["data"]["values"]
        assert ours["name"] == peers.OURS
        assert ours["range_factor"] >= 1
        assert others
        assert all(one["range_factor"] is None for one in others)
