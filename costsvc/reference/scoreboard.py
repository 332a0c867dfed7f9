"""The scoreboard that ships with the package: how close estimates came to published figures."""

import json
from pathlib import Path
from typing import NamedTuple

from costsvc.answers import validation

STORED = Path(__file__).with_name("scoreboard.json")
"""Written by ``costsvc data validate --docs``."""
ANOTHER = "another source: "
"""Prefix of the kinds whose sources are not used in any fit."""
HOSTED = "hosted open models"
"""Prefix of the kinds whose sources are the organisations that published a model."""
PLAUSIBILITY = "plausibility: "
"""Prefix of the kinds whose published figures lack what an estimate needs."""
LEFT_OUT = ", source left out"
"""Ending of the kinds whose fits were made again without the source."""


Point = validation.ComparedFigure
SourcedPoint = validation.SourcedFigure
MayBe = validation.CountInside
Kind = validation.ComparedKind
Vote = validation.SourceVote
KindBySource = validation.KindBySource
UnansweredRow = validation.RowWithoutAnswer
IndispensableSource = validation.SourceNotLeftOut
UntestedInput = validation.InputNotTested
OptionalInput = validation.OptionalInput
EstimatorComparison = validation.ComparedPeer
Estimator = validation.ComparedEstimator
Miss = validation.Miss
ExcludedRow = validation.RowLeftOut
Scoreboard = validation.Scoreboard


class FigurePoint(NamedTuple):
    """A published figure and its estimate, as the figure shows them.

    Attributes:
        kind: What is compared.
        published: The published figure.
        predicted: The estimate, in the same unit.
        low: Lower end of its 90 % interval.
        high: Upper end.
    """

    kind: str
    published: float
    predicted: float
    low: float
    high: float


def read(path: Path = STORED) -> Scoreboard:
    """A scoreboard that was written.

    Args:
        path: Its file.
    """
    board: Scoreboard = json.loads(path.read_text(encoding="utf-8"))
    for kind in board["kinds"]:
        kind["points"] = [_point(*cells) for cells in kind["points"]]
    for sourced in board["by_source"]:
        sourced["points"] = [_sourced(*cells) for cells in sourced["points"]]
    return board


def points_of(board: Scoreboard) -> list[FigurePoint]:
    """The points that the figure shows, each row once.

    Args:
        board: The scoreboard.
    """
    return [_figure_point(kind["kind"], point) for kind in drawn_kinds(board) for point in kind["points"]]


def drawn_kinds(board: Scoreboard) -> list[Kind | KindBySource]:
    """The kinds that figures show, each row in one of them.

    Args:
        board: The scoreboard.
    """
    another = [kind for kind in board["by_source"] if kind["kind"].startswith((ANOTHER, HOSTED))]
    kinds: list[Kind | KindBySource] = [*another, *board["kinds"]]
    return [kind for kind in kinds if kind["unit"]]


def _figure_point(kind: str, point: Point | SourcedPoint) -> FigurePoint:
    return FigurePoint(
        kind=kind,
        published=point["published"],
        predicted=point["predicted"],
        low=point["low"],
        high=point["high"],
    )


def _point(row: str, published: float, predicted: float, low: float, high: float) -> Point:
    return Point(row=row, published=published, predicted=predicted, low=low, high=high)


def _sourced(row: str, source: str, published: float, predicted: float, low: float, high: float) -> SourcedPoint:
    return SourcedPoint(row=row, source=source, published=published, predicted=predicted, low=low, high=high)
