"""Shared against per task: which strategy is cheaper, from how many tasks or requests on."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from costsvc.errors import BadRequestError
from costsvc.estimates import answer
from costsvc.estimates.answer import Plain
from costsvc.estimates.facts import Facts
from costsvc.estimates.parts import KINDS, METRICS, Amounts, Metric, amounts, located
from costsvc.estimates.spec import Comparison, Part, StrategySpec
from costsvc.model import amortization as formulas
from costsvc.model.amortization import Crossing, Strategy, Verdict
from costsvc.model.uncertainty import DRAWS, middle, quantities
from costsvc.reference.catalog import Catalog
from costsvc.units import Array, Numeric

SECTIONS = ("upfront", "per_task", "per_request")
CURVE_POINTS = 41
CURVE_REACH = 10.0
"""How many times the tasks asked about a curve goes on to show a break-even."""
REASONS: Mapping[Verdict, str] = {
    Verdict.FROM: "{a} costs more up front and less per {unit} than {b}: it is cheaper from {at:.4g} {units} on.",
    Verdict.UP_TO: "{a} costs less up front and more per {unit} than {b}: it is cheaper up to {at:.4g} {units}.",
    Verdict.ALWAYS: "{a} costs no more up front or per {unit} than {b}, and less in one of them: it is always cheaper.",
    Verdict.NEVER: "{a} costs no less up front or per {unit} than {b}: it is never cheaper.",
    Verdict.EQUAL: "{a} and {b} cost the same.",
}


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Resolved:
    """A strategy whose parts are estimated.

    Attributes:
        name: Its name.
        sections: For each section and metric the sum of its parts, None where one is not known.
        parts: Where each part stands, its kind and what it rests on.
    """

    name: str
    sections: Mapping[str, Mapping[Metric, Numeric | None]]
    parts: Sequence[tuple[str, str, Facts]]

    def strategy(self, metric: Metric) -> Strategy | None:
        """The strategy in one metric, or None where a part of it is not known."""
        upfront, per_task, per_request = (self.sections[section][metric] for section in SECTIONS)
        if upfront is None or per_task is None or per_request is None:
            return None
        return Strategy(upfront=upfront, per_task=per_task, per_request=per_request)


def amortization(asked: Comparison, catalog: Catalog) -> Plain:
    """Answer which strategy is cheaper and when.

    Raises:
        UnknownNameError: If a name in a part is not known.
        BadRequestError: If the baseline is not one of the strategies.
    """
    resolved = [_resolve(i, spec, asked, catalog) for i, spec in enumerate(asked.strategies)]
    tasks, requests = _horizon(asked)
    baseline = _baseline(asked, resolved)
    others = [strategy for strategy in resolved if strategy is not baseline]
    request = {**asked.said, "baseline": baseline.name, "carbon_basis": asked.carbon_basis}
    return {
        "id": answer.identity(request, catalog),
        "request": request,
        "tasks": tasks,
        "requests_per_task": requests,
        "carbon_basis": asked.carbon_basis,
        "baseline": baseline.name,
        "strategies": [_shown(strategy, tasks, requests) for strategy in resolved],
        "break_even": [_break_even(s, baseline, metric, tasks, requests) for s in others for metric in METRICS],
        "curves": [_curve(resolved, baseline, metric, tasks, requests) for metric in METRICS],
        "shares": _shares(asked, tasks),
        "ranking": {metric: _ranking(resolved, metric, tasks, requests) for metric in METRICS},
        **_explained(resolved, catalog),
    }


def _resolve(index: int, spec: StrategySpec, asked: Comparison, catalog: Catalog) -> Resolved:
    sections: dict[str, Mapping[Metric, Numeric | None]] = {}
    parts: list[tuple[str, str, Facts]] = []
    for section in SECTIONS:
        found = []
        for place, part in _parts(spec, section):
            kind = KINDS[type(part)]
            with located(f"strategies.{index}.{place}.{kind}"):
                found.append(amounts(part, asked.carbon_basis, catalog))
            parts.append((f"strategies.{index}.{place}", kind, found[-1].facts))
        sections[section] = {metric: _sum(found, metric) for metric in METRICS}
    return Resolved(name=spec.name, sections=sections, parts=parts)


def _parts(spec: StrategySpec, section: str) -> list[tuple[str, Part]]:
    if section == "per_request":
        return [] if spec.per_request is None else [(section, spec.per_request)]
    parts: tuple[Part, ...] = getattr(spec, section)
    return [(f"{section}.{i}", part) for i, part in enumerate(parts)]


def _sum(found: Sequence[Amounts], metric: Metric) -> Numeric | None:
    total: Numeric = 0.0
    for amount in found:
        value = amount.by_metric[metric]
        if value is None:
            return None
        total = total + value
    return total


def _horizon(asked: Comparison) -> tuple[float, float]:
    """Number of tasks, and mean requests to each."""
    if asked.task_list:
        tasks = float(len(asked.task_list))
        return tasks, sum(task.requests for task in asked.task_list) / tasks
    return asked.tasks or 1.0, asked.requests_per_task or 0.0


def _baseline(asked: Comparison, resolved: Sequence[Resolved]) -> Resolved:
    name = asked.baseline or asked.strategies[-1].name
    for strategy in resolved:
        if strategy.name == name:
            return strategy
    known = ", ".join(repr(strategy.name) for strategy in resolved)
    raise BadRequestError({"baseline": f"{name!r} is no strategy of this request; these are: {known}."})


def _shown(resolved: Resolved, tasks: float, requests: float) -> Plain:
    totals: dict[Metric, Numeric | None] = {}
    for metric in METRICS:
        strategy = resolved.strategy(metric)
        totals[metric] = None if strategy is None else formulas.total(strategy, tasks, requests)
    whole = {**resolved.sections, "total": totals}
    return {"name": resolved.name, **{section: _quantities(by_metric) for section, by_metric in whole.items()}}


def _quantities(by_metric: Mapping[Metric, Numeric | None]) -> Plain:
    return dict(zip(by_metric, quantities(list(by_metric.values())), strict=True))


def _break_even(first: Resolved, second: Resolved, metric: Metric, tasks: float, requests: float) -> Plain:
    entry: Plain = {"strategy": first.name, "against": second.name, "metric": metric}
    a, b = first.strategy(metric), second.strategy(metric)
    if a is None or b is None:
        unknown = first.name if a is None else second.name
        return {**entry, **_UNDECIDED, "reason": f"{metric} of {unknown} is not known; a part leaves it out."}
    by_tasks = formulas.tasks_crossing(a, b, requests)
    by_requests = formulas.requests_crossing(a, b, tasks)
    at = quantities([by_tasks.at, by_requests.at])
    return {
        **entry,
        "tasks": at[0],
        "verdict": by_tasks.verdict,
        "requests_per_task": at[1],
        "requests_verdict": by_requests.verdict,
        "probability": formulas.probability_cheaper(
            formulas.total(a, tasks, requests), formulas.total(b, tasks, requests)
        ),
        "reason": _reason(first.name, second.name, by_tasks),
    }


_UNDECIDED: Plain = {
    "tasks": None,
    "verdict": None,
    "requests_per_task": None,
    "requests_verdict": None,
    "probability": None,
}


def _reason(first: str, second: str, crossing: Crossing) -> str:
    at = 0.0 if crossing.at is None else middle(crossing.at)
    return REASONS[crossing.verdict].format(a=first, b=second, unit="task", units="tasks", at=at)


def _curve(resolved: Sequence[Resolved], baseline: Resolved, metric: Metric, tasks: float, requests: float) -> Plain:
    counts = np.linspace(0.0, _reach(resolved, baseline, metric, tasks, requests), CURVE_POINTS)
    lines = []
    for strategy in resolved:
        known = strategy.strategy(metric)
        if known is not None:
            lines.append({"name": strategy.name, **_band(known, counts, requests)})
    return {"metric": metric, "tasks": counts.tolist(), "strategies": lines}


def _reach(resolved: Sequence[Resolved], baseline: Resolved, metric: Metric, tasks: float, requests: float) -> float:
    """The largest number of tasks of a curve: twice those asked about, or past a break-even not too far off."""
    farthest, against = tasks, baseline.strategy(metric)
    for strategy in resolved:
        known = strategy.strategy(metric)
        if known is None or against is None:
            continue
        at = formulas.tasks_crossing(known, against, requests).at
        if at is not None and middle(at) <= CURVE_REACH * tasks:
            farthest = max(farthest, middle(at))
    return 2 * farthest


def _band(strategy: Strategy, counts: Array, requests: float) -> Plain:
    per_task = strategy.per_task + requests * strategy.per_request
    total = _column(strategy.upfront) + _column(per_task) * counts[:, None]
    found = quantities(list(total))
    return {end: [q[end] for q in found if q is not None] for end in ("value", "low", "high")}


def _column(amount: Numeric) -> Array:
    """A sample as one row; of the full length, so that all points of a curve have draws."""
    return np.broadcast_to(np.asarray(amount, dtype=float), (1, DRAWS + 1))


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


def _ranking(resolved: Sequence[Resolved], metric: Metric, tasks: float, requests: float) -> list[str]:
    """Names from the cheapest on, those without a total left out."""
    totals = []
    for strategy in resolved:
        known = strategy.strategy(metric)
        if known is not None:
            totals.append((middle(formulas.total(known, tasks, requests)), strategy.name))
    return [name for _, name in sorted(totals)]


def _explained(resolved: Sequence[Resolved], catalog: Catalog) -> dict[str, Any]:
    """Parts with their factors, and what all of them have to say together."""
    parts = [part for strategy in resolved for part in strategy.parts]
    whole = Facts(catalog)
    for where, _, facts in parts:
        whole.factors |= {f"{where}.{name}": factor for name, factor in facts.factors.items()}
        whole.warnings |= facts.warnings
        whole.unavailable |= {f"{where}.{name}": reason for name, reason in facts.unavailable.items()}
    explained = answer.explained(whole)
    del explained["factors"]
    return {
        "parts": [
            {"part": where, "kind": kind, "factors": [answer.factor(f) for f in facts.factors.values()]}
            for where, kind, facts in parts
        ],
        **explained,
    }
