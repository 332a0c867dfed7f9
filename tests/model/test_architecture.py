from dataclasses import replace

import numpy as np
import pytest

from costsvc.model.architecture import (
    ServedModel,
    ShapeRule,
    attended_pairs,
    attention_flop,
    cache_gb,
    cache_per_sequence,
    completed,
    expert_params_b,
    fewest_accelerators,
    moved_per_step,
    touched_params_b,
    weights_gb,
)

DENSE = ServedModel(
    total_params_b=70.0,
    active_params_b=70.0,
    layers=80.0,
    full_layers=80.0,
    window_layers=0.0,
    window_tokens=0.0,
    picked_tokens=0.0,
    attended_values=16_384.0,
    cached_values=2048.0,
    state_values=0.0,
    expert_share=1.0,
)
SPARSE = ServedModel(
    total_params_b=100.0,
    active_params_b=16.0,
    layers=40.0,
    full_layers=10.0,
    window_layers=30.0,
    window_tokens=128.0,
    picked_tokens=0.0,
    attended_values=8192.0,
    cached_values=1024.0,
    state_values=1e6,
    expert_share=1 / 8,
)
USUAL = ShapeRule(
    layers_coefficient=20.0,
    layers_exponent=0.25,
    layers_sparsity_exponent=0.1,
    cached_values=2048.0,
    attended_coefficient=0.5,
    expert_share_factor=0.6,
)


def test_weights_of_70_b_at_two_bytes_take_140_gb():
    assert weights_gb(70.0, 2.0) == pytest.approx(140)


def test_parameters_of_experts_follow_from_total_and_active_ones():
    # d + x = 100 and d + x / 8 = 16: x = 84 / (7 / 8) = 96, d = 4
    assert expert_params_b(SPARSE) == pytest.approx(96)
    assert expert_params_b(DENSE) == 0


@pytest.mark.parametrize(
    ("model", "batch", "exponent", "expected"),
    [
        pytest.param(DENSE, 1.0, 0.7, 70.0, id="dense-reads-all"),
        pytest.param(SPARSE, 1.0, 0.7, 16.0, id="one-token-reads-the-active"),
        # 4 + 96 (1 - (7/8)^2) = 4 + 96 x 0.234375
        pytest.param(SPARSE, 2.0, 1.0, 26.5, id="two-independent-tokens"),
        pytest.param(SPARSE, 1e6, 0.7, 100.0, id="a-large-batch-reads-all"),
    ],
)
def test_a_step_reads_the_experts_of_its_batch(model, batch, exponent, expected):
    assert touched_params_b(model, batch, exponent) == pytest.approx(expected)


def test_a_window_limits_the_cache_and_state_is_constant():
    # 1024 x (10 x 1000 + 30 x 128) + 2 x 10^6
    assert cache_per_sequence(SPARSE, 1000.0) == pytest.approx(1024 * 13840 + 2e6)
    assert moved_per_step(SPARSE, 1000.0) == pytest.approx(1024 * 13840 + 4e6)
    assert cache_gb(DENSE, 10.0, 1000.0, 2.0) == pytest.approx(10 * 2048 * 80 * 1000 * 2 / 1e9)


@pytest.mark.parametrize(
    ("needed_gb", "expected"),
    [
        pytest.param(10, 1, id="fits-one"),
        pytest.param(72.1, 2, id="just-too-much-for-one"),
        pytest.param(150, 4, id="three-round-up-to-four"),
        pytest.param(0, 1, id="nothing-takes-one"),
    ],
)
def test_the_smallest_number_of_devices_is_a_power_of_two(needed_gb, expected):
    assert fewest_accelerators(needed_gb, 72.0) == expected


def test_missing_dimensions_are_those_of_the_typical_model():
    whole = completed(ServedModel(total_params_b=16.0, active_params_b=16.0), USUAL)
    assert whole.layers == pytest.approx(40)  # 20 x 16^0.25
    assert whole.full_layers == pytest.approx(40)
    assert whole.cached_values == 2048
    assert whole.expert_share == 1
    assert whole.state_values == 0


def test_known_dimensions_are_kept():
    whole = completed(SPARSE, USUAL)
    assert whole.layers == SPARSE.layers
    assert whole.expert_share == SPARSE.expert_share


def test_a_sparse_model_without_an_expert_share_gets_a_typical_one():
    whole = completed(ServedModel(total_params_b=100.0, active_params_b=10.0), USUAL)
    assert whole.expert_share == pytest.approx(0.06)


def test_missing_dimensions_are_filled_row_by_row():
    sizes = np.array([1.0, 16.0])
    model = ServedModel(total_params_b=sizes, active_params_b=sizes, layers=np.array([12.0, np.nan]))
    np.testing.assert_allclose(completed(model, USUAL).layers, [12, 40])


@pytest.mark.parametrize(
    ("new", "cached", "window", "pairs"),
    [
        pytest.param(1000, 0, 1000, 500_000, id="a window as long as the prompt: n^2 / 2"),
        pytest.param(1000, 0, 100, 95_000, id="a shorter one: n w - w^2 / 2"),
        pytest.param(1000, 500, 100, 100_000, id="cached tokens fill it: n w"),
        pytest.param(1000, 50, 100, 98_750, id="cached tokens fill half of it"),
        pytest.param(10, 5, 100, 100, id="it is never filled: n^2 / 2 + n c"),
        pytest.param(0, 5, 100, 0, id="no new token"),
    ],
)
def test_a_new_token_attends_to_those_before_it_up_to_the_window(new, cached, window, pairs):
    assert attended_pairs(float(new), float(cached), float(window)) == pairs
    tokens = [min(cached + place + 0.5, window) for place in range(new)]
    assert pairs == pytest.approx(sum(tokens), abs=new / 2)


def test_attention_grows_with_the_square_of_the_prompt_and_only_in_full_blocks():
    # 2 FLOP x 32 heads x (128 + 128) x 80 blocks x n^2 / 2
    assert attention_flop(DENSE, 1000.0, 0.0, 0.2) == 2 * 16_384 * 80 * 500_000
    # 10 full blocks, 30 with a window of 128
    pairs = 10 * 500_000 + 30 * (128_000 - 128**2 / 2)
    assert attention_flop(SPARSE, 1000.0, 0.0, 0.2) == 2 * 8192 * pairs


def test_a_selecting_index_costs_a_share_of_all_pairs():
    picking = replace(DENSE, picked_tokens=100.0)
    assert attention_flop(picking, 1000.0, 0.0, 0.2) == 2 * 16_384 * 80 * (95_000 + 0.2 * 500_000)
    assert moved_per_step(picking, 1000.0) == 80 * 2048 * 100
    assert cache_per_sequence(picking, 1000.0) == 80 * 2048 * 1000
