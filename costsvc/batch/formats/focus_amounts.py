"""Amounts of the charges of a FOCUS bill: hours or requests from its quantities, units and periods."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from costsvc.batch.cells import read_numbers
from costsvc.batch.formats.focus_columns import Codes, column, read_seconds, read_shares
from costsvc.batch.formats.focus_reading import UNITS, Reading
from costsvc.units import S_PER_H, Array

Flags = npt.NDArray[np.bool_]
QUANTITIES = ("ConsumedQuantity", "PricingQuantity", "CommitmentDiscountQuantity")
"""Quantities of a charge, each with its unit in ``UNITS``; the first one with a fitting unit is used."""
START, END = "ChargePeriodStart", "ChargePeriodEnd"
SPLIT, SHARE = "AllocatedMethodId", "AllocatedMethodDetails"
WITHOUT_QUANTITY = "correction of a cost without a quantity"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Fault:
    """Why some charges are not estimated.

    Attributes:
        where: Which charges.
        column: The column at fault; None if they are skipped, not rejected.
        reason: What is wrong.
    """

    where: Flags
    column: str | None
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Amounts:
    """Amounts of charges.

    Attributes:
        values: The amounts, at least 0; NaN where there is none. [h or 1]
        weight: -1 for a negative quantity; the share, if the charge is split and its quantity is not. [1]
        faults: Charges without an amount.
    """

    values: Array
    weight: Array
    faults: Sequence[Fault] = ()


def read_amounts(cells: pa.RecordBatch, readings: Sequence[Reading], codes: Codes) -> Amounts:
    """Read the amounts of charges.

    Args:
        cells: Rows of the bill.
        readings: What each distinct charge is about.
        codes: The reading of each row.
    """
    factors = np.array([reading.factors for reading in readings]).reshape(-1, len(UNITS))[codes]
    values, faults = np.full(len(codes), np.nan), []
    for name, factor in zip(QUANTITIES, factors.T, strict=True):
        if (given := column(cells, name)) is not None:
            numbers, is_open = read_numbers(given), np.isnan(values)
            values = np.where(is_open, numbers.values * factor, values)
            is_wrong = is_open & numbers.is_wrong & np.isfinite(factor)
            faults.append(Fault(where=is_wrong, column=name, reason="must be a number"))
    weight = np.where(values < 0, -1.0, 1.0)
    is_idle = np.isnan(values) & np.array([reading.is_unused for reading in readings], bool)[codes]
    idle = np.flatnonzero(is_idle)
    values[idle], weight[idle] = _periods(cells.take(pa.array(idle)))
    found = Amounts(values=np.where(np.isnan(weight), np.nan, np.abs(values)), weight=weight)
    return replace(found, faults=[*faults, *_missing(found, is_idle, factors, readings, codes)])


def _periods(cells: pa.RecordBatch) -> tuple[Array, Array]:
    """Hours of the periods of charges without a quantity, and the shares of the split ones of them."""
    start, end = column(cells, START), column(cells, END)
    nothing = np.full(cells.num_rows, np.nan)
    hours = nothing if start is None or end is None else (read_seconds(end) - read_seconds(start)) / S_PER_H
    hours = np.where(hours > 0, hours, np.nan)
    split, details = column(cells, SPLIT), column(cells, SHARE)
    if split is None:
        return hours, np.ones(cells.num_rows)
    share = nothing if details is None else read_shares(details)
    return hours, np.where(pc.is_valid(split).to_numpy(zero_copy_only=False), share, 1.0)


def _missing(
    amounts: Amounts, is_idle: Flags, factors: Array, readings: Sequence[Reading], codes: Codes
) -> list[Fault]:
    """Why charges have no amount; of several reasons the first one counts."""
    is_missing, has_unit = np.isnan(amounts.values), np.isfinite(factors).any(axis=1)
    is_correction = np.array([reading.is_correction for reading in readings], bool)[codes]
    units = sorted({reading.unit for reading in readings if reading.unit})
    unit = np.array([reading.unit for reading in readings])[codes]
    return [
        Fault(
            where=is_missing & is_idle & np.isnan(amounts.weight),
            column=SHARE,
            reason="must have the share of a split charge without a quantity",
        ),
        Fault(where=is_missing & is_correction, column=None, reason=WITHOUT_QUANTITY),
        Fault(where=is_missing & is_idle, column=END, reason=f"must be after {START} for a charge without a quantity"),
        Fault(where=is_missing & has_unit, column=QUANTITIES[0], reason="must be given"),
        *(Fault(where=is_missing & (unit == one), column=UNITS[0], reason=f"must be {one}") for one in units),
    ]
