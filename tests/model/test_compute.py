import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from costsvc.model.compute import (
    accelerator_hours,
    attention_share,
    crowding,
    model_flops_utilization,
    narrowing,
    training_flop,
    whole_hosts,
    with_attention,
)
from tests.model.cases import Case, by_name, by_row, with_nan_in_each

CASES = by_name(
    [
        # Llama 3.1 8B on 15e12 tokens: 6 x 8e9 x 1.5e13 = 7.2e23
        Case(training_flop, (8.0, 15_000.0, 6.0), 7.2e23),
        # frozen weights, 1e9 tokens: 4 x 7e9 x 1e9 = 2.8e19
        Case(training_flop, (7.0, 1.0, 4.0), 2.8e19),
        # 7.2e23 / (1e15 x 0.4 x 3600) = 7.2e23 / 1.44e18 = 500,000
        Case(accelerator_hours, (7.2e23, 1000.0, 0.4, 1.0), 500_000.0),
        # the same with every activation computed twice: x 8/6
        Case(accelerator_hours, (7.2e23, 1000.0, 0.4, 8 / 6), 666_666.666_667),
    ]
)
positive = st.floats(1e-3, 1e6)


@pytest.mark.parametrize(("formula", "numbers", "expected"), CASES)
def test_equals_a_hand_calculation(formula, numbers, expected):
    assert formula(*numbers) == pytest.approx(expected, rel=1e-9)


@pytest.mark.parametrize(("formula", "numbers", "expected"), CASES)
def test_takes_arrays_row_by_row(formula, numbers, expected):
    whole, rows = by_row(formula, numbers)
    assert whole == pytest.approx(rows, rel=1e-12)


@pytest.mark.parametrize(("formula", "numbers", "expected"), CASES)
def test_gives_nan_for_nan(formula, numbers, expected):
    assert np.isnan(with_nan_in_each(formula, numbers)).all()


@pytest.mark.parametrize(
    ("mfu", "size", "left", "expected"),
    [
        pytest.param(0.4, (1.0, 0.3), (1.0, 1.0, 1.0), 0.4, id="the reference run has the reference's"),
        # 0.4 x 4^0.5 x 0.5 x 0.8 x 0.9 = 0.4 x 2 x 0.36
        pytest.param(0.4, (4.0, 0.5), (0.5, 0.8, 0.9), 0.288, id="grows with size, falls with what is left"),
        pytest.param(0.4, (1e6, 0.5), (1.0, 1.0, 1.0), 0.75, id="never above the highest published"),
        pytest.param(0.4, (1.0, 0.0), (1e-5, 1.0, 1.0), 0.02, id="never below the lowest published"),
        pytest.param(np.nan, (1.0, 0.0), (1.0, 1.0, 1.0), np.nan, id="nan"),
    ],
)
def test_utilisation_depends_on_size_number_precision_and_experts(mfu, size, left, expected):
    found = model_flops_utilization(mfu, size, left, (0.02, 0.75))
    assert found == pytest.approx(expected, nan_ok=True)


def test_utilisation_takes_arrays():
    found = model_flops_utilization(np.array([0.3, 0.4]), (4.0, 0.5), (1.0, 1.0, 1.0), (0.02, 0.75))
    assert found == pytest.approx([0.6, 0.75])


@pytest.mark.parametrize(
    ("accelerators", "relative", "expected"),
    [
        pytest.param(1000.0, 1.0, 0.5, id="half is left at the half crowd"),
        # half crowd 1000 x 8 = 8000: 1 / (1 + 1000 / 8000)
        pytest.param(1000.0, 4.0, 8 / 9, id="a larger model stands a larger crowd"),
        # half crowd 1000 / 8 = 125: 1 / (1 + 8)
        pytest.param(1000.0, 0.25, 1 / 9, id="a small one loses nearly all"),
        pytest.param(0.0, 1.0, 1.0, id="nobody, nothing lost"),
    ],
)
def test_many_accelerators_reduce_utilisation_of_small_models_more(accelerators, relative, expected):
    assert crowding(accelerators, relative, 1000.0, 1.5) == pytest.approx(expected)


def test_narrow_precision_gains_more_in_large_models():
    # 0.6 x 16^0.05 = 0.689
    assert narrowing(16.0, 0.6, 0.05) == pytest.approx(0.689, abs=0.001)


@pytest.mark.parametrize(
    ("length", "expected"),
    [
        pytest.param(4096.0, 0.0, id="the usual length adds nothing"),
        # 32 blocks, width sqrt(8e9 / (12 x 32)) = 4564: 32 x 4564 x 28672 / 8e9
        pytest.param(32768.0, 0.523, id="eight times the length"),
        pytest.param(2048.0, -0.0374, id="half of it"),
    ],
)
def test_attention_grows_with_the_length_of_sequences(length, expected):
    assert attention_share(32.0, 8.0, (length, 4096.0)) == pytest.approx(expected, rel=0.01)
    assert with_attention(100.0, expected) == pytest.approx(100 * (1 + expected))


@pytest.mark.parametrize(
    ("hours", "expected"),
    [
        pytest.param(0.0, 8.0, id="nothing to do still takes a host"),
        pytest.param(100.0, 8.0, id="a short run takes one"),
        pytest.param(8 * 1440.0, 8.0, id="one that ends just in time"),
        pytest.param(8 * 1440.0 + 1, 16.0, id="an hour more takes another"),
        # 500,000 / 1440 = 347.2 accelerators = 43.4 hosts, so 44
        pytest.param(500_000.0, 352.0, id="a long run takes whole hosts"),
    ],
)
def test_takes_the_fewest_whole_hosts_that_finish_in_time(hours, expected):
    assert whole_hosts(hours, 1440.0, 8.0) == expected


@given(params=positive, tokens=positive, factor=st.floats(0, 1e3))
def test_flop_is_linear_in_parameters_and_in_tokens(params, tokens, factor):
    once = training_flop(params, tokens, 6.0)
    assert training_flop(params * factor, tokens, 6.0) == pytest.approx(once * factor)
    assert training_flop(params, tokens * factor, 6.0) == pytest.approx(once * factor)


@given(flop=st.floats(0, 1e28), peak=st.floats(1, 1e4), mfu=st.floats(0.02, 0.75))
def test_two_halves_of_a_run_take_as_long_as_the_whole(flop, peak, mfu):
    half = accelerator_hours(flop / 2, peak, mfu, 1.0)
    assert half + half == pytest.approx(accelerator_hours(flop, peak, mfu, 1.0))


def test_no_tokens_take_no_time():
    assert accelerator_hours(training_flop(8.0, 0.0, 6.0), 1000.0, 0.4, 1.0) == 0
