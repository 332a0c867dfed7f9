"""The parts of each total of an estimate, and the amounts that no total includes."""

from collections.abc import Iterator
from typing import NamedTuple

from costsvc.estimates.labels import Metric
from costsvc.report import numbers
from costsvc.report.answers import CarbonBasis, Estimate, QuantityAnswer, central_value, totals
from costsvc.report.labels import TOTALS
from costsvc.units import PERCENT


class Part(NamedTuple):
    """A part of a total at central values.

    Attributes:
        name: Its name.
        detail: What it includes; empty if the name says enough.
        value: Its amount, in the unit of the total.
        percent: Its share of the total; None if the total is not known or 0.
    """

    name: str
    detail: str
    value: float
    percent: float | None


class Total(NamedTuple):
    """A total with its parts.

    Attributes:
        metric: What it measures.
        quantity: The total; None if it is not known.
        parts: Its known parts.
    """

    metric: Metric
    quantity: QuantityAnswer | None
    parts: list[Part]


Amount = tuple[str, str, float | None]
"""Name, detail and value of a part."""


def breakdown(estimate: Estimate) -> list[Total]:
    """The four totals of an estimate with their parts."""
    amounts = {"energy_kwh": _energy, "carbon_kg": _carbon, "water_l": _water, "cost_usd": _cost}
    return [_total(metric, quantity, amounts[metric](estimate)) for metric, quantity in totals(estimate).items()]


def _energy(estimate: Estimate) -> list[Amount]:
    chips, servers, meter = (
        estimate[field]["value"] for field in ("accelerator_energy_kwh", "it_energy_kwh", "energy_kwh")
    )
    return [
        ("chips", "", chips),
        ("host", "processors, fans, power supply and network", servers - chips),
        ("building", "cooling and losses", meter - servers),
    ]


def _carbon(estimate: Estimate) -> list[Amount]:
    carbon = estimate["carbon"]
    return [
        ("operation", "electricity, location-based", central_value(carbon["location_kg"])),
        ("manufacture", "", central_value(carbon["embodied_kg"])),
    ]


def _water(estimate: Estimate) -> list[Amount]:
    water = estimate["water"]
    return [
        ("power plants", "", central_value(water["offsite_l"])),
        ("on site", "cooling", central_value(water["onsite_l"])),
    ]


def _cost(estimate: Estimate) -> list[Amount]:
    cost = estimate["cost"]
    if cost["rental_usd"]:
        return [("rent", "includes hardware, electricity and facility", central_value(cost["rental_usd"]))]
    return [(name, "", central_value(cost[f"{name}_usd"])) for name in ("hardware", "electricity", "facility")]


def _total(metric: str, quantity: QuantityAnswer | None, amounts: list[Amount]) -> Total:
    whole = central_value(quantity)
    parts = [
        Part(name, detail, value, PERCENT * value / whole if whole else None)
        for name, detail, value in amounts
        if value is not None
    ]
    return Total(TOTALS[metric], quantity, parts)


def other_amounts(estimate: Estimate) -> Iterator[tuple[str, str, str]]:
    """Amounts that no total includes: name, amount and basis."""
    carbon = estimate["carbon"]
    for basis, name in (("market", "CO2e, market-based"), ("marginal", "CO2e, marginal")):
        amount = carbon[f"{basis}_kg"]
        if amount is not None:
            yield name, numbers.carbon(amount), _basis(carbon["basis"][basis])
    if estimate["cost"]["social_usd"] is not None:
        yield "Damage of the CO2e", numbers.money(estimate["cost"]["social_usd"]), "social cost of carbon"


def _basis(basis: CarbonBasis | None) -> str:
    if basis is None:
        return ""
    values = (basis[field] for field in ("scope", "method", "zone", "year"))
    return ", ".join(str(value) for value in values if value is not None)
