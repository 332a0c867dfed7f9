"""The parts of each total of an estimate, and the amounts that no total includes."""

from collections.abc import Callable, Iterator, Mapping
from typing import NamedTuple

from costsvc.answers.estimate import Basis, Estimate
from costsvc.answers.quantities import Metric, Quantity
from costsvc.estimates.labels import MetricLabel
from costsvc.report import numbers
from costsvc.report.answers import central_value, totals
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

    metric: MetricLabel
    quantity: Quantity | None
    parts: list[Part]


Amount = tuple[str, str, float | None]
"""Name, detail and value of a part."""


def breakdown(estimate: Estimate) -> list[Total]:
    """The four totals of an estimate with their parts."""
    return [_total(metric, quantity, AMOUNTS[metric](estimate)) for metric, quantity in totals(estimate).items()]


def _energy(estimate: Estimate) -> list[Amount]:
    chips = central_value(estimate["accelerator_energy_kwh"])
    servers, meter = estimate["it_energy_kwh"]["value"], estimate["energy_kwh"]["value"]
    if chips is None:
        return [("servers", "", servers), ("building", "cooling and losses", meter - servers)]
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
    if cost["api_usd"]:
        return [("calls", "list price of the provider", central_value(cost["api_usd"]))]
    if cost["rental_usd"]:
        return [("rent", "includes hardware, electricity and facility", central_value(cost["rental_usd"]))]
    return [
        ("hardware", "", central_value(cost["hardware_usd"])),
        ("electricity", "", central_value(cost["electricity_usd"])),
        ("facility", "", central_value(cost["facility_usd"])),
    ]


AMOUNTS: Mapping[Metric, Callable[[Estimate], list[Amount]]] = {
    "energy_kwh": _energy,
    "carbon_kg": _carbon,
    "water_l": _water,
    "cost_usd": _cost,
}
"""Computes the parts of each total."""


def _total(metric: Metric, quantity: Quantity | None, amounts: list[Amount]) -> Total:
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
    if carbon["market_kg"] is not None:
        yield "CO2e, market-based", numbers.carbon(carbon["market_kg"]), _basis(carbon["basis"]["market"])
    if carbon["marginal_kg"] is not None:
        yield "CO2e, marginal", numbers.carbon(carbon["marginal_kg"]), _basis(carbon["basis"]["marginal"])
    if estimate["cost"]["social_usd"] is not None:
        yield "Damage of the CO2e", numbers.money(estimate["cost"]["social_usd"]), "social cost of carbon"


def _basis(basis: Basis | None) -> str:
    if basis is None:
        return ""
    values = (basis["scope"], basis["method"], basis["zone"], basis["year"])
    return ", ".join(str(value) for value in values if value is not None)
