"""Bills in the FinOps Open Cost and Usage Specification (FOCUS), 1.0 to 1.4: hours of machines, and tokens.

The names and choices of a bill repeat: each distinct combination of them is read once, and the quantities of its rows
are columns.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from costsvc.batch.cells import read_numbers, read_text
from costsvc.batch.formats import focus_tokens
from costsvc.batch.formats.focus_amounts import END, QUANTITIES, SHARE, SPLIT, START, Fault, read_amounts
from costsvc.batch.formats.focus_charge import HOSTS, TERMS, Charge
from costsvc.batch.formats.focus_columns import EARLIER, Codes, column, distinct_charges, read_days
from costsvc.batch.formats.focus_machines import AZURE_SIZE, INSTANCE
from costsvc.batch.formats.focus_reading import STATUSES, UNITS, Reading, columns_of, read_charge
from costsvc.batch.formats.format import Bill, Format, Part, Translated
from costsvc.batch.rejects import Reject
from costsvc.units import Array

TEXTS = tuple(
    dict.fromkeys(
        (
            *("ChargeCategory", "ChargeClass", "ChargeDescription", "PricingCategory", "RegionId"),
            *("ServiceCategory", "ServiceName", "SkuId", "SkuMeter", "x_UsageType", "x_ServiceCode", "x_Operation"),
            *("x_InstanceType", "x_SkuMeterCategory", "x_SkuMeterName", "x_SkuDescription", "x_TokenType"),
            *(INSTANCE, AZURE_SIZE, focus_tokens.DIRECTION, focus_tokens.CACHE_ACTION),
            *(*HOSTS, *STATUSES, *TERMS, *UNITS, *focus_tokens.MODELS),
        )
    )
)
"""Columns of names and choices; after a dot, the member of a column of objects."""
MEASURES = frozenset((*QUANTITIES, *UNITS, START, END, SPLIT, SHARE, *EARLIER.values()))
"""Columns of which the amount of a request is made."""
COSTS = ("EffectiveCost", "BilledCost")
CURRENCY, DOLLARS = "BillingCurrency", "USD"
NO_TIME = "must be a date or time in ISO 8601"
BASIS, BILLED = "x_EstimateBasis", "x_BilledUsd"
NO_BASIS = "none"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Requests:
    """Charges of a batch that are requests.

    Attributes:
        rows: Index of each in the batch.
        codes: Index of each one's reading.
        amounts: The amount of each. [h or 1]
        weight: Factor on the results of each. [1]
        dates: The date of each; None if the bill has none.
    """

    rows: Codes
    codes: Codes
    amounts: Array
    weight: Array
    dates: pa.Array | None

    def select(self, chosen: npt.NDArray[np.int64] | npt.NDArray[np.bool_]) -> "Requests":
        """Some of the requests, by index or by flag."""
        return Requests(
            rows=self.rows[chosen],
            codes=self.codes[chosen],
            amounts=self.amounts[chosen],
            weight=self.weight[chosen],
            dates=None if self.dates is None else self.dates.take(pa.array(np.arange(len(self.rows))[chosen])),
        )


def translate(batch: pa.RecordBatch) -> Translated:
    """Read a batch of a bill.

    Args:
        batch: Rows of the bill.
    """
    charges, codes = distinct_charges(batch, TEXTS)
    readings = [read_charge(charge) for charge in charges]
    rows = np.flatnonzero(np.array([reading.amount != "" for reading in readings], bool)[codes])
    measured = [name for name in batch.schema.names if name in MEASURES]
    cells, chosen = batch.select(measured).take(pa.array(rows)), codes[rows]
    found = read_amounts(cells, readings, chosen)
    started = column(cells, START)
    dates, is_undated = (None, np.zeros(len(rows), bool)) if started is None else read_days(started)
    faults = _first_of_each([*found.faults, Fault(where=is_undated, column=START, reason=NO_TIME)])
    is_good = ~np.logical_or.reduce([fault.where for fault in faults])
    requests = Requests(rows=rows, codes=chosen, amounts=found.values, weight=found.weight, dates=dates).select(is_good)
    basis = np.full(batch.num_rows, NO_BASIS, object)
    basis[requests.rows] = np.array([reading.basis for reading in readings], object)[requests.codes]
    return Translated(
        parts=list(_parts(requests, readings, batch.schema.names)),
        rejects=[*_rejected(charges, readings, codes), *_faulty(cells, rows, faults)],
        skipped=_skipped(readings, codes, rows, faults),
        added={BILLED: _dollars(batch), BASIS: pa.array(basis, pa.string())},
    )


def _first_of_each(faults: Sequence[Fault]) -> list[Fault]:
    """Faults such that each request has one at most."""
    taken = np.zeros(len(faults[0].where), bool)
    first = []
    for fault in faults:
        first.append(replace(fault, where=fault.where & ~taken))
        taken |= fault.where
    return first


def _parts(requests: Requests, readings: Sequence[Reading], names: Sequence[str]) -> Iterator[Part]:
    """The requests by kind, use and the column that names machine or model."""
    keys = [(reading.kind, reading.is_unused, reading.source) for reading in readings]
    groups = {key: group for group, key in enumerate(dict.fromkeys(keys))}
    group_of = np.array([groups[key] for key in keys], np.int64)[requests.codes]
    for (kind, is_unused, source), group in groups.items():
        some = requests.select(group_of == group)
        if len(some.rows):
            yield Part(
                kind=kind,
                rows=some.rows,
                fields=_fields(some, readings),
                columns={field: _present(named, names) for field, named in columns_of(source).items()},
                weight=None if np.all(some.weight == 1) else some.weight,
                is_unused=is_unused,
            )


def _fields(requests: Requests, readings: Sequence[Reading]) -> dict[str, pa.Array]:
    """The fields of requests of one kind."""
    used, codes = np.unique(requests.codes, return_inverse=True)
    own = [readings[code] for code in used.tolist()]
    index = pa.array(codes)
    texts = {name: pa.string() for reading in own for name in reading.texts}
    numbers = {name: pa.float64() for reading in own for name in reading.numbers}
    fields = {
        name: pa.array([reading.texts.get(name, reading.numbers.get(name)) for reading in own], kind).take(index)
        for name, kind in (texts | numbers).items()
    }
    for amount in sorted({reading.amount for reading in own}):
        is_other = np.array([reading.amount != amount for reading in own], bool)[codes]
        fields[amount] = pa.array(requests.amounts, mask=is_other)
    return fields if requests.dates is None else fields | {"date": requests.dates}


def _present(named: str, names: Sequence[str]) -> str:
    """The name that a file has for a column."""
    return named if named in names else EARLIER.get(named, named)


def _rejected(charges: Sequence[Charge], readings: Sequence[Reading], codes: Codes) -> Iterator[Reject]:
    """Rows whose names or choices cannot be read."""
    rejected = {code: reading.rejected for code, reading in enumerate(readings) if reading.rejected is not None}
    for row in np.flatnonzero(np.isin(codes, list(rejected))).tolist():
        at, reason = rejected[int(codes[row])]
        yield Reject(row=row, column=at, value=charges[codes[row]].get(at), reason=reason)


def _faulty(cells: pa.RecordBatch, rows: Codes, faults: Sequence[Fault]) -> Iterator[Reject]:
    """Rows whose quantities or times cannot be read."""
    for fault in faults:
        if fault.column is None or not fault.where.any():
            continue
        wrong, at = np.flatnonzero(fault.where), column(cells, fault.column)
        texts = [None] * len(wrong) if at is None else [_shown(cell) for cell in at.take(pa.array(wrong)).to_pylist()]
        for row, text in zip(rows[wrong].tolist(), texts, strict=True):
            yield Reject(row=row, column=_present(fault.column, cells.schema.names), value=text, reason=fault.reason)


def _shown(cell: object) -> str | None:
    return None if cell is None or cell == "" else str(cell)


def _skipped(readings: Sequence[Reading], codes: Codes, rows: Codes, faults: Sequence[Fault]) -> dict[str, Codes]:
    """Rows that are not estimated, by reason."""
    reasons = list(dict.fromkeys(reading.skipped for reading in readings if reading.skipped is not None))
    reason_of = np.array([reasons.index(reading.skipped) if reading.skipped else -1 for reading in readings], np.int64)
    skipped = {reason: np.flatnonzero(reason_of[codes] == index) for index, reason in enumerate(reasons)}
    skipped |= {fault.reason: rows[fault.where] for fault in faults if fault.column is None}
    return {reason: found for reason, found in skipped.items() if len(found)}


def _dollars(batch: pa.RecordBatch) -> pa.Array:
    """The bill's own cost of each row, in dollars; null where it is in another currency."""
    costs = [read_numbers(cells).values for cells in (column(batch, name) for name in COSTS) if cells is not None]
    currency = column(batch, CURRENCY)
    if currency is None or not costs:
        return pa.nulls(batch.num_rows, pa.float64())
    effective, billed = costs[0], costs[-1]
    usd = np.where(np.isnan(effective), billed, effective)
    is_dollars = pc.fill_null(pc.equal(read_text(currency), DOLLARS), False).to_numpy(zero_copy_only=False)
    return pa.array(usd, mask=~is_dollars | np.isnan(usd))


FOCUS = Format(
    bill=Bill(billed="x_BilledUsd", difference="x_CostDifferenceUsd"),
    name="focus",
    title="FOCUS bill",
    required=(
        ("ChargeCategory",),
        ("ConsumedQuantity", "PricingQuantity", "UsageQuantity"),
        ("ConsumedUnit", "PricingUnit", "UsageUnit"),
    ),
    known=tuple(
        dict.fromkeys(
            (
                *(name.partition(".")[0] for name in TEXTS),
                *(*QUANTITIES, START, END, SPLIT, SHARE, *COSTS, CURRENCY, *EARLIER.values()),
            )
        )
    ),
    translate=translate,
    groups=(BASIS,),
    results={
        "energy_kwh": "x_EnergyKwh",
        "carbon_location_kg": "x_CarbonLocationKg",
        "carbon_market_kg": "x_CarbonMarketKg",
        "carbon_embodied_kg": "x_CarbonEmbodiedKg",
        "carbon_total_kg": "x_CarbonTotalKg",
        "water_total_l": "x_WaterL",
        "cost_total_usd": "x_CostUsd",
    },
)
