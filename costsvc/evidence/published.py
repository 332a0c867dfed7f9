"""The scoreboard as it travels with the package, since a running service has no published figures to ask about."""

import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, TypedDict

from costsvc.evidence.cases import ANOTHER, Case

STORED = Path(__file__).with_name("scoreboard.json")


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


class NoAnswer(TypedDict):
    """A row that the service has no estimate for; it counts as a miss."""

    row: str
    kind: str
    source: str
    why: str


class NotLeftOut(TypedDict):
    """A source of the fits that they cannot do without."""

    source: str
    why: str


class NotTested(TypedDict):
    """A kind of input that no measurement stands behind."""

    input: str
    what: str
    why: str


class OptionalInput(TypedDict):
    """Rows that state an optional input, each estimated with it and without it.

    ``left`` counts the rows whose figure left the interval because of it; ``holds`` says that they are no more than a
    tenth, and ``note`` why the interval is no narrower.
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


class Beside(TypedDict):
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


class LeftOut(TypedDict):
    """A row that is not held against an estimate."""

    row: str
    why: str


class Scoreboard(TypedDict):
    """Everything that the page, the figure and the service show."""

    data_version: str
    by_source: list[KindBySource]
    unanswered: list[NoAnswer]
    not_left_out: list[NotLeftOut]
    optional_inputs: list[OptionalInput]
    kinds: list[Kind]
    peers: list[Beside]
    estimators: list[Estimator]
    misses: list[Miss]
    left_out: list[LeftOut]
    not_tested: list[NotTested]


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


def text(board: Scoreboard) -> str:
    """A scoreboard as JSON, a row to a line, so that a change of one row is seen as one.

    Points are lists: with the names of their cells the file would be half as large again.

    Args:
        board: What is written.
    """
    return "\n".join(_lines({**board, "by_source": _short(board["by_source"]), "kinds": _short(board["kinds"])})) + "\n"


def cases_of(board: Scoreboard) -> list[Case]:
    """The cases of a scoreboard's points, which the figure is drawn from: each row once.

    Args:
        board: The scoreboard.
    """
    another = [kind for kind in board["by_source"] if kind["kind"].startswith(ANOTHER)]
    drawn: list[Kind | KindBySource] = [*another, *board["kinds"]]
    return [_case(kind["kind"], point) for kind in drawn if kind["unit"] for point in kind["points"]]


def stored_cases() -> list[Case]:
    """The cases that the package travels with: those that the figure shows."""
    return cases_of(read())


def _case(kind: str, point: Point | SourcedPoint) -> Case:
    return Case(
        kind=kind,
        id=point["row"],
        value=point["predicted"],
        low=point["low"],
        high=point["high"],
        published=point["published"],
    )


def _short(kinds: Iterable[Kind] | Iterable[KindBySource]) -> list[dict[str, Any]]:
    return [{**kind, "points": [list(point.values()) for point in kind["points"]]} for kind in kinds]


def _point(row: str, published: float, predicted: float, low: float, high: float) -> Point:
    return Point(row=row, published=published, predicted=predicted, low=low, high=high)


def _sourced(row: str, source: str, published: float, predicted: float, low: float, high: float) -> SourcedPoint:
    return SourcedPoint(row=row, source=source, published=published, predicted=predicted, low=low, high=high)


def _lines(value: Any, margin: str = "", name: str = "") -> Iterator[str]:
    """JSON that breaks only what holds lists or objects."""
    head = f"{margin}{json.dumps(name)}: " if name else margin
    inner = _inner(value)
    if not any(isinstance(one, dict | list) for _, one in inner):
        yield head + json.dumps(value, ensure_ascii=False, allow_nan=False)
        return
    begin, end = "{}" if isinstance(value, dict) else "[]"
    yield head + begin
    for place, (key, one) in enumerate(inner):
        *before, last = _lines(one, f"{margin} ", key)
        yield from before
        yield last + ("," if place < len(inner) - 1 else "")
    yield margin + end


def _inner(value: Any) -> list[tuple[str, Any]]:
    """What a value holds, with its name in an object."""
    if isinstance(value, dict):
        return list(value.items())
    return [("", one) for one in value] if isinstance(value, list) else []
