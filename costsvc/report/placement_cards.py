"""The options of a placement that people choose from: the least CO2e, the least money, the best mix."""

from collections.abc import Iterator
from typing import NamedTuple

from costsvc.answers.placement import Differences, OptionAnswer, PlacementAnswer
from costsvc.report import numbers
from costsvc.report.answers import Request, percent_of, read_request
from costsvc.report.labels import COMPARED
from costsvc.units import PERCENT

CLEANEST, CHEAPEST = "Least CO2e", "Least money"
SMALLEST = 1.0
"""Smaller changes are none. [%]"""
UNITS = {"energy_kwh": "kWh", "carbon_kg": "kg of CO2e", "water_l": "L of water", "cost_usd": "$", "hours": "hour"}


class Card(NamedTuple):
    """An option, and why it is shown.

    Attributes:
        title: What it is the best in.
        note: How that is counted; empty if the title says it.
        option: The option.
        machine: Its accelerator or seller, as people call it.
        place: Its place, likewise.
        changes: What it changes against now, in words.
    """

    title: str
    note: str
    option: OptionAnswer
    machine: str
    place: str
    changes: str


def cards(answer: PlacementAnswer) -> list[Card]:
    """The options with the least CO2e, the least money and the best rank, each once.

    Args:
        answer: A placement.
    """
    found: dict[int, tuple[list[str], str, OptionAnswer]] = {}
    for title, note, option in _candidates(answer):
        titles, known, _ = found.setdefault(option["rank"], ([], "", option))
        titles.append(title if not titles else f"{title[:1].lower()}{title[1:]}")
        found[option["rank"]] = (titles, known or note, option)
    return [_card(", ".join(titles), note, option, answer) for titles, note, option in found.values()]


def _candidates(answer: PlacementAnswer) -> Iterator[tuple[str, str, OptionAnswer]]:
    best = answer["best"]
    if best["carbon_kg"] is not None:
        yield CLEANEST, "", best["carbon_kg"]
    if best["cost_usd"] is not None:
        yield CHEAPEST, "", best["cost_usd"]
    if answer["options"] and len(answer["weights"]) > 1:
        yield "Best mix", mix(answer["weights"]), answer["options"][0]
    elif answer["options"] and not answer["weights"].keys() & {"carbon_kg", "cost_usd"}:
        (metric,) = answer["weights"]
        yield (
            f"Least {next(label.noun for label in COMPARED.values() if label.field == metric)}",
            "",
            answer["options"][0],
        )


def mix(weights: dict[str, float]) -> str:
    """The weights of a ranking in words: ``money, and $0.2 for each kg of CO2e``, else ``2 per kWh, 1 per hour``.

    Args:
        weights: Weights by metric.
    """
    if weights.get("cost_usd") == 1:
        others = [f"${weight:g} for each {UNITS[name]}" for name, weight in weights.items() if name != "cost_usd"]
        return f"money, and {' and '.join(others)}"
    return ", ".join(f"{weight:g} per {UNITS[name]}" for name, weight in weights.items())


def _card(title: str, note: str, option: OptionAnswer, answer: PlacementAnswer) -> Card:
    request = read_request(option["request"], answer["names"])
    return Card(
        title=title,
        note=note,
        option=option,
        machine=machine(request),
        place=request.get("region", "anywhere"),
        changes=changes(option["difference"]),
    )


def machine(request: Request) -> str:
    """The machine of an option, or the seller of a hosted model.

    Args:
        request: The request of the option, with names in place of ids.
    """
    return request.get("provider") or request.get("instance") or request.get("accelerator", "")


def changes(difference: Differences) -> str:
    """What an option changes against now: ``90 % less CO2e, 12 % more money``; empty if that is not known."""
    found = ((percent_of(difference["carbon_kg"]), "CO2e"), (percent_of(difference["cost_usd"]), "money"))
    return ", ".join(
        text for percent, noun in found if percent and (text := change(percent["value"], noun)) is not None
    )


def change(percent: float | None, noun: str) -> str | None:
    """A change in words: ``90 % less CO2e``, ``the same CO2e``; None if it is not known.

    Args:
        percent: The change in per cent.
        noun: What changes.
    """
    if percent is None:
        return None
    if abs(percent) < SMALLEST:
        return f"the same {noun}"
    if percent >= PERCENT:
        return f"{numbers.count(round(1 + percent / PERCENT, 1))} times the {noun}"
    return f"{abs(percent):.0f} % {'more' if percent > 0 else 'less'} {noun}"
