"""Measured configurations near to a request: where there are some, they correct the formulas."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from costsvc.estimates.served import Fit
from costsvc.model.uncertainty import Factor
from costsvc.reference.table import Row
from costsvc.units import Numeric

ENERGY = {"inference_measurements": "j_per_output_token", "generation_measurements": "j_per_item"}
Ratios = tuple[float, float]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Correction:
    """What measurements say beside the formulas.

    Attributes:
        slowness: Measured time over the formulas' own. [1]
        power_ratio: Measured power over the formulas' own. [1]
    """

    slowness: Numeric
    power_ratio: Numeric


def correction(
    table: str, rows: Sequence[Row], batch: float, ratios: Callable[[Row], Ratios], fit: Fit
) -> Correction | None:
    """Interpolate, over the logarithm of the batch, how measurements differ from the formulas.

    Lengths of a request may differ from the measured ones: the formulas carry that over.

    Args:
        table: Where the measurements are.
        rows: Measurements of the same model on the same machines.
        batch: The batch asked for. [1]
        ratios: Measured over predicted time and power of a measurement.
        fit: The calibrated constants; collects what was used.

    Returns:
        The correction; None where the batch does not lie between two measured ones.
    """
    around = _around(rows, batch, ENERGY[table])
    if around is None:
        return None
    below, above = around
    found = np.log([ratios(below), ratios(above)])
    slowness, power_ratio = np.exp(found[0] + _place(below, above, batch) * (found[1] - found[0]))
    residual = fit.find("measured_residual")
    return Correction(
        slowness=fit.facts.use(
            _factor("measured_slowness", float(slowness), (residual.low, residual.high), table, around)
        ),
        power_ratio=fit.facts.use(_factor("measured_power_ratio", float(power_ratio), (1.0, 1.0), table, around)),
    )


def is_of(year: float, asked: int | None, fit: Fit) -> bool:
    """Whether software of a year is what was asked for; current software has no factor of its own."""
    return year == asked if asked is not None else not fit.has("software_factor", f"{year:.0f}")


def _around(rows: Sequence[Row], batch: float, joules: str) -> tuple[Row, Row] | None:
    """The measurements with the next smaller and the next larger batch, or one with the batch itself."""
    # of several ways to share the work among devices, one would take the most frugal
    best = {row["batch_size"]: row for row in sorted(rows, key=lambda row: -row[joules])}
    ordered = [best[size] for size in sorted(best)]
    pairs = [*pairwise(ordered), *((row, row) for row in ordered)]
    return next((pair for pair in pairs if pair[0]["batch_size"] <= batch <= pair[1]["batch_size"]), None)


def _place(below: Row, above: Row, batch: float) -> float:
    """Where a batch lies between two others on a logarithmic scale, from 0 to 1."""
    if above["batch_size"] == below["batch_size"]:
        return 0.0
    return float(np.log(batch / below["batch_size"]) / np.log(above["batch_size"] / below["batch_size"]))


def _factor(name: str, value: float, bounds: tuple[float, float], table: str, around: tuple[Row, Row]) -> Factor:
    ids = " and ".join(dict.fromkeys(row["measurement_id"] for row in around))
    return Factor(
        name=name,
        value=value,
        low=value * bounds[0],
        high=value * bounds[1],
        unit="1",
        origin="measured",
        identity=f"{table}/{ids}/{name}",
        source_id=around[0]["source_id"],
        locator=f"{table}: {ids}",
        year=int(around[0]["software_year"]),
    )
