"""The scoreboard as it travels with the package, since a running service has no published figures to ask about."""

import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from costsvc.answers import validation
from costsvc.evidence.cases import ANOTHER, Case

STORED = Path(__file__).with_name("scoreboard.json")


Point = validation.ComparedFigure
SourcedPoint = validation.SourcedFigure
MayBe = validation.CountInside
Kind = validation.ComparedKind
Vote = validation.SourceVote
KindBySource = validation.KindBySource
NoAnswer = validation.RowWithoutAnswer
NotLeftOut = validation.SourceNotLeftOut
NotTested = validation.InputNotTested
Beside = validation.ComparedPeer
Estimator = validation.ComparedEstimator
Miss = validation.Miss
LeftOut = validation.RowLeftOut
Scoreboard = validation.Scoreboard


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
