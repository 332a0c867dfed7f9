"""Peak and power limit of a processor."""

import pytest

from costsvc.model.processor import peak_tflops, power_limit_w


def test_a_peak_is_cores_times_vector_width_times_clock():
    # 64 cores of two 256-bit units (2 x 8 numbers, multiplied and added: 32 FLOP) at 2.5 GHz: 5.12 TFLOP/s
    assert peak_tflops(64.0, 32.0, 2.5) == pytest.approx(5.12)


def test_a_power_limit_is_a_ratio_of_the_design_power():
    # 28 W that a laptop of good cooling holds at one and a half times
    assert power_limit_w(28.0, 1.5) == pytest.approx(42)
