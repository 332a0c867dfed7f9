"""What the reader of FOCUS bills makes of a charge: a request, or why there is none."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from costsvc.batch.formats import focus_tokens
from costsvc.batch.formats.focus_charge import Charge, price_kind, region
from costsvc.batch.formats.focus_machines import NO_MACHINE, Machine, read_machine
from costsvc.batch.formats.focus_units import Measure, factor
from costsvc.batch.formats.format import Kind

COMPUTING = ("Compute", focus_tokens.AI)
"""Service categories whose charges are estimated."""
UNITS = ("ConsumedUnit", "PricingUnit", "CommitmentDiscountUnit")
"""Units of the quantities of a charge, in the order in which the quantities are used."""
STATUSES = ("CommitmentDiscountStatus", "CapacityReservationStatus")
UNUSED = "unused commitment without an instance type"
AMOUNTS: Mapping[str, tuple[str, str, tuple[Measure, ...]]] = {
    "instance": ("hours", "instance-hours", ("hours",)),
    "accelerator": ("accelerator_hours", "accelerator-hours", ("hours", "accelerator-hours")),
}
"""Field of the amount, basis of the estimate and what units may measure, by what the name of a machine names."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What the reader makes of a charge.

    Attributes:
        skipped: Why the charge is not estimated; None if it is.
        rejected: Column at fault and what is wrong with it; None if the charge can be read.
        kind: Kind of the request.
        basis: What the estimate is based on.
        texts: Fields of the request that are names and choices.
        numbers: Fields of the request that do not grow with the quantity of the charge.
        source: Column with the name of the machine or the model.
        amount: Field of the request that grows with the quantity.
        factors: The amount in one of ``ConsumedUnit``, ``PricingUnit`` and ``CommitmentDiscountUnit``, NaN where the
            unit measures something else. [amount]
        unit: What the units must measure.
        is_unused: Whether nobody used the machine.
        is_correction: Whether the charge corrects an earlier one.
    """

    skipped: str | None = None
    rejected: tuple[str, str] | None = None
    kind: Kind = "training"
    basis: str = "none"
    texts: Mapping[str, str] = field(default_factory=dict)
    numbers: Mapping[str, float] = field(default_factory=dict)
    source: str = ""
    amount: str = ""
    factors: Sequence[float] = (math.nan,) * len(UNITS)
    unit: str = ""
    is_unused: bool = False
    is_correction: bool = False


def read_charge(charge: Charge) -> Reading:
    """What a charge is about.

    Args:
        charge: The charge.
    """
    category = charge.get("ChargeCategory")
    if category is None:
        return Reading(rejected=("ChargeCategory", "must be given"))
    if category != "Usage":
        return Reading(skipped=f"charge category {category}")
    counts = any(not math.isnan(factor(charge.get(unit), "tokens")) for unit in UNITS)
    if focus_tokens.is_tokens(charge, has_unit=counts):
        return _of_tokens(charge)
    service = charge.get("ServiceCategory")
    if service is not None and service not in COMPUTING:
        return Reading(skipped=f"service category {service}")
    machine = read_machine(charge)
    if isinstance(machine, Machine):
        return _of_machine(charge, machine)
    return Reading(skipped=UNUSED if machine == NO_MACHINE and _is_unused(charge) else machine)


def _of_machine(charge: Charge, machine: Machine) -> Reading:
    amount, basis, measures = AMOUNTS[machine.field]
    spot = "spot" if machine.is_spot else price_kind(charge)
    is_unused, is_correction = machine.is_unused or _is_unused(charge), _is_correction(charge)
    return Reading(
        basis="correction" if is_correction else "unused-commitment" if is_unused else basis,
        texts=_given({machine.field: machine.name, "region": region(charge), "pricing.kind": spot}),
        source=machine.source,
        amount=amount,
        factors=[factor(charge.get(unit), *measures) for unit in UNITS],
        unit="hours, minutes or seconds",
        is_unused=is_unused,
        is_correction=is_correction,
    )


def _of_tokens(charge: Charge) -> Reading:
    if _is_unused(charge):
        return Reading(skipped=UNUSED)
    tokens = focus_tokens.read_tokens(charge)
    if not isinstance(tokens, focus_tokens.Tokens):
        return Reading(rejected=tokens)
    is_correction = _is_correction(charge)
    return Reading(
        kind="inference",
        basis="correction" if is_correction else "tokens",
        texts={**tokens.texts, **_given({"region": region(charge)})},
        numbers=tokens.numbers,
        source=tokens.source,
        amount="requests",
        factors=[focus_tokens.requests_in(charge, charge.get(unit)) for unit in UNITS],
        unit="tokens",
        is_correction=is_correction,
    )


def _given(texts: Mapping[str, str | None]) -> dict[str, str]:
    return {name: text for name, text in texts.items() if text is not None}


def _is_unused(charge: Charge) -> bool:
    return any(charge.get(status) == "Unused" for status in STATUSES)


def _is_correction(charge: Charge) -> bool:
    return charge.get("ChargeClass") == "Correction"


def columns_of(source: str) -> dict[str, str]:
    """The column of the bill from which each field of a request comes.

    Args:
        source: The column with the name of the machine or the model.
    """
    named = dict.fromkeys(("instance", "accelerator", "model"), source)
    counted = dict.fromkeys(("hours", "accelerator_hours", "requests"), "ConsumedQuantity")
    priced = {"pricing.kind": "PricingCategory", "provider": "ServiceProviderName"}
    return named | counted | priced | {"region": "RegionId", "date": "ChargePeriodStart"}
