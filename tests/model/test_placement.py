"""Options side by side, by hand and against the definition."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from costsvc.model.compute import training_memory_gb
from costsvc.model.placement import pareto_front, usd_per_kg_avoided, weighted_score


def test_the_front_is_what_nothing_beats():
    options = np.array([[1.0, 3.0], [3.0, 1.0], [2.0, 2.0], [2.0, 4.0], [3.0, 3.0], [2.0, 2.0]])
    assert pareto_front(options).tolist() == [True, True, True, False, False, True]


def test_what_is_not_known_is_on_no_front():
    assert pareto_front(np.array([[1.0, np.nan], [2.0, 2.0]])).tolist() == [False, True]
    assert pareto_front(np.empty((0, 4))).tolist() == []


@given(arrays(float, st.tuples(st.integers(1, 30), st.integers(1, 4)), elements=st.integers(0, 5).map(float)))
def test_the_front_is_that_of_the_definition(options):
    beaten = [
        any((other <= one).all() and (other < one).any() for other in options)  # each against each
        for one in options
    ]
    assert pareto_front(options).tolist() == [not is_beaten for is_beaten in beaten]


def test_a_score_is_a_sum_at_prices_and_unknown_where_something_that_counts_is():
    amounts = np.array([[100.0, 5.0, np.nan], [200.0, 1.0, 3.0]])
    # 100 + 20 x 5 and 200 + 20 x 1
    assert weighted_score(amounts, np.array([1.0, 20.0, 0.0])).tolist() == [200, 220]
    assert np.isnan(weighted_score(amounts, np.array([0.0, 0.0, 1.0]))).tolist() == [True, False]


@pytest.mark.parametrize(("extra", "avoided", "each"), [(50.0, 100.0, 0.5), (-50.0, 100.0, -0.5), (0.0, 1.0, 0.0)])
def test_a_kilogram_avoided_costs_what_is_paid_more_for_it(extra, avoided, each):
    assert usd_per_kg_avoided(extra, avoided) == each


def test_seven_billion_parameters_take_112_gb_to_train():
    # 16 bytes each
    assert training_memory_gb(7.0, 16.0) == pytest.approx(112)
