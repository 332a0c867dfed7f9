import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from costsvc.model.power import (
    accelerator_power_from_server_w,
    accelerator_power_w,
    server_power_w,
    slice_part,
    slice_power_w,
    time_share,
)
from tests.model.cases import Case, by_name, by_row, with_nan_in_each

CASES = by_name(
    [
        # 700 x 0.85
        Case(accelerator_power_w, (700.0, 0.85), 595.0),
        # half of the idle 80 is held, and 3/7 of the 206 above it are used: 40 + 88.2857
        Case(slice_power_w, (286.0, 80.0, 3 / 7, 0.5), 40 + 206 * 3 / 7),
        # a slice that is the whole device draws what the device draws
        Case(slice_power_w, (286.0, 80.0, 1.0, 1.0), 286.0),
        Case(slice_part, (1600.0, 0.125), 200.0),
        # 595 x 1.15 + 180 + 20 = 684.25 + 200
        Case(server_power_w, (595.0, 0.15, 180.0, 20.0), 884.25),
        # without fabric the same chip is 684.25 / 1.15
        Case(accelerator_power_from_server_w, (864.25, 0.15, 180.0), 595.0),
        # a server that draws less than its base leaves nothing to the chip
        Case(accelerator_power_from_server_w, (100.0, 0.15, 180.0), 0.0),
        # where the watts of the chip hold the server already, both are the same
        Case(accelerator_power_from_server_w, (250.0, 0.0, 0.0), 250.0),
    ]
)
watts = st.floats(0, 1e4)
shares = st.floats(0, 1)


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


@given(chip_w=watts, share=shares, base_w=watts, fabric_w=watts)
def test_a_server_draws_at_least_what_its_chip_draws(chip_w, share, base_w, fabric_w):
    assert server_power_w(chip_w, share, base_w, fabric_w) >= chip_w


@given(chip_w=watts, share=shares, base_w=watts)
def test_chip_power_follows_from_its_server_power(chip_w, share, base_w):
    server_w = server_power_w(chip_w, share, base_w, 0.0)
    assert accelerator_power_from_server_w(server_w, share, base_w) == pytest.approx(chip_w, abs=1e-9)


@given(server_w=watts, share=shares, base_w=watts)
def test_chip_power_is_between_zero_and_server_power(server_w, share, base_w):
    assert 0 <= accelerator_power_from_server_w(server_w, share, base_w) <= server_w


def test_a_share_of_time_is_that_of_rows_below_one_accelerator():
    assert time_share(8.0) is None
    assert time_share(0.25) == 0.25
    assert time_share(np.array([[0.25], [1.0], [8.0]])).tolist() == [[0.25], [1.0], [1.0]]
