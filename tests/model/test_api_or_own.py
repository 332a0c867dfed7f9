"""The break-even of a hosted model and replicas of one's own, against arithmetic by hand."""

import numpy as np
import pytest

from costsvc.model.amortization import Verdict, total
from costsvc.model.api_or_own import (
    H_PER_MONTH,
    OwnReplica,
    break_even,
    own_strategy,
    replica_capacity,
    replicas_needed,
    utilization,
)

# a replica of 2 USD an hour that serves a request in 0.01 h of its time: 0.02 USD a request if it is full
REPLICA = OwnReplica(per_request=0.02, per_idle_hour=2.0, hours_per_request=0.01)


@pytest.mark.parametrize(
    ("api", "share"),
    [
        pytest.param(0.04, 0.5, id="a call twice as dear as a full replica"),
        pytest.param(0.2, 0.1, id="a call ten times as dear"),
        pytest.param(0.02, 1.0, id="a call as dear as a full replica"),
    ],
)
def test_utilization_at_break_even_is_the_cost_of_a_full_replica_over_that_of_a_call(api, share):
    found = break_even(REPLICA, api, 1.0)
    assert found.verdict is Verdict.FROM
    assert found.at == pytest.approx(H_PER_MONTH * 2.0 / api)
    assert utilization(found.at, REPLICA.hours_per_request) == pytest.approx(share)


@pytest.mark.parametrize(
    ("api", "peak_ratio"),
    [
        pytest.param(0.019, 1.0, id="a call cheaper than a full replica"),
        pytest.param(0.03, 2.0, id="break-even at two thirds, where the busiest hour allows a half"),
    ],
)
def test_calls_are_cheaper_at_any_traffic_if_break_even_is_beyond_the_capacity(api, peak_ratio):
    found = break_even(REPLICA, api, peak_ratio)
    assert found.verdict is Verdict.NEVER
    assert found.at is None


def test_draws_without_break_even_are_infinite():
    calls = np.array([0.04, 0.01, 0.08])
    found = break_even(REPLICA, calls, 1.0)
    assert found.at == pytest.approx([H_PER_MONTH * 50, np.inf, H_PER_MONTH * 25])


def test_both_sides_cost_the_same_at_break_even():
    found = break_even(REPLICA, 0.05, 1.0)
    own = total(own_strategy(REPLICA, 1.0), 1.0, found.at)
    assert own == pytest.approx(0.05 * found.at)


def test_idle_and_busy_hours_of_a_rented_replica_add_up_to_the_month():
    # a request costs what its hours cost, so that the rent does not depend on the traffic
    assert total(own_strategy(REPLICA, 3.0), 1.0, 12_345.0) == pytest.approx(3 * 2.0 * H_PER_MONTH)


@pytest.mark.parametrize(
    ("requests", "count"),
    [(1.0, 1.0), (36_500.0, 1.0), (36_501.0, 2.0), (365_000.0, 10.0)],
)
def test_replicas_serve_the_busiest_hour(requests, count):
    capacity = replica_capacity(REPLICA.hours_per_request, 2.0)
    assert capacity == pytest.approx(36_500.0)
    assert replicas_needed(requests, capacity) == count
