"""Intensity of the grid: of a zone or of a wider area, in the wanted year or the nearest one."""

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
    """An intensity of the grid and its area.

    Attributes:
        table: Name of its table.
        row: Its row.
        resolution: Kind of area for which it is valid.
    """

    table: str
    row: Row
    resolution: Level


class Grid:
    """Every intensity by zone, scope and method, each with its years in order."""

    def __init__(self, tables: Iterable[Table]) -> None:
        """Index tables; a later table overrides an earlier one, and rows of an overlay override both."""
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
        """Find the intensity of the first area that has one, in the nearest year.

        Args:
            areas: From the narrowest to the widest.
            scope: Life-cycle or direct emissions; the two are never mixed.
            method: Average or marginal.
            year: The wanted year; after the table's last year, its last year is used.
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
    """The closest year; of two equally close ones the earlier."""
    return min(sorted(years), key=lambda year: abs(year - wanted), default=None)


def nearest_year(years: Iterable[int], wanted: int) -> int | None:
    """The latest year that is not after the wanted one, else the earliest."""
    known = sorted(years)
    past = [year for year in known if year <= wanted]
    return past[-1] if past else (known[0] if known else None)
