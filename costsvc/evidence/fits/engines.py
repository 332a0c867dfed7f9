"""Fits, by engine, the error of the serving formulas on new sources.

The formulas are calibrated to measurements of one laboratory. Readings of others, with other engines, nodes and
ways to count, give the bias and the scatter of predictions by engine.
"""

import math
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from itertools import compress
from pathlib import Path
from typing import get_args

import numpy as np
import pandas as pd

from costsvc.evidence.estimating import Engine, Machine, Serving, Site, Subject, estimate_serving
from costsvc.evidence.fits.between import missing_width, source_means
from costsvc.evidence.fits.serving_assumptions import Row
from costsvc.evidence.fits.serving_rows import ANY
from costsvc.evidence.importers.rows import write
from costsvc.reference.catalog import Catalog
from costsvc.reference.table import Row as TableRow
from costsvc.reference.table import describe
from costsvc.units import Array

NAME = "engine_slowness"
READINGS = "serving_readings"
JOULES = "accelerator_energy_j_per_output_token"
CONSTANTS = "serving_fit"
PULL = 2.0
"""Sources' worth of no difference in the middle of an engine."""
WIDTH_PULL = 8.0
"""Sources' worth of all engines' width in that of one: the tenth part of a few publishers is one of them."""
SINCE = {"vllm": 2025, "sglang": 2025, "transformers": 2023}
CURRENT = 2024
"""First year of an engine that counts as current, and of those that have changed less."""
NEUTRAL = Row(NAME, ANY, 1.0, "1", "to be fitted", 1.0, 1.0)
SCOPES = (ANY, *get_args(Engine))
"""Rows that are fitted here; that of processors is assumed."""
LIBRARIES = ("transformers",)
"""Engines that are no servers. An engine left out means a server, as a request's description says."""
HOW = "{rows} readings of {sources} publishers in serving_readings, each predicted by the fit, every publisher alike"
LEFT_OUT = "; servers only, and predicted without their engine"


@dataclass(frozen=True, slots=True, kw_only=True)
class Misses:
    """Errors of the formulas on readings.

    Attributes:
        slowness: Logarithm of measured over predicted time per token. [1]
        half_width: Logarithm of what the answer's own interval allows either way. [1]
        source: Publisher of each.
        engine: Engine of each.
    """

    slowness: Array
    half_width: Array
    source: Sequence[str]
    engine: Sequence[str]

    def of(self, engine: str) -> "Misses":
        """Those of one engine."""
        return self._where([name == engine for name in self.engine])

    def servers(self) -> "Misses":
        """Those of engines that are servers."""
        return self._where([name not in LIBRARIES for name in self.engine])

    def without(self, sources: Collection[str]) -> "Misses":
        """Those of other publishers."""
        return self._where([name not in sources for name in self.source])

    def _where(self, chosen: Sequence[bool]) -> "Misses":
        return Misses(
            slowness=self.slowness[np.array(chosen, dtype=bool)],
            half_width=self.half_width[np.array(chosen, dtype=bool)],
            source=list(compress(self.source, chosen)),
            engine=list(compress(self.engine, chosen)),
        )


def fit(folder: Path) -> list[str]:
    """Fit the rows of engines and write them into the table of serving constants.

    Args:
        folder: The data package, its other serving constants fitted.

    Returns:
        Lines on the errors at each engine.
    """
    path = folder / f"{CONSTANTS}.csv"
    table = pd.read_csv(path, dtype=str, keep_default_na=False)
    others = table[~((table["name"] == NAME) & table["scope"].isin(SCOPES))]
    described = describe(folder)[CONSTANTS]
    write(pd.concat([others, pd.DataFrame([NEUTRAL])]), folder, described)
    catalog = Catalog.load(folder)
    rows = engine_rows(misses(catalog), misses(catalog, engine_given=False))
    write(pd.concat([others, pd.DataFrame(rows)]), folder, described)
    return [_line(row) for row in rows]


def misses(catalog: Catalog, *, engine_given: bool = True) -> Misses:
    """Errors of the formulas on current readings.

    Args:
        catalog: The tables.
        engine_given: Whether the requests state the engine.
    """
    rows = [row for row in catalog.tables[READINGS].rows.values() if is_current(row)]
    result = [_missed(row if engine_given else {**row, "engine": None}, catalog) for row in rows]
    return Misses(
        slowness=np.array([slowness for slowness, _ in result]),
        half_width=np.array([half for _, half in result]),
        source=[row["source_id"] for row in rows],
        engine=[row["engine"] for row in rows],
    )


def is_current(row: TableRow) -> bool:
    """Whether a reading is of software that counts as current.

    Args:
        row: A row of table serving_readings.
    """
    return bool(row["engine_year"] >= SINCE.get(row["engine"], CURRENT))


def engine_rows(given: Misses, left_out: Misses) -> list[Row]:
    """The rows of the table: of an engine that was not given, and of every engine.

    An engine that was not given may be any server, so that its width is at least that of each.

    Args:
        given: Errors of answers to requests that state the engine.
        left_out: Errors of answers to the same requests without the engine.
    """
    rows = [_engine_row(engine, given) for engine in get_args(Engine)]
    widest = max(math.log((row.high or 1.0) / row.value) for row in rows if row.scope not in LIBRARIES)
    servers = left_out.servers()
    row = _row(ANY, 0.0, max(_lacking(servers), widest), servers)
    return [row._replace(locator=row.locator + LEFT_OUT), *rows]


def _engine_row(engine: str, given: Misses) -> Row:
    """The row of an engine, whose width borrows from all servers; that of a library from all engines."""
    own = given.of(engine)
    common = _lacking(given if engine in LIBRARIES else given.servers())
    means = source_means(own.slowness, own.source)
    middle = float(means.sum() / (means.size + PULL))
    lacking = _lacking(own, middle) if own.source else common
    wide = (means.size * lacking + WIDTH_PULL * common) / (means.size + WIDTH_PULL)
    return _row(engine, middle, wide, own)


def _lacking(missed: Misses, middle: float = 0.0) -> float:
    """The width that answers lack about a middle."""
    return missing_width(missed.slowness - middle, missed.half_width, missed.source)


def _row(scope: str, middle: float, half: float, missed: Misses) -> Row:
    """A factor on time that, beside the width that answers have without it, holds another source."""
    how = HOW.format(rows=len(missed.source), sources=len(set(missed.source)))
    value, low, high = (float(f"{math.exp(log):.6g}") for log in (middle, middle - half, middle + half))
    return Row(NAME, scope, value, "1", how, low, high)


def _missed(row: TableRow, catalog: Catalog) -> tuple[float, float]:
    result = estimate_of(row, catalog)
    sign = 1.0 if row["quantity"] == "throughput_tokens_per_s" else -1.0
    return sign * math.log(result["value"] / row["value"]), math.log(result["high"] / result["low"]) / 2


def estimate_of(row: TableRow, catalog: Catalog) -> dict[str, float]:
    """Estimate the quantity of a reading: value, low and high.

    Args:
        row: A row of table serving_readings.
        catalog: The tables.
    """
    answer = estimate_serving(request_of(row), catalog)
    per_token: dict[str, float] = answer["per_output_token"]["accelerator_energy_j"]
    return per_token if row["quantity"] == JOULES else answer[row["quantity"]]


def request_of(row: TableRow) -> Serving:
    """A reading as a request; an engine that has no name of its own is another one.

    Args:
        row: A row of table serving_readings.
    """
    return Serving(
        machine=Machine(accelerator=row["accelerator_id"], accelerators=int(row["accelerators"])),
        subject=Subject(total_params_b=row["total_params_b"], active_params_b=row["active_params_b"]),
        site=Site(region="world"),
        precision=row["precision"],
        cache_precision=row["cache_precision"],
        batch_size=row["batch_size"],
        concurrency_share=row["concurrency_share"],
        input_tokens=row["input_tokens"],
        cached_input_tokens=row["cached_input_tokens"],
        output_tokens=row["output_tokens"],
        engine=row["engine"],
    )


def _line(row: Row) -> str:
    low, high = row.low or 1.0, row.high or 1.0
    return f"serving on another source, {row.scope}: time x {row.value:.2f} ({low:.2f} to {high:.2f}); {row.locator}"
