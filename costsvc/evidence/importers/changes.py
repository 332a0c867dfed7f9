"""Differences of a rebuilt table: added and removed rows, and figures that moved by more than a fifth."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from costsvc.reference.table import primary_key, types

MOST = 0.2
"""Figures that move by more than this share must be accepted explicitly."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """A figure that moved.

    Attributes:
        key: Key of its row.
        column: Its column.
        before: What it was.
        after: What it is.
    """

    key: tuple[Any, ...]
    column: str
    before: float
    after: float

    def __str__(self) -> str:
        key = ", ".join(str(part) for part in self.key)
        share = f" ({self.after / self.before - 1:+.0%})" if self.before else ""
        return f"{key}: {self.column} {self.before:g} -> {self.after:g}{share}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Moves:
    """What changed in a table.

    Attributes:
        added: Rows that are new.
        removed: Rows that are gone.
        figures: Figures that moved by more than a fifth, the furthest first.
    """

    added: int
    removed: int
    figures: tuple[Figure, ...]


def moves(before: Path, after: pd.DataFrame, resource: Mapping[str, Any]) -> Moves | None:
    """What a table changes; None where there was none before, or nothing changed of this kind.

    Args:
        before: The table's file, which may be absent or of other columns.
        after: The rebuilt table.
        resource: Its description.
    """
    if not before.is_file():
        return None
    key = list(primary_key(resource))
    old = pd.read_csv(before, dtype=types(resource), keep_default_na=False, na_values=[""])
    if not set(key) <= set(old):
        return None
    one, other = (frame.astype(dict.fromkeys(key, str)).set_index(key) for frame in (old, after))
    gone, new = one.index.difference(other.index), other.index.difference(one.index)
    figures = tuple(sorted(_figures(one, other, _numbers(resource, key)), key=_far, reverse=True))
    result = Moves(added=len(new), removed=len(gone), figures=figures)
    return result if result != Moves(added=0, removed=0, figures=()) else None


def _numbers(resource: Mapping[str, Any], key: list[str]) -> list[str]:
    return [f["name"] for f in resource["schema"]["fields"] if f["type"] == "number" and f["name"] not in key]


def _figures(one: pd.DataFrame, other: pd.DataFrame, columns: list[str]) -> Iterator[Figure]:
    both = one.index.intersection(other.index)
    for column in (name for name in columns if name in one):
        pair = pd.DataFrame({"before": one.loc[both, column], "after": other.loc[both, column]}).astype(float).dropna()
        for key, row in pair[(pair["after"] - pair["before"]).abs() > MOST * pair["before"].abs()].iterrows():
            whole = key if isinstance(key, tuple) else (key,)
            yield Figure(key=whole, column=column, before=row["before"], after=row["after"])


def _far(figure: Figure) -> float:
    return abs(figure.after - figure.before) / abs(figure.before) if figure.before else float("inf")
