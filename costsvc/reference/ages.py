"""Age of the figures in the tables: the date of each, and when it counts as old."""

import calendar
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from costsvc.reference.table import Row

DATED = ("observed_on", "valid_from")
"""Columns with the date of a row; the date of its last observation comes first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Age:
    """The age of a figure.

    Attributes:
        as_of: Its day, month or year, as the table writes it.
        old_from: First day on which it counts as old; None if its table does not age.
    """

    as_of: str
    old_from: date | None


def age(row: Row, column: str, limit_days: int | None) -> Age | None:
    """The age of a figure of a row; None if the row has no date.

    Args:
        row: The row.
        column: The column of the figure; the year of ``pue`` is in ``pue_year``.
        limit_days: Days after which figures of the table are old.
    """
    as_of = _as_of(row, column)
    if as_of is None:
        return None
    old_from = None if limit_days is None else last_day(as_of) + timedelta(days=limit_days + 1)
    return Age(as_of=as_of, old_from=old_from)


def _as_of(row: Row, column: str) -> str | None:
    dated = next((row[name] for name in DATED if row.get(name)), None)
    if dated is not None:
        return str(dated)
    year = row.get("year", row.get(f"{column.partition('_')[0]}_year"))
    return str(int(year)) if isinstance(year, float | int) else None


def last_day(as_of: str) -> date:
    """The last day of a day, a month or a year: ``2026-07-20``, ``2026-07``, ``2026``."""
    year, month, day = (int(part) for part in (*as_of.split("-"), *("0", "0"))[:3])
    month = month or 12
    return date(year, month, day or calendar.monthrange(year, month)[1])


def span(rows: Iterable[Row], columns: Iterable[str]) -> Mapping[str, str] | None:
    """The oldest and the newest date of a table; None if its rows have no dates.

    Args:
        rows: Its rows.
        columns: The names of its columns.
    """
    value = [name.removesuffix("_year") for name in columns if name.endswith("_year")] or [""]
    found = {as_of for row in rows for name in value if (as_of := _as_of(row, name))}
    if not found:
        return None
    return {"oldest": min(found, key=last_day), "newest": max(found, key=last_day)}
