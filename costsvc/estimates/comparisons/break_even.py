"""Break-even of two strategies: from how many tasks or requests on one of them is cheaper."""

from costsvc.answers.amortization import BreakEven
from costsvc.answers.quantities import Metric
from costsvc.estimates.comparisons.sensitivity import StrategyPair, find_switching_factor
from costsvc.estimates.comparisons.strategies import EstimatedStrategy
from costsvc.estimates.labels import REASONS
from costsvc.model import amortization as formulas
from costsvc.model.amortization import Crossing
from costsvc.model.uncertainty import central_value, open_quantity


def find_break_even(pair: StrategyPair) -> BreakEven:
    """Find when the first of two strategies is cheaper, and how probable that is."""
    first, second = (strategy.in_metric(pair.metric) for strategy in (pair.first, pair.second))
    if first is None or second is None:
        return _unavailable(pair, pair.first if first is None else pair.second)
    by_tasks = formulas.tasks_crossing(first, second, pair.requests)
    by_requests = formulas.requests_crossing(first, second, pair.tasks)
    return {
        "strategy": pair.first.name,
        "against": pair.second.name,
        "metric": pair.metric,
        "tasks": open_quantity(by_tasks.at),
        "verdict": by_tasks.verdict.value,
        "requests_per_task": open_quantity(by_requests.at),
        "requests_verdict": by_requests.verdict.value,
        "probability": formulas.probability_cheaper(
            formulas.total(first, pair.tasks, pair.requests), formulas.total(second, pair.tasks, pair.requests)
        ),
        "flip": find_switching_factor(pair),
        "reason": _reason(pair.first.name, pair.second.name, by_tasks),
    }


def _unavailable(pair: StrategyPair, unknown: EstimatedStrategy) -> BreakEven:
    return {
        "strategy": pair.first.name,
        "against": pair.second.name,
        "metric": pair.metric,
        "tasks": None,
        "verdict": None,
        "requests_per_task": None,
        "requests_verdict": None,
        "probability": None,
        "flip": None,
        "reason": _unknown_parts(unknown, pair.metric),
    }


def _unknown_parts(strategy: EstimatedStrategy, metric: Metric) -> str:
    paths = ", ".join(part.path for part in strategy.parts if part.by_metric[metric] is None)
    return f"{metric} of {strategy.name} is not known; it is missing in {paths}."


def _reason(first: str, second: str, crossing: Crossing) -> str:
    at = 0.0 if crossing.at is None else central_value(crossing.at)
    return REASONS[crossing.verdict].format(a=first, b=second, unit="task", units="tasks", at=f"{at:.4g}")
