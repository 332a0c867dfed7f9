"""Comparison of options, against hand calculations and the definition of the front."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from costsvc.model.compute import training_memory_gb
from costsvc.model.placement import pareto_front, usd_per_kg_avoided, weighted_score


def test_the_front_has_the_options_that_none_dominates():
    options = np.array([[1.0, 3.0], [3.0, 1.0], [2.0, 2.0], [2.0, 4.0], [3.0, 3.0], [2.0, 2.0]])
    assert pareto_front(options).tolist() == [True, True, True, False, False, True]


def test_an_option_with_a_missing_metric_is_not_in_the_front():
    assert pareto_front(np.array([[1.0, np.nan], [2.0, 2.0]])).tolist() == [False, True]
    assert pareto_front(np.empty((0, 4))).tolist() == []


@given(arrays(float, st.tuples(st.integers(1, 30), st.integers(1, 4)), elements=st.integers(0, 5).map(float)))
def test_the_front_agrees_with_its_definition(options):
    beaten = [
        any((other <= one).all() and (other < one).any() for other in options)  # each against each
        for one in options
    ]
    assert pareto_front(options).tolist() == [not is_beaten for is_beaten in beaten]


def test_a_score_is_a_weighted_sum_and_nan_if_a_weighted_metric_is_missing():
    amounts = np.array([[100.0, 5.0, np.nan], [200.0, 1.0, 3.0]])
    # 100 + 20 x 5 and 200 + 20 x 1
    assert weighted_score(amounts, np.array([1.0, 20.0, 0.0])).tolist() == [200, 220]
    assert np.isnan(weighted_score(amounts, np.array([0.0, 0.0, 1.0]))).tolist() == [True, False]


@pytest.mark.parametrize(("extra", "avoided", "each"), [(50.0, 100.0, 0.5), (-50.0, 100.0, -0.5), (0.0, 1.0, 0.0)])
def test_abatement_cost_is_extra_cost_over_avoided_co2e(extra, avoided, each):
    assert usd_per_kg_avoided(extra, avoided) == each


def test_seven_billion_parameters_take_112_gb_to_train():
    # 16 bytes each
    assert training_memory_gb(7.0, 16.0) == pytest.approx(112)
