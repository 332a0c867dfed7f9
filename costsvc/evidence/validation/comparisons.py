"""Compares published figures with the service's estimates."""

import csv
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import groupby
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from scipy.stats import binom

from costsvc.errors import TableError
from costsvc.evidence.validation.provenance import Row, source_of
from costsvc.reference.catalog import Catalog
from costsvc.reference.table import Table

FEW, FEWEST = 10, 3
"""Below this number of rows the second worst is reported as the 90th percentile; below the other, the worst."""
INSIDE = 1e-9
"""Relative tolerance at the ends of an interval, for rounding errors."""
EXACT = 1.001
"""Upper over lower end up to which an estimate counts as exact: it follows from the caller's numbers alone."""
PROMISED, CENTRAL = 0.9, 0.95
"""Nominal coverage of an interval, and the probability of the range of counts that is accepted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """A published figure and its estimate.

    Attributes:
        kind: What is compared.
        id: The published row.
        value: The estimate.
        low: Lower end of its 90 % interval.
        high: Upper end.
        published: The published figure, in the same unit.
        source: Publisher; may be empty.
        row: The published row.
    """

    kind: str
    id: str
    value: float
    low: float
    high: float
    published: float
    source: str = ""
    row: Row = field(default_factory=dict, repr=False, compare=False)

    @property
    def ratio(self) -> float:
        """Error of the estimate as a factor of at least one."""
        return max(self.value / self.published, self.published / self.value)

    @property
    def inside(self) -> bool:
        """Whether the published figure lies inside the interval."""
        return self.low * (1 - INSIDE) <= self.published <= self.high * (1 + INSIDE)

    @property
    def width(self) -> float:
        """Upper over lower end of the interval."""
        return self.high / self.low


@dataclass(frozen=True, slots=True, kw_only=True)
class Unanswered:
    """A published figure that the service cannot estimate; counts as a miss.

    Attributes:
        kind: What is compared.
        id: The published row.
        source: Who published it.
        why: The service's error message.
    """

    kind: str
    id: str
    source: str
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Indispensable:
    """A source that the fits cannot do without; its rows are cross-validated by row only.

    Attributes:
        source: Key of table ``sources``.
        why: Why the fits need it.
    """

    source: str
    why: str = "the other sources do not determine every constant of the fits"


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """The comparisons of one kind together."""

    kind: str
    rows: int
    median: float
    ninetieth: float
    inside: int
    width: float

    @property
    def expected(self) -> tuple[int, int] | None:
        """Least and most rows inside that a 90 % interval allows; None where there is no interval."""
        return likely_inside(self.rows) if self.width > EXACT else None

    @property
    def holds(self) -> bool:
        """Whether the rows inside are as many as a 90 % interval allows."""
        return self.expected is None or self.expected[0] <= self.inside <= self.expected[1]


def likely_inside(rows: int) -> tuple[int, int]:
    """The central 95 % of Binomial(rows, 0.9).

    Args:
        rows: Number of rows.

    Returns:
        Least and most that lie inside a 90 % interval.
    """
    least, most = binom.ppf([(1 - CENTRAL) / 2, (1 + CENTRAL) / 2], rows, PROMISED)
    return int(least), int(most)


def published_rows(path: Path, needed: Sequence[str]) -> Iterator[Row]:
    """The rows of a file of published figures.

    Args:
        path: The file.
        needed: Columns that it must have.

    Raises:
        TableError: If it lacks one of them.
    """
    with path.open(encoding="utf-8", newline="") as file:
        reader = csv.DictReader(file)
        lacking = [name for name in needed if name not in (reader.fieldnames or ())]
        if lacking:
            raise TableError(f"{path.name}: columns are missing: {', '.join(lacking)}")
        yield from reader


def compare(kind: str, row: Row, quantity: Mapping[str, float], published: float, scale: float = 1.0) -> Comparison:
    """Make a comparison from a quantity of an answer.

    Args:
        kind: What is compared.
        row: The published row.
        quantity: Value, low and high.
        published: The published figure.
        scale: Factor on the quantity before the comparison.
    """
    value, low, high = (quantity[name] * scale for name in ("value", "low", "high"))
    return Comparison(
        kind=kind,
        id=row["id"],
        value=value,
        low=low,
        high=high,
        published=published,
        source=source_of(row),
        row=row,
    )


def summaries(comparisons: Iterable[Comparison]) -> list[Summary]:
    """One summary for each kind, in the order of their first row."""
    ordered = list(comparisons)
    order = {name: place for place, name in enumerate(dict.fromkeys(one.kind for one in ordered))}
    ordered.sort(key=lambda one: order[one.kind])
    return [_summary(kind, list(group)) for kind, group in groupby(ordered, key=lambda one: one.kind)]


def _summary(kind: str, comparisons: Sequence[Comparison]) -> Summary:
    ratios = np.sort([one.ratio for one in comparisons])
    few = ratios[-1] if len(ratios) < FEWEST else ratios[-2]
    tail = few if len(ratios) < FEW else np.quantile(ratios, 0.9)
    return Summary(
        kind=kind,
        rows=len(comparisons),
        median=float(np.median(ratios)),
        ninetieth=float(tail),
        inside=sum(one.inside for one in comparisons),
        width=float(np.median([one.width for one in comparisons])),
    )


def number(text: str | None) -> float | None:
    """The number in a cell; None unless there is exactly one."""
    try:
        return float(text or "")
    except ValueError:
        return None


def rounded(text: str, value: float) -> float:
    """The number closest to a value that rounds to a printed figure.

    Args:
        text: The figure as printed; its trailing zeros before the point may be rounding.
        value: The value.
    """
    mantissa, _, exponent = text.lower().partition("e")
    whole, _, decimals = mantissa.partition(".")
    zeros = 0 if decimals.strip("0") else len(whole) - len(whole.rstrip("0"))
    digit = 10.0 ** (zeros - len(decimals.rstrip("0")) + int(exponent or 0))
    return float(np.clip(value, float(text) - digit / 2, float(text) + digit / 2))


def captured(pattern: str, text: str) -> float | None:
    """The number in the first group of a pattern, if a text matches."""
    match = re.search(pattern, text)
    return float(match[1]) if match else None


def running_batch(row: Row) -> float | None:
    """Sequences decoded at once: measured, else as configured."""
    return captured(r"running batch ([\d.]+)", row.get("notes", "")) or number(row.get("batch_size"))


def mentions(text: str, pattern: str) -> bool:
    """Whether a text matches a pattern, ignoring case."""
    return re.search(pattern, text, re.IGNORECASE) is not None


def with_tables(catalog: Catalog, tables: Mapping[str, Table]) -> Catalog:
    """A catalog with some tables replaced and its caches empty."""
    return replace(catalog, tables={**catalog.tables, **tables}, _factors={}, _groups={}, _indexes={}, _by_size={})


def table_of(catalog: Catalog, resource: Mapping[str, Any], frame: pd.DataFrame) -> Table:
    """A table of a catalog with other rows, validated against the same description."""
    sources = {str(source) for source in catalog.tables["sources"]}
    columns = [field["name"] for field in resource["schema"]["fields"]]
    return Table.of_frame(resource, frame[columns].reset_index(drop=True), sources)
