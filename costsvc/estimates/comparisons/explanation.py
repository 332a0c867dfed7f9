"""The calculation steps of a comparison: from parts to totals and break-evens."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from costsvc.answers.explanation import Step
from costsvc.answers.quantities import Metric
from costsvc.estimates.comparisons.parts import METRICS
from costsvc.estimates.comparisons.strategies import (
    SECTIONS,
    EstimatedPart,
    EstimatedStrategy,
    StrategyEstimator,
    sum_sections,
)
from costsvc.estimates.explanation import list_steps, unit_of
from costsvc.model import amortization as formulas
from costsvc.model.amortization import Strategy
from costsvc.model.explanation import label_traced, naming_formulas, traced_input
from costsvc.model.inputs import traced
from costsvc.model.uncertainty import central_value
from costsvc.units import Numeric

Results = dict[str, Numeric | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class ComparisonInput:
    """Estimated strategies, and the numbers of tasks and requests to compare them for.

    Attributes:
        strategies: All strategies, in the order of the request.
        baseline: The strategy that the others are compared with.
        tasks: Number of tasks. [1]
        requests: Requests per task. [1]
    """

    strategies: Sequence[EstimatedStrategy]
    baseline: EstimatedStrategy
    tasks: float
    requests: float

    def others(self) -> list[EstimatedStrategy]:
        """The strategies other than the baseline."""
        return [strategy for strategy in self.strategies if strategy is not self.baseline]

    def parts(self) -> list[EstimatedPart]:
        """The parts of all strategies."""
        return [part for strategy in self.strategies for part in strategy.parts]


def explain_part(part: EstimatedPart, estimator: StrategyEstimator) -> list[Step]:
    """List the calculation steps of a part's totals over the horizon.

    Args:
        part: The part.
        estimator: Estimates it again with traced numbers.
    """
    with naming_formulas():
        again = estimator.estimate_again(part, traced)
    ends = {_path(part.path, metric): again.by_metric[metric] for metric in METRICS}
    return list_steps(ends, part.log.values())


def explain_comparison(compared: ComparisonInput) -> list[Step]:
    """List the calculation steps from the parts to totals and break-evens."""
    known = {
        _path(part.path, metric): central_value(amount)
        for part in compared.parts()
        for metric, amount in part.by_metric.items()
        if amount is not None
    }
    tasks, requests = (
        label_traced(compared.tasks, "tasks", "1"),
        label_traced(compared.requests, "requests_per_task", "1"),
    )
    again = [_traced(strategy, index) for index, strategy in enumerate(compared.strategies)]
    baseline = next(again[i] for i, one in enumerate(compared.strategies) if one is compared.baseline)
    ends: Results = {"tasks": tasks, "requests_per_task": requests}
    others = [(strategy, metric) for strategy in again if strategy is not baseline for metric in METRICS]
    with naming_formulas():
        for i, strategy in enumerate(again):
            for metric in METRICS:
                ends |= _totals(strategy.in_metric(metric), f"strategies.{i}", metric, (tasks, requests))
        for i, (strategy, metric) in enumerate(others):
            pair = (strategy.in_metric(metric), baseline.in_metric(metric))
            ends |= _crossings(pair, f"break_even.{i}", (tasks, requests))
    return list_steps(ends, known)


def _traced(strategy: EstimatedStrategy, index: int) -> EstimatedStrategy:
    """A strategy with traced numbers; its steps start from the parts."""
    parts = [
        replace(part, by_metric={metric: _start(part, metric, amount) for metric, amount in part.by_metric.items()})
        for part in strategy.parts
    ]
    sections = {
        section: {
            metric: None
            if amount is None
            else label_traced(amount, _path(f"strategies.{index}.{section}", metric), unit_of(metric))
            for metric, amount in by_metric.items()
        }
        for section, by_metric in sum_sections(parts).items()
    }
    return EstimatedStrategy(name=strategy.name, parts=parts, sections=sections)


def _start(part: EstimatedPart, metric: Metric, amount: Numeric | None) -> Numeric | None:
    return None if amount is None else traced_input(central_value(amount), _path(part.path, metric), unit_of(metric))


def _totals(strategy: Strategy | None, path: str, metric: Metric, at: tuple[Numeric, Numeric]) -> Results:
    if strategy is None:
        return {}
    tasks, requests = at
    return {
        **{_path(f"{path}.{section}", metric): getattr(strategy, section) for section in SECTIONS},
        _path(f"{path}.each_task", metric): formulas.each_task(strategy, requests),
        _path(f"{path}.without_requests", metric): formulas.without_requests(strategy, tasks),
        _path(f"{path}.total", metric): formulas.total(strategy, tasks, requests),
    }


def _crossings(pair: tuple[Strategy | None, Strategy | None], path: str, at: tuple[Numeric, Numeric]) -> Results:
    first, second = pair
    if first is None or second is None:
        return {}
    tasks, requests = at
    return {
        f"{path}.tasks": formulas.tasks_crossing(first, second, requests).at,
        f"{path}.requests_per_task": formulas.requests_crossing(first, second, tasks).at,
    }


def _path(path: str, metric: Metric) -> str:
    return f"{path}.{metric}"
