"""The reports of comparisons that their templates show besides the answer."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from costsvc.answers.amortization import Amortization
from costsvc.answers.api_or_own import ApiOrOwnAnswer
from costsvc.answers.change import ChangeAnswer
from costsvc.answers.placement import OutcomeAnswer, PlacementAnswer
from costsvc.answers.schedule import ScheduleAnswer
from costsvc.model.quantities import scale_quantity
from costsvc.reference.catalog import Catalog
from costsvc.reference.coordinates import distance_km, position_of
from costsvc.reference.display_names import place_name
from costsvc.report.answers import Answer, of_kind, read_request, workload_kind
from costsvc.report.labels import TOTALS, part_name
from costsvc.report.placement_cards import cards, changes, machine
from costsvc.report.schedule_times import times, windows
from costsvc.web.page.shared_cases import CASES

MOST_PLACES = 10
"""Places with hourly data that are offered where there is none."""
THOUSAND = 1000.0
LARGE_CLOUDS = ("aws", "gcp", "azure")


@dataclass(frozen=True, slots=True, kw_only=True)
class Links:
    """Makes the addresses of pages.

    Attributes:
        estimate: The estimate of a workload, from its kind and its request.
        again: The same question with other values of some fields.
        of: The same question with another request.
    """

    estimate: Callable[[str, object], str]
    again: Callable[[Mapping[str, str]], str]
    of: Callable[[object], str]


Linked = Callable[[Links, Catalog], dict[str, Any]]


def comparison_report(kind: str, answer: Answer, links: Links, catalog: Catalog) -> dict[str, Any]:
    """The reports of a comparison by name; none of an estimate.

    Args:
        kind: The kind of question.
        answer: The answer.
        links: Makes the addresses of pages.
        catalog: The reference tables.
    """
    return _REPORTS[kind](answer)(links, catalog) if kind in _REPORTS else {}


def _placement(placement: PlacementAnswer) -> Linked:
    """The options to choose from, and the rows of the table; each with the address of its estimate."""
    workload = workload_kind(placement["request"]) or "training"

    def linked(links: Links, _: Catalog) -> dict[str, Any]:
        rows = [_row(placement["baseline"], "Now", "", placement["names"])]
        rows += [
            _row(one, str(one["rank"]), changes(one["difference"]), placement["names"]) for one in placement["options"]
        ]
        return {
            "cards": [
                {"card": card, "href": links.estimate(workload, card.option["request"])} for card in cards(placement)
            ],
            "rows": [{**row, "href": links.estimate(workload, row["outcome"]["request"])} for row in rows],
        }

    return linked


def _row(outcome: OutcomeAnswer, title: str, changed: str, names: Mapping[str, str]) -> dict[str, Any]:
    """A row of the table of a placement."""
    request = read_request(outcome["request"], names)
    pricing = read_request(outcome["request"].get("pricing") or {}, names)
    sold = (pricing.get("provider"), pricing.get("kind"))
    return {
        "title": title,
        "outcome": outcome,
        "place": request.get("region", "world"),
        "region": outcome["request"].get("region", ""),
        "machine": machine(request),
        "price": ", ".join(str(word) for word in sold if word),
        "changes": changed,
    }


def _amortization(comparison: Amortization) -> Linked:
    """The parts in words, and ready cases to start from."""
    strategies = [strategy["name"] for strategy in comparison["strategies"]]
    names = {part["part"]: part_name(part, strategies) for part in comparison["parts"]}
    return lambda links, _: {
        "part_names": names,
        "reasons": [_named(entry["reason"], names) for entry in comparison["break_even"]],
        "cases": [{"title": case.title, "href": links.of(case.body)} for case in CASES],
    }


def _named(text: str, names: Mapping[str, str]) -> str:
    """A text with names in place of the paths of parts, the longest path first: one may begin another."""
    for path in sorted(names, key=len, reverse=True):
        text = text.replace(path, f"\N{LEFT DOUBLE QUOTATION MARK}{names[path]}\N{RIGHT DOUBLE QUOTATION MARK}")
    return text


def _api_or_own(comparison: ApiOrOwnAnswer) -> Linked:
    """What a thousand requests take on both sides."""
    sides = {"Calls": comparison["api"], "Own hardware": comparison["own"]}
    return lambda _, __: {
        "per_thousand": [
            {
                "side": title,
                **{
                    metric: None if amount is None else scale_quantity(amount, THOUSAND)
                    for metric in TOTALS
                    for amount in [side["per_request"][metric]]
                },
            }
            for title, side in sides.items()
        ]
    }


def _change(change: ChangeAnswer) -> Linked:
    """The addresses of both estimates."""
    before = change["request"].get("before")
    workload = workload_kind(before) or "training"
    return lambda links, _: {
        "before_href": links.estimate(workload, change["before"]["request"]),
        "after_href": links.estimate(workload, change["after"]["request"]),
    }


def _schedule(schedule: ScheduleAnswer) -> Linked:
    """Equal windows once, times in words, and, without hourly data, the places that have it."""
    field = "training.region" if workload_kind(schedule["request"]) else "region"

    def linked(links: Links, catalog: Catalog) -> dict[str, Any]:
        other = schedule["best_other_region"]
        return {
            "windows": windows(schedule),
            "now_times": times(schedule, schedule["now"]) if schedule["now"] else [],
            "other_times": times(schedule, other) if other else [],
            "places": []
            if schedule["windows"]
            else [
                {"name": place_name(catalog, region), "id": region, "href": links.again({field: region})}
                for region in _with_hours(schedule, catalog)
            ],
        }

    return linked


def _with_hours(schedule: ScheduleAnswer, catalog: Catalog) -> list[str]:
    """A cloud region of each of the nearest zones with an hourly profile."""
    here = position_of(catalog, schedule["place"]["region"])
    operator = catalog.place(schedule["place"]["region"]).operator
    order = (operator, *LARGE_CLOUDS)
    found = []
    for zone in schedule["with_profile"]:
        ranked = sorted(zone["regions"], key=lambda region: _rank(region.partition(":")[0], order))
        there = position_of(catalog, ranked[0]) if ranked else None
        if there is not None:
            found.append((0.0 if here is None else distance_km(here, there), ranked[0]))
    return [region for _, region in sorted(found)[:MOST_PLACES]]


def _rank(provider: str, order: Sequence[str]) -> int:
    return order.index(provider) if provider in order else len(order)


_REPORTS: Mapping[str, Callable[[Answer], Linked]] = {
    "amortization": of_kind(_amortization),
    "api_or_own": of_kind(_api_or_own),
    "change": of_kind(_change),
    "placement": of_kind(_placement),
    "schedule": of_kind(_schedule),
}
