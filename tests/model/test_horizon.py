"""Effects of time on a comparison, against hand calculations."""

import pytest

from costsvc.model.horizon import Horizon, TimeFactors, discounting, time_factors

YEAR = Horizon(lifetime_months=12)


def test_without_effects_of_time_all_factors_are_one():
    assert time_factors(YEAR, 0.0) == TimeFactors()


def test_tasks_that_arrive_over_the_whole_lifetime_have_half_the_requests():
    found = time_factors(Horizon(lifetime_months=24, adoption_months=24), 0.0)
    assert (found.upfront, found.per_task) == (1, 1)
    assert found.per_request == pytest.approx(0.5)
    assert found.per_task_standing == pytest.approx(0.5)
    assert found.upfront_standing == 1


@pytest.mark.parametrize(
    ("interval", "times"),
    # in 36 months every 12: at 12 and 24; the one at 36 would be for nothing
    [(12.0, 3), (10.0, 4), (36.0, 1), (50.0, 1)],
)
def test_retraining_repeats_upfront_and_task_costs(interval, times):
    found = time_factors(Horizon(lifetime_months=36, retraining_months=interval), 0.0)
    assert (found.upfront, found.per_task, found.per_request) == (times, times, 1)


def test_a_task_is_retrained_only_after_its_arrival():
    found = time_factors(Horizon(lifetime_months=24, adoption_months=24, retraining_months=12), 0.0)
    # half of the tasks arrive before the retraining after 12 months
    assert found.per_task == pytest.approx(1.5)


def test_later_money_has_less_weight():
    growth = discounting(0.1)
    found = time_factors(Horizon(lifetime_months=24, retraining_months=12), growth)
    assert found.upfront == pytest.approx(1 + 1 / 1.1)
    # the mean of 1.1 ** -t over two years: (1 - 1.1 ** -2) / (2 ln 1.1)
    assert found.per_request == pytest.approx((1 - 1.1**-2) / (2 * 0.0953102), rel=1e-4)


def test_later_requests_have_less_weight_on_a_grid_that_becomes_cleaner():
    found = time_factors(YEAR, -0.1)
    # the mean of 0.9 ** t over one year: (1 - 0.9) / -ln 0.9
    assert found.per_request == pytest.approx(0.1 / 0.1053605, rel=1e-4)
    assert found.upfront == 1
