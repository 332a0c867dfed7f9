"""Shared against per task: totals of a strategy, where two cross, and who bears what.

A strategy is paid once (F), per task (a) and per request (e):
``total(N, q) = F + N (a + q e)`` for N tasks and q requests per task.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from costsvc.units import Array, Numeric

ROUNDING = 1e-12


class Verdict(StrEnum):
    """From when on the first strategy is the cheaper one."""

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
    """What a strategy costs in one metric.

    Attributes:
        upfront: Paid once, F. [metric]
        per_task: Paid for each task, a. [metric]
        per_request: Paid for each request, e. [metric]
    """

    upfront: Numeric
    per_task: Numeric
    per_request: Numeric


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Crossing:
    """Where two strategies cost the same.

    Attributes:
        verdict: When the first is the cheaper one, at the central values.
        at: The count where they cross; infinite in those draws that do not cross, None where
            the central values do not. [1]
    """

    verdict: Verdict
    at: Numeric | None


def total(strategy: Strategy, tasks: Numeric, requests_per_task: Numeric) -> Numeric:
    """Cost of a strategy over its horizon.

    Args:
        strategy: Its parts. [metric]
        tasks: Number of tasks N. [1]
        requests_per_task: Requests to each of them q. [1]

    Returns:
        Cost. [metric]
    """
    return strategy.upfront + tasks * each_task(strategy, requests_per_task)


def each_task(strategy: Strategy, requests_per_task: Numeric) -> Numeric:
    """What a task costs with its requests.

    Args:
        strategy: Its parts. [metric]
        requests_per_task: Requests to the task. [1]

    Returns:
        Cost. [metric]
    """
    return strategy.per_task + requests_per_task * strategy.per_request


def without_requests(strategy: Strategy, tasks: Numeric) -> Numeric:
    """What a strategy costs before the first request.

    Args:
        strategy: Its parts. [metric]
        tasks: Number of tasks. [1]

    Returns:
        Cost. [metric]
    """
    return strategy.upfront + tasks * strategy.per_task


def tasks_crossing(first: Strategy, second: Strategy, requests_per_task: Numeric) -> Crossing:
    """The number of tasks from which, or up to which, the first strategy is cheaper.

    Args:
        first: The strategy asked about. [metric]
        second: The one it is held against. [metric]
        requests_per_task: Requests to each task. [1]

    Returns:
        Verdict and the number of tasks where the two cost the same. [1]
    """
    per_task = [each_task(strategy, requests_per_task) for strategy in (first, second)]
    return crossing(difference(first.upfront, second.upfront), difference(per_task[1], per_task[0]))


def requests_crossing(first: Strategy, second: Strategy, tasks: Numeric) -> Crossing:
    """The requests per task from which, or up to which, the first strategy is cheaper.

    Args:
        first: The strategy asked about. [metric]
        second: The one it is held against. [metric]
        tasks: Number of tasks, above 0. [1]

    Returns:
        Verdict and the requests per task where the two cost the same. [1]
    """
    before = [without_requests(strategy, tasks) for strategy in (first, second)]
    return crossing(difference(*before), tasks * difference(second.per_request, first.per_request))


def crossing(dearer: Numeric, saved_per_unit: Numeric) -> Crossing:
    """Where what the first strategy costs more at the start is saved again.

    Args:
        dearer: How much more the first costs before the first unit. [metric]
        saved_per_unit: How much less it costs for each unit. [metric]

    Returns:
        Verdict at the central values and the crossing. [1]
    """
    verdict = VERDICTS[_sign(dearer), _sign(saved_per_unit)]
    if verdict not in (Verdict.FROM, Verdict.UP_TO):
        return Crossing(verdict=verdict, at=None)
    with np.errstate(divide="ignore", invalid="ignore"):
        at = np.divide(dearer, saved_per_unit)
    return Crossing(verdict=verdict, at=np.where(at > 0, at, np.inf)[()])


def probability_cheaper(first: Numeric, second: Numeric) -> float:
    """Share of paired draws in which the first total is below the second.

    Args:
        first: Sample of the one total, central value first. [metric]
        second: Sample of the other. [metric]

    Returns:
        Probability; 0, 0.5 (equal) or 1 where neither has width. [1]
    """
    differences = np.atleast_1d(difference(first, second))
    draws = differences[1:] if differences.size > 1 else differences
    return float(np.mean(np.where(draws == 0, 0.5, draws < 0)))


def value_of_building(benefit: Numeric, cost: Numeric, social_cost: Numeric, second_order: Numeric) -> Numeric:
    """What building a model is worth to everybody.

    Args:
        benefit: What its tasks are worth. [USD]
        cost: What is paid. [USD]
        social_cost: Damage of its CO2e. [USD]
        second_order: What its use does beside that, damage counted above 0. [USD]

    Returns:
        Value; below 0 where it had better not be built. [USD]

    References:
        R. Bommasani et al., "On the Opportunities and Risks of Foundation Models", arXiv:2108.07258, section 5.3.
    """
    return benefit - social_cost - cost - second_order


def shares(weights: Sequence[float]) -> Array:
    """Each task's share of what is paid once.

    Args:
        weights: The key: ones, requests, tokens or weights of the tasks, not all 0. [1]

    Returns:
        Shares that add up to one. [1]
    """
    keys = np.asarray(weights, dtype=float)
    found: Array = keys / keys.sum()
    return found


def difference(first: Numeric, second: Numeric) -> Array:
    """First less second, exactly 0 where they differ by no more than rounding.

    Args:
        first: Any amount. [metric]
        second: Another. [metric]

    Returns:
        The difference. [metric]
    """
    found = first - second
    size = np.maximum(np.abs(first), np.abs(second))
    return np.where(np.abs(found) <= ROUNDING * size, 0.0, found)


def _sign(number: Numeric) -> int:
    return int(np.sign(np.ravel(number)[0]))
