"""Answers as people read them: shares of a whole, verdicts in words, where to change a number."""

from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from costsvc.estimates.answer import Plain
from costsvc.reference.table import Row
from costsvc.units import PERCENT
from costsvc.web import numbers

TOTALS: Mapping[str, tuple[str, str]] = {
    "energy_kwh": ("Energy", "at the building's meter"),
    "carbon_kg": ("CO2e", "operation and manufacture"),
    "water_l": ("Water", "on site and at power plants"),
    "cost_usd": ("Money", "what is paid"),
}
"""What the four totals are called, and what they hold."""
METRICS: Mapping[str, tuple[str, str]] = {
    **{name: (title, name) for name, (title, _) in TOTALS.items()},
    "hours": ("Time", "time_h"),
}
"""Title and dimension of what comparisons compare."""
DRIVEN = {"energy_kwh": "energy_kwh", "total_kg": "carbon_kg", "total_l": "water_l", "total_usd": "cost_usd"}
"""The total whose width a list of drivers tells."""
FACTOR_FIELDS: Mapping[str, str] = {
    "accelerator_tdp_w": "accelerator_power_w",
    "power_fraction": "accelerator_power_w",
    "accelerator_idle_w": "accelerator_power_w",
    "host_overhead_share": "it_power_w",
    "host_base_w": "it_power_w",
    "host_fabric_w": "it_power_w",
    "owned_utilization": "utilization",
    "longest_run_days": "accelerators",
    "cfe_share": "share",
    "contract_share": "share",
    "contract_g_per_kwh": "g_per_kwh",
}
"""The field that takes the place of a factor of another name."""
VERDICTS: Mapping[str, str] = {
    "always": "{ours} is lower than {other} whatever the number of tasks",
    "never": "{ours} is never lower than {other}",
    "equal": "{ours} and {other} come to the same",
    "from": "{ours} is lower than {other} from {tasks} tasks on",
    "up_to": "{ours} is lower than {other} up to {tasks} tasks",
}
"""What each verdict says."""
EQUIVALENTS = 2
EASY = 100.0
"""How far an amount may lie from those that are easily pictured, unless it is the only one."""
CERTAIN = 0.995


class Piece(NamedTuple):
    """A part of a whole: its name, amount and share of it in percent."""

    name: str
    amount: str
    percent: float | None


class Whole(NamedTuple):
    """A total and what it consists of."""

    title: str
    total: str
    pieces: list[Piece]


def totals(answer: Plain) -> dict[str, Plain | None]:
    """The four totals of an estimate, by the metric's name.

    Args:
        answer: An estimate.
    """
    return {
        "energy_kwh": answer["energy_kwh"],
        "carbon_kg": answer["carbon"]["total_kg"],
        "water_l": answer["water"]["total_l"],
        "cost_usd": answer["cost"]["total_usd"],
    }


def breakdown(answer: Plain) -> list[Whole]:
    """What each total consists of, at central values.

    Args:
        answer: An estimate.
    """
    carbon, water, cost = answer["carbon"], answer["water"], answer["cost"]
    return [
        _whole("Energy", "energy_kwh", answer["energy_kwh"], _energy(answer)),
        _whole(
            "CO2e",
            "carbon_kg",
            carbon["total_kg"],
            [("Operation, at the grid's average", carbon["location_kg"]), ("Manufacture", carbon["embodied_kg"])],
        ),
        _whole(
            "Water",
            "water_l",
            water["total_l"],
            [("Cooling on site", water["onsite_l"]), ("At power plants", water["offsite_l"])],
        ),
        _whole(
            "Money",
            "cost_usd",
            cost["total_usd"],
            [
                ("Rent, with hardware, electricity and building in it", cost["rental_usd"]),
                ("Hardware", cost["hardware_usd"]),
                ("Electricity", cost["electricity_usd"]),
                ("Building", cost["facility_usd"]),
            ],
        ),
    ]


def _energy(answer: Plain) -> list[tuple[str, Plain | None]]:
    chips, servers, meter = (
        answer[name]["value"] for name in ("accelerator_energy_kwh", "it_energy_kwh", "energy_kwh")
    )
    return [
        ("Chips", {"value": chips}),
        ("Host: processors, fans, power supply, network", {"value": servers - chips}),
        ("Building: cooling and losses", {"value": meter - servers}),
    ]


def _whole(title: str, dimension: str, total: Plain | None, pieces: Iterable[tuple[str, Plain | None]]) -> Whole:
    whole = total["value"] if total else None
    found = [
        Piece(name, numbers.text(amount["value"], dimension), PERCENT * amount["value"] / whole if whole else None)
        for name, amount in pieces
        if amount is not None
    ]
    return Whole(title, numbers.text(total, dimension), found)


def beside(answer: Plain) -> Iterator[tuple[str, str, str]]:
    """Amounts that are told beside the totals and are in none of them: name, amount, what it is."""
    carbon = answer["carbon"]
    for name, title in (("market_kg", "CO2e, market-based"), ("marginal_kg", "CO2e at the grid's margin")):
        basis = carbon["basis"][name.removesuffix("_kg")]
        if carbon[name] is not None:
            yield title, numbers.text(carbon[name], "carbon_kg"), _basis(basis)
    if answer["cost"]["social_usd"] is not None:
        yield "Damage of the CO2e", numbers.text(answer["cost"]["social_usd"], "cost_usd"), "social cost of carbon"


def _basis(basis: Plain | None) -> str:
    if basis is None:
        return ""
    words = (basis["scope"], basis["method"], basis["zone"], basis["year"])
    return ", ".join(str(word) for word in words if word is not None)


def equivalents(answer: Plain, things: Mapping[str, Row]) -> dict[str, list[tuple[str, str]]]:
    """The totals in things that a person can picture: for each total amounts, and what they are of.

    Args:
        answer: An estimate.
        things: What each thing is called, and which total it is held against.
    """
    found: dict[str, list[tuple[str, str]]] = {}
    for one in sorted(answer["equivalents"], key=lambda one: _unreadable(one["value"])):
        thing = things[one["name"]]
        told = found.setdefault(DRIVEN[thing["metric"]], [])
        if not told or (len(told) < EQUIVALENTS and _unreadable(one["value"]) <= EASY):
            told.append((numbers.text(one["value"], "number"), thing["name"]))
    return {TOTALS[metric][0]: found[metric] for metric in TOTALS if metric in found}


def _unreadable(value: float) -> float:
    """How far an amount is from those that are easily pictured, 1 to 1000."""
    return max(1 / value if value else float("inf"), value / 1000)


def override(factor: str, fields: Mapping[str, str]) -> str | None:
    """The field of the form that takes the place of a factor, None where only an own table does.

    Args:
        factor: The factor's name.
        fields: The form's fields by the last word of their names.
    """
    return fields.get(FACTOR_FIELDS.get(factor, factor))


def verdict(entry: Plain) -> str:
    """What a break-even says, in a few words.

    Args:
        entry: One of ``break_even`` of a comparison of strategies.
    """
    tasks = numbers.text(entry["tasks"]["value"], "number") if entry["tasks"] else ""
    said = VERDICTS.get(entry["verdict"])
    return said.format(ours=entry["strategy"], other=entry["against"], tasks=tasks) if said else "not known"


def likely(probability: float | None) -> str:
    """How probable something is, without claiming certainty."""
    if probability is None:
        return "not known"
    if probability > CERTAIN:
        return "more than 99 %"
    if probability < 1 - CERTAIN:
        return "less than 1 %"
    return f"{PERCENT * probability:.0f} %"
