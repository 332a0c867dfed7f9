"""Measured configurations: time and power relative to the formulas, interpolated over the batch."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from costsvc.model.inputs import PowerLaw
from costsvc.model.uncertainty import Factor
from costsvc.reference.table import Row

ENERGY = {"inference_measurements": "j_per_output_token", "generation_measurements": "j_per_item"}
Ratios = tuple[float, float]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Knot:
    """A measurement relative to the formulas.

    Attributes:
        row: The measurement.
        ratios: Logarithms of measured over predicted time and power. [1]
    """

    row: Row
    ratios: Ratios

    @property
    def batch(self) -> float:
        """Its batch [1]."""
        return float(self.row["batch_size"])


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class MeasuredCurve:
    """Measurements of one model on one kind of replica, relative to the formulas, over the batch.

    Attributes:
        table: Name of their table.
        accelerators: Devices of the replica. [1]
        knots: The measurements, by batch.
        residual: Error of the interpolation, as a factor around 1.
    """

    table: str
    accelerators: float
    knots: Sequence[Knot]
    residual: Factor

    def at(self, batch: float) -> tuple[PowerLaw, PowerLaw] | None:
        """Time and power relative to the formulas, interpolated over the logarithm of the batch.

        The lengths of a request may differ from the measured ones, since the formulas include the lengths.

        Args:
            batch: The batch. [1]

        Returns:
            The two factors, each a power law of the batch between two measurements; None if the batch is outside
            the measured ones.
        """
        pairs = [*pairwise(self.knots), *((knot, knot) for knot in self.knots)]
        pair = next((pair for pair in pairs if pair[0].batch <= batch <= pair[1].batch), None)
        if pair is None:
            return None
        below, above = np.array(pair[0].ratios), np.array(pair[1].ratios)
        slowness, power_ratio = np.exp(below + _place(*pair, batch) * (above - below)).tolist()
        width = (self.residual.low, self.residual.high)
        exponents = _exponents(*pair)
        return (
            _law(self._factor("measured_slowness", slowness, width, pair), batch, exponents[0]),
            _law(self._factor("measured_power_ratio", power_ratio, (1.0, 1.0), pair), batch, exponents[1]),
        )

    def _factor(self, name: str, value: float, width: tuple[float, float], pair: tuple[Knot, Knot]) -> Factor:
        ids = " and ".join(dict.fromkeys(knot.row["measurement_id"] for knot in pair))
        first = pair[0].row
        return Factor(
            name=name,
            value=value,
            low=value * width[0],
            high=value * width[1],
            unit="1",
            origin="measured",
            identity=f"{self.table}/{ids}/{name}",
            source_id=first["source_id"],
            locator=f"{self.table}: {ids}",
            year=int(first["software_year"]),
        )


def measured_curve(
    table: str, rows: Sequence[Row], accelerators: float, ratios: Callable[[Row], Ratios], residual: Factor
) -> MeasuredCurve:
    """Make the curve of measurements.

    Args:
        table: Name of their table.
        rows: Measurements of the same model on the same replica.
        accelerators: Devices of that replica. [1]
        ratios: Gives measured over predicted time and power of a measurement.
        residual: Error of the interpolation, as a factor around 1.
    """
    # of several parallel layouts the one with the least energy is assumed
    best = {row["batch_size"]: row for row in sorted(rows, key=lambda row: -row[ENERGY[table]])}
    knots = []
    for batch in sorted(best):
        slowness, power_ratio = np.log(ratios(best[batch])).tolist()
        knots.append(Knot(row=best[batch], ratios=(slowness, power_ratio)))
    return MeasuredCurve(table=table, accelerators=accelerators, knots=knots, residual=residual)


def _law(factor: Factor, batch: float, exponent: float) -> PowerLaw:
    return PowerLaw(factor=factor, over="batch_size", at=batch, exponent=exponent)


def _exponents(below: Knot, above: Knot) -> Ratios:
    """Growth of time and power with the batch between two measurements, relative to the formulas [1]."""
    if above.batch == below.batch:
        return 0.0, 0.0
    slowness, power_ratio = (np.subtract(above.ratios, below.ratios) / np.log(above.batch / below.batch)).tolist()
    return slowness, power_ratio


def _place(below: Knot, above: Knot, batch: float) -> float:
    """Position of a batch between two others on a logarithmic scale, from 0 to 1."""
    if above.batch == below.batch:
        return 0.0
    return float(np.log(batch / below.batch) / np.log(above.batch / below.batch))
