"""Writes the scoreboard as JSON, in the form that ``costsvc.reference.scoreboard`` reads."""

import json
from collections.abc import Iterable, Iterator
from typing import Any

from costsvc.reference.scoreboard import Kind, KindBySource, Scoreboard


def scoreboard_json(board: Scoreboard) -> str:
    """A scoreboard as JSON, a row to a line, so that a change of one row is seen as one.

    Points are lists: with the names of their cells the file would be half as large again.

    Args:
        board: What is written.
    """
    return "\n".join(_lines({**board, "by_source": _short(board["by_source"]), "kinds": _short(board["kinds"])})) + "\n"


def _short(kinds: Iterable[Kind] | Iterable[KindBySource]) -> list[dict[str, Any]]:
    return [{**kind, "points": [list(point.values()) for point in kind["points"]]} for kind in kinds]


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
