"""The scoreboard that ships with the package: how close estimates came to published figures."""

import json
from pathlib import Path
from typing import NamedTuple, TypedDict

STORED = Path(__file__).with_name("scoreboard.json")
"""Written by ``costsvc data validate --docs``."""
ANOTHER = "another source: "
"""Prefix of the kinds whose sources are not used in any fit."""


class Point(TypedDict):
    """One published figure and the estimate that answers it, to as many digits as a figure shows."""

    row: str
    published: float
    predicted: float
    low: float
    high: float


class MayBe(TypedDict):
    """Least and most rows inside that a 90 % interval allows."""

    least: int
    most: int


class Kind(TypedDict):
    """The rows of one kind; without an interval there is nothing to be inside of, without a panel no points."""

    kind: str
    unit: str
    rows: int
    median: float
    ninetieth: float
    inside: int | None
    may_be: MayBe | None
    holds: bool | None
    width: float | None
    points: list[Point]


class SourcedPoint(TypedDict):
    """One published figure, who published it, and the estimate that answers it."""

    row: str
    source: str
    published: float
    predicted: float
    low: float
    high: float


class Vote(TypedDict):
    """The rows of one kind that one source published; ``holds`` is null where it has no vote."""

    source: str
    rows: int
    inside: int
    median: float | None
    holds: bool | None


class KindBySource(TypedDict):
    """The rows of one kind, each of a source that no fit has seen.

    Without an interval, or where the figures are no measurements, the kind has no verdict; ``note`` says why not.
    """

    kind: str
    unit: str
    rows: int
    unanswered: int
    sources: int
    median: float | None
    ninetieth: float | None
    inside: int | None
    may_be: MayBe | None
    holds: bool | None
    width: float | None
    sources_holding: int
    sources_of_two_rows: int
    note: str | None
    votes: list[Vote]
    points: list[SourcedPoint]


class UnansweredRow(TypedDict):
    """A row that the service has no estimate for; it counts as a miss."""

    row: str
    kind: str
    source: str
    why: str


class IndispensableSource(TypedDict):
    """A source of the fits that they cannot do without."""

    source: str
    why: str


class UntestedInput(TypedDict):
    """A kind of input that no measurement stands behind."""

    input: str
    what: str
    why: str


class OptionalInput(TypedDict):
    """Rows that state an optional input, each estimated with and without it.

    ``left`` counts the rows whose figure leaves the interval because of the input; ``holds`` is whether they are at
    most a tenth, and ``note`` why the interval is not narrower.
    """

    input: str
    rows: int
    sources: int
    inside_without: int
    inside_with: int
    width_without: float
    width_with: float
    left: int
    narrows: bool
    holds: bool
    note: str | None


class EstimatorComparison(TypedDict):
    """Another estimator and the service on the rows of one kind that both answer."""

    kind: str
    estimator: str
    rows: int
    our_median: float
    our_ninetieth: float
    its_median: float
    its_ninetieth: float


class Estimator(TypedDict):
    """What of another estimator is compared."""

    name: str
    compared: str
    reference: str


class Miss(TypedDict):
    """A row that was missed, with what explains it, if that is known."""

    row: str
    kind: str
    unit: str
    published: float
    predicted: float
    low: float
    high: float
    ratio: float
    why: str | None


class ExcludedRow(TypedDict):
    """A row that is not held against an estimate."""

    row: str
    why: str


class Scoreboard(TypedDict):
    """Everything that the page, the figure and the service show."""

    data_version: str
    by_source: list[KindBySource]
    unanswered: list[UnansweredRow]
    not_left_out: list[IndispensableSource]
    optional_inputs: list[OptionalInput]
    kinds: list[Kind]
    peers: list[EstimatorComparison]
    estimators: list[Estimator]
    misses: list[Miss]
    left_out: list[ExcludedRow]
    not_tested: list[UntestedInput]


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
    another = [kind for kind in board["by_source"] if kind["kind"].startswith(ANOTHER)]
    kinds: list[Kind | KindBySource] = [*another, *board["kinds"]]
    return [_figure_point(kind["kind"], point) for kind in kinds if kind["unit"] for point in kind["points"]]


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
