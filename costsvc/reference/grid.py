"""Intensity of the grid: of a zone or of what contains it, in the year asked for or the nearest."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from costsvc.reference.table import Row, Table
from costsvc.requests.workloads import Scope

Method = Literal["average", "marginal"]
Level = Literal["region", "zone", "subdivision", "country", "world"]
Area = tuple[Level, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A figure of the grid and how near it is to what was asked.

    Attributes:
        table: Table that it stands in.
        row: Its row.
        resolution: What kind of area it holds for.
    """

    table: str
    row: Row
    resolution: Level


class Grid:
    """Every intensity by zone, scope and method, each with its years in order."""

    def __init__(self, tables: Iterable[Table]) -> None:
        """Index tables; a later one goes before an earlier one, and what was laid over a table before both."""
        known: dict[tuple[str, str, str], dict[int, tuple[str, Row]]] = {}
        laid_over = set()
        for table in tables:
            for key, row in table.rows.items():
                of, year = (row["zone_id"], row["scope"], row["method"]), int(row["year"])
                if (of, year) not in laid_over or key in table.overlaid:
                    known.setdefault(of, {})[year] = (table.name, row)
                if key in table.overlaid:
                    laid_over.add((of, year))
        self._years = {of: [(year, *years[year]) for year in sorted(years)] for of, years in known.items()}

    def find(self, areas: Sequence[Area], scope: Scope, method: Method, year: int) -> Found | None:
        """The figure of the first area that has one, of the nearest year.

        Args:
            areas: From the narrowest to the widest.
            scope: Life-cycle or direct emissions; the two are never mixed.
            method: Average or marginal.
            year: The year wanted; a later one than the table's last means its last.
        """
        for level, zone in areas:
            if series := self._years.get((zone, scope, method)):
                _, table, row = _nearest(series, year)
                return Found(table=table, row=row, resolution=level)
        return None

    def __contains__(self, zone: str) -> bool:
        return any(
            (zone, scope, method) in self._years
            for scope in ("lifecycle", "direct")
            for method in ("average", "marginal")
        )


def _nearest(series: list[tuple[int, str, Row]], year: int) -> tuple[int, str, Row]:
    past = [entry for entry in series if entry[0] <= year]
    return past[-1] if past else series[0]


def closest_year(years: Iterable[int], wanted: int) -> int | None:
    """The year that is fewest years off, the earlier of two."""
    return min(sorted(years), key=lambda year: abs(year - wanted), default=None)


def nearest_year(years: Iterable[int], wanted: int) -> int | None:
    """The latest year that is not after the wanted one, else the earliest."""
    known = sorted(years)
    past = [year for year in known if year <= wanted]
    return past[-1] if past else (known[0] if known else None)
