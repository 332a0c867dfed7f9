import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from costsvc.model.amortization import (
    Strategy,
    Verdict,
    crossing,
    difference,
    probability_cheaper,
    requests_crossing,
    shares,
    tasks_crossing,
    total,
)

SHARED = Strategy(upfront=1000.0, per_task=10.0, per_request=0.001)
EACH = Strategy(upfront=0.0, per_task=60.0, per_request=0.002)
MIRRORED = {
    Verdict.FROM: Verdict.UP_TO,
    Verdict.UP_TO: Verdict.FROM,
    Verdict.ALWAYS: Verdict.NEVER,
    Verdict.NEVER: Verdict.ALWAYS,
    Verdict.EQUAL: Verdict.EQUAL,
}
amounts = st.integers(0, 10**6).map(float)
strategies = st.builds(Strategy, upfront=amounts, per_task=amounts, per_request=amounts)
counts = st.integers(1, 1000).map(float)


def plus(strategy: Strategy, part: Strategy) -> Strategy:
    return Strategy(
        upfront=strategy.upfront + part.upfront,
        per_task=strategy.per_task + part.per_task,
        per_request=strategy.per_request + part.per_request,
    )


@pytest.mark.parametrize(
    ("strategy", "tasks", "requests", "expected"),
    [
        # 1000 + 20 x (10 + 5000 x 0.001) = 1000 + 20 x 15
        pytest.param(SHARED, 20.0, 5000.0, 1300.0, id="shared"),
        # 20 x (60 + 5000 x 0.002) = 20 x 70
        pytest.param(EACH, 20.0, 5000.0, 1400.0, id="per task"),
        pytest.param(SHARED, 0.0, 5000.0, 1000.0, id="no task still pays what is paid once"),
    ],
)
def test_a_total_adds_upfront_task_and_request_costs(strategy, tasks, requests, expected):
    assert total(strategy, tasks, requests) == pytest.approx(expected)


@given(strategy=strategies, factor=st.integers(0, 100), tasks=counts, requests=counts)
def test_a_total_is_linear_in_its_costs(strategy, factor, tasks, requests):
    scaled = Strategy(
        upfront=strategy.upfront * factor,
        per_task=strategy.per_task * factor,
        per_request=strategy.per_request * factor,
    )
    assert total(scaled, tasks, requests) == pytest.approx(total(strategy, tasks, requests) * factor)


@pytest.mark.parametrize(
    ("dearer", "saved", "verdict", "at"),
    [
        pytest.param(1000.0, 50.0, "from", 20.0, id="dearer at first, then it saves"),
        pytest.param(1000.0, 0.0, "never", None, id="dearer at first, then the same"),
        pytest.param(1000.0, -50.0, "never", None, id="dearer at first, and dearer still"),
        pytest.param(0.0, 50.0, "always", None, id="the same at first, then it saves"),
        pytest.param(0.0, 0.0, "equal", None, id="the same throughout"),
        pytest.param(0.0, -50.0, "never", None, id="the same at first, then dearer"),
        pytest.param(-1000.0, 50.0, "always", None, id="cheaper at first, and cheaper still"),
        pytest.param(-1000.0, 0.0, "always", None, id="cheaper at first, then the same"),
        pytest.param(-1000.0, -50.0, "up_to", 20.0, id="cheaper at first, then dearer"),
    ],
)
def test_the_signs_of_both_differences_decide_the_verdict(dearer, saved, verdict, at):
    found = crossing(dearer, saved)
    assert (found.verdict, found.at) == (verdict, at)


def test_tasks_break_even_when_savings_repay_upfront_costs():
    # without requests: 1000 / (60 - 10) = 20; with 5000 each: 1000 / (50 + 5000 x 0.001) = 18.18
    assert tasks_crossing(SHARED, EACH, 0.0).at == pytest.approx(20.0)
    assert tasks_crossing(SHARED, EACH, 5000.0).at == pytest.approx(1000 / 55)


def test_requests_break_even_when_savings_repay_other_costs():
    # for 10 tasks: (1000 + 10 x (10 - 60)) / (10 x (0.002 - 0.001)) = 500 / 0.01
    found = requests_crossing(SHARED, EACH, 10.0)
    assert (found.verdict, found.at) == (Verdict.FROM, pytest.approx(50_000.0))


def test_a_draw_without_a_crossing_is_infinite():
    # the first element is the central value; then 1000 / 25, no saving, and a loss
    found = crossing(1000.0, np.array([50.0, 25.0, 0.0, -50.0]))
    assert found.verdict == Verdict.FROM
    assert found.at.tolist() == [20.0, 40.0, np.inf, np.inf]


@given(first=strategies, second=strategies, requests=counts)
def test_totals_are_equal_at_the_crossing_in_tasks(first, second, requests):
    at = tasks_crossing(first, second, requests).at
    assume(at is not None)
    assert total(first, at, requests) == pytest.approx(total(second, at, requests))


@given(first=strategies, second=strategies, tasks=counts)
def test_totals_are_equal_at_the_crossing_in_requests(first, second, tasks):
    at = requests_crossing(first, second, tasks).at
    assume(at is not None)
    assert total(first, tasks, at) == pytest.approx(total(second, tasks, at))


@given(first=strategies, second=strategies, requests=counts, tasks=counts)
def test_the_verdict_agrees_with_the_lower_total(first, second, requests, tasks):
    found = tasks_crossing(first, second, requests)
    a, b = total(first, tasks, requests), total(second, tasks, requests)
    says_cheaper = {
        Verdict.FROM: found.at is not None and tasks > found.at,
        Verdict.UP_TO: found.at is not None and tasks < found.at,
        Verdict.ALWAYS: True,
        Verdict.NEVER: False,
        Verdict.EQUAL: False,
    }
    assume(a != pytest.approx(b))
    assert (a < b) == says_cheaper[found.verdict]


@given(first=strategies, second=strategies, count=counts)
def test_swapping_the_strategies_swaps_the_verdict_and_keeps_the_crossing(first, second, count):
    for cross in (tasks_crossing, requests_crossing):
        there, back = cross(first, second, count), cross(second, first, count)
        assert back.verdict == MIRRORED[there.verdict]
        assert back.at == pytest.approx(there.at)


@given(first=strategies, second=strategies, part=strategies, count=counts)
def test_a_common_part_does_not_change_the_verdict(first, second, part, count):
    for cross in (tasks_crossing, requests_crossing):
        without, with_part = cross(first, second, count), cross(plus(first, part), plus(second, part), count)
        assert with_part.verdict == without.verdict
        assert with_part.at == pytest.approx(without.at)


@given(strategy=strategies, count=counts)
def test_a_strategy_equals_itself(strategy, count):
    assert tasks_crossing(strategy, strategy, count).verdict == Verdict.EQUAL
    assert requests_crossing(strategy, strategy, count).verdict == Verdict.EQUAL
    itself = total(strategy, count, count)
    assert probability_cheaper(itself, itself) == 0.5


def test_a_rounding_error_is_not_a_difference():
    assert difference(0.1 + 0.2, 0.3) == 0
    assert difference(0.3, 0.2) == pytest.approx(0.1)


@pytest.mark.parametrize(
    ("first", "second", "probability"),
    [
        pytest.param(1.0, 2.0, 1.0, id="without width, cheaper"),
        pytest.param(2.0, 1.0, 0.0, id="without width, dearer"),
        pytest.param(1.0, 1.0, 0.5, id="without width, equal"),
        # the first element is the central value and no draw: 1 < 2, 2 = 2, 3 > 2, 1.5 < 2
        pytest.param(np.array([9.0, 1.0, 2.0, 3.0, 1.5]), 2.0, 0.625, id="half a point for a draw"),
        pytest.param(np.array([1.0, 1.0, 5.0]), np.array([2.0, 2.0, 6.0]), 1.0, id="draw by draw"),
    ],
)
def test_the_probability_is_the_share_of_draws_in_which_the_first_is_cheaper(first, second, probability):
    assert probability_cheaper(first, second) == probability


@given(weights=st.lists(st.floats(0, 1e12), min_size=1, max_size=50))
def test_shares_sum_to_one_and_are_proportional_to_the_key(weights):
    assume(sum(weights) > 1e-9)
    found = shares(weights)
    assert found.sum() == pytest.approx(1)
    assert found == pytest.approx(np.array(weights) / sum(weights))
    assert (found >= 0).all()


def test_shares_by_hand():
    assert shares([1, 2, 5]).tolist() == [0.125, 0.25, 0.625]
