"""Intervals that hold on a source which took no part in a fit."""

import math

import numpy as np
import pytest

from costsvc.evidence.fits.between import Spread, missing_width, source_means, spread, student_t

COMMON = Spread(variance=0.04, freedom=12.0, sources=13)


@pytest.mark.parametrize(
    ("freedom", "table"),
    [(2, 2.920), (3, 2.353), (5, 2.015), (10, 1.812), (30, 1.697), (1e6, 1.645)],
)
def test_students_t_is_that_of_the_printed_tables(freedom, table):
    assert student_t(freedom) == pytest.approx(table, rel=0.02)


@pytest.mark.parametrize(
    ("errors", "sources", "variance"),
    [
        pytest.param([0.2, 0.2, 0.2, 0.2], ["a", "a", "a", "b"], 0.04, id="alike"),
        # three rows of one source are one vote: (0.01 + 0.09) / 2
        pytest.param([0.1, 0.1, 0.1, 0.3], ["a", "a", "a", "b"], 0.05, id="each-source-one-vote"),
        # the scatter within a source counts as well as its distance: (0.3**2 + 0.3**2) / 2
        pytest.param([0.3, -0.3], ["a", "a"], 0.09, id="within-a-source"),
        pytest.param([0.2, math.nan], ["a", "b"], 0.04, id="a-source-that-nothing-predicts"),
    ],
)
def test_each_source_has_one_vote(errors, sources, variance):
    assert spread(np.array(errors), sources).variance == pytest.approx(variance)


def test_few_sources_borrow_from_all_and_are_wider():
    one = spread(np.array([0.1]), ["a"], COMMON, pull=3.0)
    assert one.variance == pytest.approx((0.01 + 3 * 0.04) / 4)
    many = spread(np.full(30, 0.2), [f"s{number}" for number in range(30)], COMMON)
    few = spread(np.full(30, 0.2), ["a"] * 15 + ["b"] * 15, COMMON)
    assert few.variance == pytest.approx(many.variance)
    assert few.factor > many.factor


def test_a_group_without_any_error_takes_what_all_have_in_common():
    assert spread(np.array([]), [], COMMON).variance == pytest.approx(COMMON.variance)
    with pytest.raises(ValueError, match="one error at least"):
        spread(np.array([]), [])


def test_means_follow_the_names_of_the_sources():
    assert source_means(np.array([3.0, 1.0, 2.0, math.nan]), ["b", "a", "b", "c"]).tolist() == [1.0, 2.5]


@pytest.mark.parametrize(
    ("errors", "own", "sources", "missing"),
    [
        pytest.param([0.1, -0.2, 0.3], 0.3, ["a", "b", "c"], 0.0, id="nothing, where every error lies inside"),
        # the root of 0.5**2 - 0.3**2
        pytest.param([0.1, -0.5, 0.5], 0.3, ["a", "b", "c"], 0.4, id="what beside the own width holds an error"),
        # nine sources inside hold nine tenths of the votes, however many rows the tenth has
        pytest.param([0.0] * 9 + [2.0] * 50, 0.3, [*"abcdefghi", *["j"] * 50], 0.0, id="each-source-one-vote"),
    ],
)
def test_the_missing_width_holds_nine_tenths_of_the_votes(errors, own, sources, missing):
    found = missing_width(np.array(errors), np.full(len(errors), own), sources, share=0.9)
    assert found == pytest.approx(missing)
