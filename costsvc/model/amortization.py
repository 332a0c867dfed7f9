"""Shared model against one per task: totals of a strategy, break-even of two, and shares of tasks.

A strategy costs F once, a per task and e per request:
``total(N, q) = F + N (a + q e)`` for N tasks and q requests per task.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from costsvc.units import Array, Numeric

ROUNDING = 1e-12


class Verdict(StrEnum):
    """For which counts the first strategy is cheaper."""

    FROM = "from"
    UP_TO = "up_to"
    ALWAYS = "always"
    NEVER = "never"
    EQUAL = "equal"


VERDICTS: dict[tuple[int, int], Verdict] = {
    (1, 1): Verdict.FROM,
    (1, 0): Verdict.NEVER,
    (1, -1): Verdict.NEVER,
    (0, 1): Verdict.ALWAYS,
    (0, 0): Verdict.EQUAL,
    (0, -1): Verdict.NEVER,
    (-1, 1): Verdict.ALWAYS,
    (-1, 0): Verdict.ALWAYS,
    (-1, -1): Verdict.UP_TO,
}


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Strategy:
    """Costs of a strategy in one metric.

    Attributes:
        upfront: Cost paid once, F. [metric]
        per_task: Cost of each task, a. [metric]
        per_request: Cost of each request, e. [metric]
    """

    upfront: Numeric
    per_task: Numeric
    per_request: Numeric


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Crossing:
    """Break-even of two strategies.

    Attributes:
        verdict: For which counts the first is cheaper, at the central values.
        at: Count at which they cost the same; infinite in draws without a crossing, None if the
            central values have none. [1]
    """

    verdict: Verdict
    at: Numeric | None


def total(strategy: Strategy, tasks: Numeric, requests_per_task: Numeric) -> Numeric:
    """Cost of a strategy over its horizon.

    Args:
        strategy: Its costs. [metric]
        tasks: Number of tasks N. [1]
        requests_per_task: Requests per task q. [1]

    Returns:
        Cost. [metric]
    """
    return strategy.upfront + tasks * each_task(strategy, requests_per_task)


def each_task(strategy: Strategy, requests_per_task: Numeric) -> Numeric:
    """Cost of a task with its requests.

    Args:
        strategy: Costs of the strategy. [metric]
        requests_per_task: Requests per task. [1]

    Returns:
        Cost. [metric]
    """
    return strategy.per_task + requests_per_task * strategy.per_request


def without_requests(strategy: Strategy, tasks: Numeric) -> Numeric:
    """Cost of a strategy without requests.

    Args:
        strategy: Its costs. [metric]
        tasks: Number of tasks. [1]

    Returns:
        Cost. [metric]
    """
    return strategy.upfront + tasks * strategy.per_task


def tasks_crossing(first: Strategy, second: Strategy, requests_per_task: Numeric) -> Crossing:
    """The number of tasks from which, or up to which, the first strategy is cheaper.

    Args:
        first: The strategy. [metric]
        second: The strategy that it is compared with. [metric]
        requests_per_task: Requests per task. [1]

    Returns:
        Verdict, and the number of tasks at which the two cost the same. [1]
    """
    per_task = [each_task(strategy, requests_per_task) for strategy in (first, second)]
    return crossing(difference(first.upfront, second.upfront), difference(per_task[1], per_task[0]))


def requests_crossing(first: Strategy, second: Strategy, tasks: Numeric) -> Crossing:
    """The requests per task from which, or up to which, the first strategy is cheaper.

    Args:
        first: The strategy. [metric]
        second: The strategy that it is compared with. [metric]
        tasks: Number of tasks, above 0. [1]

    Returns:
        Verdict, and the requests per task at which the two cost the same. [1]
    """
    before = [without_requests(strategy, tasks) for strategy in (first, second)]
    return crossing(difference(*before), tasks * difference(second.per_request, first.per_request))


def crossing(extra_upfront: Numeric, saved_per_unit: Numeric) -> Crossing:
    """The number of units after which savings per unit pay back higher costs at the start.

    Args:
        extra_upfront: Extra cost of the first strategy before the first unit. [metric]
        saved_per_unit: Savings of the first strategy for each unit. [metric]

    Returns:
        Verdict at the central values, and the crossing. [1]
    """
    verdict = VERDICTS[_sign(extra_upfront), _sign(saved_per_unit)]
    if verdict not in (Verdict.FROM, Verdict.UP_TO):
        return Crossing(verdict=verdict, at=None)
    with np.errstate(divide="ignore", invalid="ignore"):
        at = np.divide(extra_upfront, saved_per_unit)
    return Crossing(verdict=verdict, at=np.where(at > 0, at, np.inf)[()])


def probability_cheaper(first: Numeric, second: Numeric) -> float:
    """Share of paired draws in which the first total is below the second.

    Args:
        first: Sample of the first total, central value first. [metric]
        second: Sample of the second total. [metric]

    Returns:
        Probability; 0, 0.5 (equal) or 1 if neither has width. [1]
    """
    differences = np.atleast_1d(difference(first, second))
    draws = differences[1:] if differences.size > 1 else differences
    return float(np.mean(np.where(draws == 0, 0.5, draws < 0)))


def value_of_building(benefit: Numeric, cost: Numeric, social_cost: Numeric, second_order: Numeric) -> Numeric:
    """Net value of building a model, to society.

    Args:
        benefit: Value of its tasks. [USD]
        cost: Money paid. [USD]
        social_cost: Damage of its CO2e. [USD]
        second_order: Second-order effects of its use; damage is positive. [USD]

    Returns:
        Net value; negative if it is not worth building. [USD]

    References:
        R. Bommasani et al., "On the Opportunities and Risks of Foundation Models", arXiv:2108.07258, section 5.3.
    """
    return benefit - social_cost - cost - second_order


def shares(weights: Sequence[float]) -> Array:
    """Each task's share of the costs paid once.

    Args:
        weights: Allocation key: ones, requests, tokens or weights of the tasks, not all 0. [1]

    Returns:
        Shares, which sum to one. [1]
    """
    keys = np.asarray(weights, dtype=float)
    fractions: Array = keys / keys.sum()
    return fractions


def difference(first: Numeric, second: Numeric) -> Array:
    """First minus second; exactly 0 if they differ only by rounding.

    Args:
        first: An amount. [metric]
        second: Another amount. [metric]

    Returns:
        The difference. [metric]
    """
    exact = first - second
    size = np.maximum(np.abs(first), np.abs(second))
    return np.where(np.abs(exact) <= ROUNDING * size, 0.0, exact)


def _sign(number: Numeric) -> int:
    return int(np.sign(np.ravel(number)[0]))
