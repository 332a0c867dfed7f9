import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from costsvc.model.serving_load import Occupancy, idle_j_per_request, mean_while_busy, occupancy


def steady(batch):
    """Two seconds, however many requests are inside."""
    return 2.0 + 0.0 * batch


def growing(batch):
    """One second alone, a tenth more for each request inside."""
    return 0.9 + 0.1 * batch


def test_the_mean_of_a_poisson_variable_that_is_not_zero():
    # one inside on average: divided by the 63 % of the time in which there is one
    assert mean_while_busy(1.0) == pytest.approx(1.5819767)


def test_a_stream_of_constant_latency_obeys_little():
    found = occupancy(0.5, steady, 100.0)
    assert found.batch == pytest.approx(1.5819767)
    assert found.busy_share == pytest.approx(1 - np.exp(-1))
    assert found.replicas == 1


def test_a_rare_request_is_served_alone():
    found = occupancy(1e-6, growing, 64.0)
    assert found.batch == pytest.approx(1, abs=1e-5)
    assert found.busy_share == pytest.approx(1e-6, rel=1e-3)


def test_the_batch_is_the_equilibrium_of_rate_and_latency():
    found = occupancy(5.0, growing, 64.0)
    assert mean_while_busy(5.0 * growing(found.batch)) == pytest.approx(found.batch)


def test_a_rate_above_one_replica_needs_more_replicas():
    found = occupancy(1000.0, growing, 10.0)
    # 10 inside at 1.9 s each serve 5.263 a second
    assert found.replicas == pytest.approx(190)
    assert found.batch == pytest.approx(10, rel=1e-4)
    assert found.busy_share == pytest.approx(1, abs=1e-4)


def test_idle_energy_is_divided_among_the_requests():
    half = Occupancy(batch=1.0, busy_share=0.75, replicas=1.0)
    # four devices wait a quarter of ten seconds at 100 W
    assert idle_j_per_request(half, 0.1, 4.0, 100.0) == pytest.approx(1000)


@given(st.floats(1e-9, 1e6), st.floats(1, 1e4))
def test_every_rate_has_an_occupancy(rate, largest):
    found = occupancy(rate, growing, largest)
    assert 1 <= found.batch <= largest * (1 + 1e-9)
    assert 0 < found.busy_share <= 1
    assert found.replicas >= 1


def test_an_array_of_rates_gives_the_results_of_its_elements():
    rates = np.array([0.01, 1.0, 500.0])
    together = occupancy(rates, growing, 16.0)
    alone = [occupancy(rate, growing, 16.0).batch for rate in rates]
    np.testing.assert_allclose(together.batch, alone)
