"""Comparison of strategies: which is cheaper, and from how many tasks or requests on."""

from collections.abc import Iterator, Mapping, Sequence

from costsvc.answers.amortization import (
    Adopters,
    Amortization,
    Disagreement,
    PartAnswer,
    PerTask,
    StrategyAnswer,
    Worth,
)
from costsvc.answers.quantities import Metric, Quantity
from costsvc.errors import BadRequestError
from costsvc.estimates import answer
from costsvc.estimates.answer import require
from costsvc.estimates.comparisons.break_even import find_break_even
from costsvc.estimates.comparisons.curves import compute_surface, plot_curve
from costsvc.estimates.comparisons.explanation import ComparisonInput, explain_comparison, explain_part
from costsvc.estimates.comparisons.parts import METRICS, amount_quantities
from costsvc.estimates.comparisons.provenance import combine_logs
from costsvc.estimates.comparisons.sensitivity import StrategyPair
from costsvc.estimates.comparisons.shares import share_upfront
from costsvc.estimates.comparisons.strategies import EstimatedPart, EstimatedStrategy, StrategyEstimator, TimeWeights
from costsvc.estimates.labels import LABELS
from costsvc.model import amortization as formulas
from costsvc.model.uncertainty import central_value, quantities, sample
from costsvc.reference.catalog import Catalog
from costsvc.requests.comparisons import Benefit, Comparison
from costsvc.resolve.log import FactorLog, ResolvedPart
from costsvc.resolve.price import resolve_social_cost
from costsvc.units import Numeric

ADOPTERS = (1.0, 10.0, 100.0)
"""Numbers of tasks for which the cost of each task is listed."""


def compare_strategies(request: Comparison, catalog: Catalog, *, explain: bool = False) -> Amortization:
    """Compare strategies: totals, break-evens, curves, shares and net values.

    Args:
        request: The strategies and the tasks.
        catalog: The reference tables.
        explain: Whether the answer contains its calculation steps.

    Raises:
        UnknownNameError: If a name in a part is not known.
        BadRequestError: If the baseline is not one of the strategies, or the lifetime ends before all tasks arrive.
    """
    tasks, requests = _horizon(request)
    estimator = StrategyEstimator(request=request, weights=TimeWeights.of(request, tasks), catalog=catalog)
    strategies = [estimator.estimate(index) for index in range(len(request.strategies))]
    compared = ComparisonInput(
        strategies=strategies, baseline=_baseline(request, strategies), tasks=tasks, requests=requests
    )
    result = _answer(request, compared, estimator)
    if explain:
        for part, part_answer in zip(compared.parts(), result["parts"], strict=True):
            part_answer["explanation"] = explain_part(part, estimator)
        result["explanation"] = explain_comparison(compared)
    return result


def _answer(request: Comparison, compared: ComparisonInput, estimator: StrategyEstimator) -> Amortization:
    catalog, strategies = estimator.catalog, compared.strategies
    tasks, requests = compared.tasks, compared.requests
    body = {**request.payload, "baseline": compared.baseline.name, "carbon_basis": request.carbon_basis}
    ranking = {metric: _rank(compared, metric) for metric in METRICS}
    log = FactorLog()
    values = None if request.benefit is None else _net_values(request.benefit, compared, catalog, log)
    provenance = combine_logs({part.path: part.log for part in compared.parts()}, log, catalog, body)
    return {
        "id": answer.request_id(body, catalog),
        "request": body,
        "tasks": tasks,
        "requests_per_task": requests,
        "carbon_basis": request.carbon_basis,
        "baseline": compared.baseline.name,
        "strategies": [_strategy(strategy, tasks, requests) for strategy in strategies],
        "break_even": [find_break_even(pair) for pair in _pairs(compared, estimator)],
        "curves": [plot_curve(compared, metric) for metric in METRICS],
        "surface": None if request.surface is None else compute_surface(strategies, request.surface),
        "shares": share_upfront(request, tasks),
        "adopters": [_adopters(strategy, tasks, requests) for strategy in strategies],
        "ranking": dict(ranking.items()),
        "disagreements": _disagreements(ranking),
        "value": values,
        "parts": [_part(part) for part in compared.parts()],
        "names": provenance["names"],
        "unavailable": provenance["unavailable"],
        "sources": provenance["sources"],
        "warnings": provenance["warnings"],
        "data_version": provenance["data_version"],
        "version": provenance["version"],
    }


def _horizon(request: Comparison) -> tuple[float, float]:
    """Number of tasks, and mean number of requests per task.

    Raises:
        BadRequestError: If the lifetime ends before all tasks arrive.
    """
    tasks, requests = request.tasks or 1.0, request.requests_per_task or 0.0
    if request.task_list:
        tasks = float(len(request.task_list))
        requests = sum(task.requests for task in request.task_list) / tasks
    time = request.time
    if time is not None and time.tasks_per_month and tasks > time.tasks_per_month * time.lifetime_months:
        least = tasks / time.lifetime_months
        text = f"must be at least {least:g}, so that {tasks:g} tasks arrive within {time.lifetime_months:g} months"
        raise BadRequestError({"time.tasks_per_month": f"{text}, got {time.tasks_per_month:g}"})
    return tasks, requests


def _baseline(request: Comparison, strategies: Sequence[EstimatedStrategy]) -> EstimatedStrategy:
    name = request.baseline or request.strategies[-1].name
    for strategy in strategies:
        if strategy.name == name:
            return strategy
    names = ", ".join(strategy.name for strategy in strategies)
    raise BadRequestError({"baseline": f"must be the name of a strategy ({names}), got {name!r}"})


def _pairs(compared: ComparisonInput, estimator: StrategyEstimator) -> Iterator[StrategyPair]:
    """Each strategy with the baseline, in each metric."""
    for strategy in compared.others():
        for metric in METRICS:
            yield StrategyPair(
                estimator=estimator,
                first=strategy,
                second=compared.baseline,
                metric=metric,
                tasks=compared.tasks,
                requests=compared.requests,
            )


def _strategy(strategy: EstimatedStrategy, tasks: float, requests: float) -> StrategyAnswer:
    sections = strategy.sections
    return {
        "name": strategy.name,
        "upfront": amount_quantities(sections["upfront"]),
        "per_task": amount_quantities(sections["per_task"]),
        "per_request": amount_quantities(sections["per_request"]),
        "total": amount_quantities(_totals(strategy, tasks, requests)),
    }


def _totals(strategy: EstimatedStrategy, tasks: float, requests: float) -> dict[Metric, Numeric | None]:
    return {metric: strategy.total(metric, tasks, requests) for metric in METRICS}


def _adopters(strategy: EstimatedStrategy, tasks: float, requests: float) -> Adopters:
    """The cost of each task if 1, 10, 100 or the requested number of tasks share a strategy."""
    counts = sorted({*ADOPTERS, tasks})
    per_task: PerTask = {
        "energy_kwh": _each_task(strategy, "energy_kwh", counts, requests),
        "carbon_kg": _each_task(strategy, "carbon_kg", counts, requests),
        "water_l": _each_task(strategy, "water_l", counts, requests),
        "cost_usd": _each_task(strategy, "cost_usd", counts, requests),
    }
    return {"name": strategy.name, "tasks": counts, "per_task": per_task}


def _each_task(
    strategy: EstimatedStrategy, metric: Metric, counts: Sequence[float], requests: float
) -> list[Quantity] | None:
    known = strategy.in_metric(metric)
    if known is None:
        return None
    shares = quantities([formulas.total(known, count, requests) / count for count in counts])
    return [require(share) for share in shares]


def _rank(compared: ComparisonInput, metric: Metric) -> list[str]:
    """Names of strategies, the cheapest first; without those whose total is not available."""
    totals = []
    for strategy in compared.strategies:
        total = strategy.total(metric, compared.tasks, compared.requests)
        if total is not None:
            totals.append((central_value(total), strategy.name))
    return [name for _, name in sorted(totals)]


def _disagreements(ranking: Mapping[Metric, Sequence[str]]) -> list[Disagreement]:
    """Pairs of metrics with different cheapest strategies."""
    winners = [(metric, names[0]) for metric, names in ranking.items() if names]
    return [
        {
            "metrics": [a, b],
            "winners": [best, other],
            "reason": f"{best} is the cheapest in {LABELS[a].noun}, {other} in {LABELS[b].noun}.",
        }
        for index, (a, best) in enumerate(winners)
        for b, other in winners[index + 1 :]
        if best != other
    ]


def _net_values(benefit: Benefit, compared: ComparisonInput, catalog: Catalog, log: FactorLog) -> list[Worth]:
    """The net value of each strategy."""
    value = sample(log.record_input("benefit_usd_per_task", benefit.usd_per_task, "USD")) * compared.tasks
    return [
        _net_value(strategy.name, _totals(strategy, compared.tasks, compared.requests), (benefit, value), catalog, log)
        for strategy in compared.strategies
    ]


def _net_value(
    name: str,
    totals: Mapping[Metric, Numeric | None],
    benefit: tuple[Benefit, Numeric],
    catalog: Catalog,
    log: FactorLog,
) -> Worth:
    """Benefit less cost, social cost of carbon and second-order effects."""
    spec, value = benefit
    cost, carbon = totals["cost_usd"], totals["carbon_kg"]
    if cost is None or carbon is None:
        return {"name": name, "benefit_usd": None, "social_usd": None, "second_order_usd": None, "value_usd": None}
    cost_of_carbon: ResolvedPart = catalog.memos[resolve_social_cost](catalog.reference_year)
    log.include(cost_of_carbon.log)
    rate = cost_of_carbon.inputs.numbers(sample)
    social = rate.usd(carbon)
    second_order = rate.usd(spec.second_order_kg) + spec.second_order_usd
    net = formulas.value_of_building(value, cost, social, second_order)
    benefit_usd, social_usd, second_order_usd, value_usd = quantities([value, social, second_order, net])
    return {
        "name": name,
        "benefit_usd": benefit_usd,
        "social_usd": social_usd,
        "second_order_usd": second_order_usd,
        "value_usd": value_usd,
    }


def _part(part: EstimatedPart) -> PartAnswer:
    return {
        "part": part.path,
        "kind": part.kind,
        "factors": [answer.describe_factor(factor) for factor in part.log.factors.values()],
    }
