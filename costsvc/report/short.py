"""Short answers: the main result of an answer, with its id and versions."""

from collections.abc import Callable, Mapping
from typing import cast, get_args

from costsvc.answers.amortization import Amortization
from costsvc.answers.api_or_own import ApiOrOwnAnswer
from costsvc.answers.change import ChangeAnswer
from costsvc.answers.explanation import Gap
from costsvc.answers.placement import Differences, OutcomeAnswer, PlacementAnswer
from costsvc.answers.quantities import Amounts, Metric
from costsvc.answers.schedule import ScheduleAnswer
from costsvc.answers.short import (
    CentralAmounts,
    ShortAmortization,
    ShortAnswer,
    ShortApiOrOwn,
    ShortChange,
    ShortEstimate,
    ShortPercents,
    ShortPlacement,
    ShortSchedule,
)
from costsvc.report.answers import Answer, AnyEstimate, central_value, of_kind, percent_of, totals, unavailable_reason
from costsvc.report.headlines import headline

PATHS: Mapping[Metric, str] = {
    "energy_kwh": "energy_kwh",
    "carbon_kg": "carbon.total_kg",
    "water_l": "water.total_l",
    "cost_usd": "cost.total_usd",
}
"""Where an estimate has its totals."""
COMPARED: tuple[Metric, ...] = ("carbon_kg", "cost_usd")
"""Metrics whose break-evens a short comparison of strategies has; with all four, ten strategies would be long."""


def shorten(kind: str, answer: Answer) -> ShortAnswer:
    """The short form of an answer.

    Args:
        kind: The kind of question.
        answer: The answer.
    """
    common = ShortAnswer(
        id=answer["id"],
        headline=headline(kind, answer),
        warnings=sorted({warning["code"] for warning in answer["warnings"]}),
        version=answer["version"],
        data_version=answer["data_version"],
    )
    return cast("ShortAnswer", {**common, **_RESULTS[kind](answer)})


def _estimate(answer: AnyEstimate) -> Mapping[str, object]:
    amounts = totals(answer)
    gaps = [
        Gap(field=metric, reason=unavailable_reason(answer, PATHS[metric]))
        for metric, amount in amounts.items()
        if amount is None
    ]
    return {"unavailable": gaps, **{str(metric): amount for metric, amount in amounts.items()}}


def _amortization(answer: Amortization) -> Mapping[str, object]:
    ranking = answer["ranking"]
    return {
        "baseline": answer["baseline"],
        "cheapest": {metric: next(iter(ranking[metric]), None) for metric in get_args(Metric)},
        "strategies": [{"name": one["name"], **_central(one["total"])} for one in answer["strategies"]],
        "break_even": [
            {
                "strategy": one["strategy"],
                "metric": one["metric"],
                "verdict": one["verdict"],
                "tasks": one["tasks"] and one["tasks"]["value"],
                "probability": one["probability"],
            }
            for one in answer["break_even"]
            if one["metric"] in COMPARED
        ],
    }


def _api_or_own(answer: ApiOrOwnAnswer) -> Mapping[str, object]:
    return {
        "api_per_month": _central(answer["api"]["per_month"]),
        "own_per_month": _central(answer["own"]["per_month"]),
        "break_even": [
            {
                "metric": one["metric"],
                "verdict": one["verdict"],
                "requests_per_month": one["requests_per_month"] and one["requests_per_month"]["value"],
                "probability_own_cheaper": one["probability_own_cheaper"],
            }
            for one in answer["break_even"]
        ],
    }


def _placement(answer: PlacementAnswer) -> Mapping[str, object]:
    best = next(iter(answer["options"]), None)
    return {
        "options_considered": answer["options_considered"],
        "options_allowed": answer["options_allowed"],
        "carbon_basis": answer["carbon_basis"],
        "best": best
        and OutcomeAnswer(
            request=best["request"],
            energy_kwh=best["energy_kwh"],
            carbon_kg=best["carbon_kg"],
            water_l=best["water_l"],
            cost_usd=best["cost_usd"],
            hours=best["hours"],
        ),
        "percent": best and _percents(best["difference"]),
    }


def _change(answer: ChangeAnswer) -> Mapping[str, object]:
    return {"percent": _percents(answer["difference"]), "probability_lower": answer["probability_lower"]}


def _schedule(answer: ScheduleAnswer) -> Mapping[str, object]:
    best, elsewhere = next(iter(answer["windows"] or ()), None), answer["best_other_region"]
    return {
        "best": best and {"start": best["start"], "end": best["end"], "location_kg": best["location_kg"]},
        "savings": [{"against": one["against"], "percent": one["percent"]} for one in answer["savings"] or ()],
        "best_other_region": elsewhere and elsewhere["region"],
    }


def _central(amounts: Amounts) -> CentralAmounts:
    return CentralAmounts(
        energy_kwh=central_value(amounts["energy_kwh"]),
        carbon_kg=central_value(amounts["carbon_kg"]),
        water_l=central_value(amounts["water_l"]),
        cost_usd=central_value(amounts["cost_usd"]),
    )


def _percents(difference: Differences) -> ShortPercents:
    return ShortPercents(
        energy_kwh=percent_of(difference["energy_kwh"]),
        carbon_kg=percent_of(difference["carbon_kg"]),
        water_l=percent_of(difference["water_l"]),
        cost_usd=percent_of(difference["cost_usd"]),
        hours=percent_of(difference["hours"]),
    )


_RESULTS: Mapping[str, Callable[[Answer], Mapping[str, object]]] = {
    "training": of_kind(_estimate),
    "inference": of_kind(_estimate),
    "amortization": of_kind(_amortization),
    "api_or_own": of_kind(_api_or_own),
    "placement": of_kind(_placement),
    "change": of_kind(_change),
    "schedule": of_kind(_schedule),
}
SHORT_TYPES: Mapping[str, type[ShortAnswer]] = {
    "training": ShortEstimate,
    "inference": ShortEstimate,
    "amortization": ShortAmortization,
    "api_or_own": ShortApiOrOwn,
    "placement": ShortPlacement,
    "change": ShortChange,
    "schedule": ShortSchedule,
}
"""The type of the short answers to each kind of question."""
