"""Shared against per task: which strategy is cheaper, from how many tasks or requests on."""

from collections.abc import Mapping, Sequence
from typing import Any

from costsvc.errors import BadRequestError
from costsvc.estimates import answer
from costsvc.estimates.answer import Plain
from costsvc.estimates.comparisons.curves import curve, surface
from costsvc.estimates.comparisons.explanation import Comparing, of_comparison, of_part
from costsvc.estimates.comparisons.parts import METRICS, Metric
from costsvc.estimates.comparisons.sensitivity import Duel, flip
from costsvc.estimates.comparisons.strategies import Growth, Resolved, Resolver
from costsvc.estimates.labels import LABELS, REASONS
from costsvc.model import amortization as formulas
from costsvc.model.amortization import Crossing
from costsvc.model.uncertainty import central_value, open_quantity, quantities, sample
from costsvc.reference.catalog import Catalog
from costsvc.requests.comparisons import Benefit, Comparison
from costsvc.resolve.log import FactorLog
from costsvc.resolve.price import resolve_social_cost
from costsvc.units import Numeric

ADOPTERS = (1.0, 10.0, 100.0)
"""Numbers of tasks at which the cost of each is told."""


def amortization(asked: Comparison, catalog: Catalog, *, explain: bool = False) -> Plain:
    """Answer which strategy is cheaper and when.

    Args:
        asked: The strategies and the tasks.
        catalog: The tables.
        explain: Whether the steps that lead to the answer are told as well.

    Raises:
        UnknownNameError: If a name in a part is not known.
        BadRequestError: If the baseline is not one of the strategies, or tasks would arrive after the end.
    """
    tasks, requests = _horizon(asked)
    resolver = Resolver(asked=asked, growth=Growth.of(asked, tasks), catalog=catalog)
    resolved = [resolver.resolve(i) for i in range(len(asked.strategies))]
    baseline = _baseline(asked, resolved)
    others = [strategy for strategy in resolved if strategy is not baseline]
    request = {**asked.said, "baseline": baseline.name, "carbon_basis": asked.carbon_basis}
    ranking = {metric: _ranking(resolved, metric, tasks, requests) for metric in METRICS}
    log = FactorLog()
    comparing = Comparing(resolved=resolved, baseline=baseline, tasks=tasks, requests=requests)
    return {
        "id": answer.identity(request, catalog),
        "request": request,
        "tasks": tasks,
        "requests_per_task": requests,
        "carbon_basis": asked.carbon_basis,
        "baseline": baseline.name,
        "strategies": [_shown(strategy, tasks, requests) for strategy in resolved],
        "break_even": [
            _break_even(
                Duel(resolver=resolver, first=one, second=baseline, metric=metric, tasks=tasks, requests=requests)
            )
            for one in others
            for metric in METRICS
        ],
        "curves": [curve(resolved, baseline, metric, tasks, requests) for metric in METRICS],
        "surface": None if asked.surface is None else surface(resolved, asked.surface),
        "shares": _shares(asked, tasks),
        "adopters": [_adopters(strategy, tasks, requests) for strategy in resolved],
        "ranking": ranking,
        "disagreements": _disagreements(ranking),
        "value": None if asked.benefit is None else _values(asked.benefit, resolved, (tasks, requests), catalog, log),
        **_explained(resolved, log, catalog, resolver if explain else None),
        **({"explanation": of_comparison(comparing)} if explain else {}),
    }


def _horizon(asked: Comparison) -> tuple[float, float]:
    """Number of tasks, and mean requests to each.

    Raises:
        BadRequestError: If the last of the tasks would arrive after the end.
    """
    tasks, requests = asked.tasks or 1.0, asked.requests_per_task or 0.0
    if asked.task_list:
        tasks = float(len(asked.task_list))
        requests = sum(task.requests for task in asked.task_list) / tasks
    time = asked.time
    if time is not None and time.tasks_per_month and tasks > time.tasks_per_month * time.lifetime_months:
        least = tasks / time.lifetime_months
        text = f"{tasks:g} tasks do not arrive within {time.lifetime_months:g} months; at least {least:g} would."
        raise BadRequestError({"time.tasks_per_month": text})
    return tasks, requests


def _baseline(asked: Comparison, resolved: Sequence[Resolved]) -> Resolved:
    name = asked.baseline or asked.strategies[-1].name
    for strategy in resolved:
        if strategy.name == name:
            return strategy
    known = ", ".join(repr(strategy.name) for strategy in resolved)
    raise BadRequestError({"baseline": f"{name!r} is no strategy of this request; these are: {known}."})


def _shown(resolved: Resolved, tasks: float, requests: float) -> Plain:
    whole = {**resolved.sections, "total": _totals(resolved, tasks, requests)}
    return {"name": resolved.name, **{section: _quantities(by_metric) for section, by_metric in whole.items()}}


def _totals(resolved: Resolved, tasks: float, requests: float) -> dict[Metric, Numeric | None]:
    totals: dict[Metric, Numeric | None] = {}
    for metric in METRICS:
        strategy = resolved.strategy(metric)
        totals[metric] = None if strategy is None else formulas.total(strategy, tasks, requests)
    return totals


def _quantities(by_metric: Mapping[Metric, Numeric | None]) -> Plain:
    return dict(zip(by_metric, quantities(list(by_metric.values())), strict=True))


def _break_even(duel: Duel) -> Plain:
    entry: Plain = {"strategy": duel.first.name, "against": duel.second.name, "metric": duel.metric}
    a, b = duel.first.strategy(duel.metric), duel.second.strategy(duel.metric)
    if a is None or b is None:
        unknown = duel.first if a is None else duel.second
        return {**entry, **_UNDECIDED, "reason": _unknown(unknown, duel.metric)}
    by_tasks = formulas.tasks_crossing(a, b, duel.requests)
    by_requests = formulas.requests_crossing(a, b, duel.tasks)
    return {
        **entry,
        "tasks": open_quantity(by_tasks.at),
        "verdict": by_tasks.verdict,
        "requests_per_task": open_quantity(by_requests.at),
        "requests_verdict": by_requests.verdict,
        "probability": formulas.probability_cheaper(
            formulas.total(a, duel.tasks, duel.requests), formulas.total(b, duel.tasks, duel.requests)
        ),
        "flip": flip(duel),
        "reason": _reason(duel.first.name, duel.second.name, by_tasks),
    }


_UNDECIDED: Plain = {
    "tasks": None,
    "verdict": None,
    "requests_per_task": None,
    "requests_verdict": None,
    "probability": None,
    "flip": None,
}


def _unknown(resolved: Resolved, metric: Metric) -> str:
    parts = ", ".join(piece.where for piece in resolved.pieces if piece.by_metric[metric] is None)
    return f"{metric} of {resolved.name} is not known: {parts} does not say it."


def _reason(first: str, second: str, crossing: Crossing) -> str:
    at = 0.0 if crossing.at is None else central_value(crossing.at)
    return REASONS[crossing.verdict].format(a=first, b=second, unit="task", units="tasks", at=f"{at:.4g}")


def _shares(asked: Comparison, tasks: float) -> list[Plain]:
    """Each task's share of what is paid once, by every key that the request gives."""
    if not asked.task_list:
        return [{"key": "equal", "tasks": [{"name": "each task", "share": 1.0 / tasks}]}]
    keys: dict[str, list[float | None]] = {
        "equal": [1.0 for _ in asked.task_list],
        "requests": [task.requests for task in asked.task_list],
        "tokens": [task.tokens for task in asked.task_list],
        "weights": [task.weight for task in asked.task_list],
    }
    return [{"key": key, "tasks": _shared(asked, weights)} for key, weights in keys.items() if _complete(weights)]


def _complete(weights: Sequence[float | None]) -> bool:
    return all(weight is not None for weight in weights) and any(weights)


def _shared(asked: Comparison, weights: Sequence[float | None]) -> list[Plain]:
    found = formulas.shares([weight or 0.0 for weight in weights])
    return [{"name": task.name, "share": float(share)} for task, share in zip(asked.task_list, found, strict=True)]


def _adopters(resolved: Resolved, tasks: float, requests: float) -> Plain:
    """What each task bears where there is one, ten, a hundred, and as many as were asked about."""
    counts = sorted({*ADOPTERS, tasks})
    return {
        "name": resolved.name,
        "tasks": counts,
        "per_task": {
            metric: None
            if (strategy := resolved.strategy(metric)) is None
            else quantities([formulas.total(strategy, count, requests) / count for count in counts])
            for metric in METRICS
        },
    }


def _ranking(resolved: Sequence[Resolved], metric: Metric, tasks: float, requests: float) -> list[str]:
    """Names from the cheapest on, those without a total left out."""
    totals = []
    for strategy in resolved:
        known = strategy.strategy(metric)
        if known is not None:
            totals.append((central_value(formulas.total(known, tasks, requests)), strategy.name))
    return [name for _, name in sorted(totals)]


def _disagreements(ranking: Mapping[Metric, Sequence[str]]) -> list[Plain]:
    """Pairs of metrics with different winners."""
    first = [(metric, names[0]) for metric, names in ranking.items() if names]
    return [
        {
            "metrics": [a, b],
            "winners": [best, other],
            "reason": f"{best} is the cheapest in {LABELS[a].noun}, {other} in {LABELS[b].noun}.",
        }
        for place, (a, best) in enumerate(first)
        for b, other in first[place + 1 :]
        if best != other
    ]


def _values(
    benefit: Benefit, resolved: Sequence[Resolved], at: tuple[float, float], catalog: Catalog, log: FactorLog
) -> list[Plain]:
    """What building is worth: benefit less what is paid, less the damage of CO2e, less second-order effects."""
    tasks, requests = at
    worth = sample(log.record_input("benefit_usd_per_task", benefit.usd_per_task, "USD")) * tasks
    told = []
    for one in resolved:
        totals = _totals(one, tasks, requests)
        cost, carbon = totals["cost_usd"], totals["carbon_kg"]
        found: list[Numeric | None] = [None] * 4
        if cost is not None and carbon is not None:
            rate = resolve_social_cost(catalog.reference_year, catalog, log).numbers(sample)
            social = rate.usd(carbon)
            second = rate.usd(benefit.second_order_kg) + benefit.second_order_usd
            found = [worth, social, second, formulas.value_of_building(worth, cost, social, second)]
        names = ("benefit_usd", "social_usd", "second_order_usd", "value_usd")
        told.append({"name": one.name, **dict(zip(names, quantities(found), strict=True))})
    return told


def _explained(
    resolved: Sequence[Resolved], own: FactorLog, catalog: Catalog, again: Resolver | None
) -> dict[str, Any]:
    """Parts with their factors and, where they are estimated again, their steps; and what all have to say together."""
    pieces = [piece for strategy in resolved for piece in strategy.pieces]
    return {
        "parts": [
            {
                "part": piece.where,
                "kind": piece.kind,
                "factors": [answer.factor(f) for f in piece.log.factors.values()],
                **({"explanation": of_part(piece, again)} if again else {}),
            }
            for piece in pieces
        ],
        **answer.together({piece.where: piece.log for piece in pieces}, own, catalog),
    }
