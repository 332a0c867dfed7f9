"""Differences between two answers, ignoring texts and the order of named entries."""

import math
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

RELATIVE, ABSOLUTE = 1e-9, 1e-12
"""Largest difference of two numbers that count as equal."""
TEXTS = frozenset(
    (
        *("reason", "message", "locator", "summary", "formula", "reference", "detail", "title"),
        *("version", "id", "data_version"),
    )
)
"""Fields that are not compared: texts, and fields that change with each version."""
SETS = {"warnings": "code", "unavailable": "field"}
"""Lists of which only one field is compared, as a set."""
NAMED = {
    "factors": ("value", "low", "high", "unit", "origin", "source_id"),
    "explanation": ("value", "inputs"),
}
"""Lists whose entries are compared by name, with the compared fields."""

Plain = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Difference:
    """One value that differs.

    Attributes:
        kind: Kind of difference: status, number, null, factor, warning, ...
        path: Path in the answer.
        before: The recorded value.
        after: The new value.
    """

    kind: str
    path: str
    before: Any
    after: Any


class Absent:
    """Placeholder of a missing value."""

    def __repr__(self) -> str:
        """The text of a report."""
        return "absent"


ABSENT = Absent()


def differences(before: Any, after: Any) -> list[Difference]:
    """All differences between two answers."""
    old, new = dict(_leaves(before, "")), dict(_leaves(after, ""))
    pairs = ((path, old.get(path, ABSENT), new.get(path, ABSENT)) for path in {**old, **new})
    return [Difference(_kind(path, *values), path, *_told(*values)) for path, *values in pairs if not _alike(*values)]


def _leaves(value: Any, path: str) -> Iterator[tuple[str, Any]]:
    """All values of an answer with their paths."""
    if isinstance(value, dict):
        yield path, type(value)
        for name, inner in value.items():
            if name not in TEXTS:
                yield from _field(name, inner, f"{path}.{name}" if path else name)
    elif isinstance(value, list):
        yield f"{path}.length", len(value)
        for place, inner in enumerate(value):
            yield from _leaves(inner, f"{path}[{place}]")
    else:
        yield path, value


def _field(name: str, value: Any, path: str) -> Iterator[tuple[str, Any]]:
    if name in SETS and isinstance(value, list):
        yield path, frozenset(entry[SETS[name]] for entry in value)
    elif name in NAMED and isinstance(value, list):
        yield from _named(value, NAMED[name], path)
    elif name == "errors" and isinstance(value, dict):
        yield path, frozenset(value)
    else:
        yield from _leaves(value, path)


def _named(entries: list[Plain], fields: tuple[str, ...], path: str) -> Iterator[tuple[str, Any]]:
    """The fields of named entries; the second entry of a name, ordered by value, gets #2."""
    seen: Counter[str] = Counter()
    for entry in sorted(entries, key=lambda one: (one["name"], one["value"])):
        seen[entry["name"]] += 1
        again = f"#{seen[entry['name']]}" if seen[entry["name"]] > 1 else ""
        for field in fields:
            yield from _leaves(entry.get(field, ABSENT), f"{path}[{entry['name']}{again}].{field}")


def _alike(before: Any, after: Any) -> bool:
    if _is_number(before) and _is_number(after):
        return math.isclose(before, after, rel_tol=RELATIVE, abs_tol=ABSOLUTE)
    return type(before) is type(after) and bool(before == after)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _told(before: Any, after: Any) -> tuple[Any, Any]:
    """The values for a report; of sets only the elements that the other lacks."""
    if isinstance(before, frozenset) and isinstance(after, frozenset):
        return sorted(before - after), sorted(after - before)
    return before, after


def _kind(path: str, before: Any, after: Any) -> str:
    """The kind of a difference, with its list."""
    last = path.rpartition(".")[2]
    if last in (*SETS, "errors"):
        return last
    part = next((f"{name}: " for name in NAMED if f"{name}[" in path), "")
    if last == "length":
        return f"{part}length of a list"
    if before is ABSENT or after is ABSENT:
        return f"{part}{'new' if before is ABSENT else 'gone'}"
    if before is None or after is None:
        return f"{part}null"
    return f"{part}{'number' if _is_number(before) and _is_number(after) else 'text'}"
