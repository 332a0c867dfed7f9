from dataclasses import fields, replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from costsvc.model.serving import Load, ServingChip, ServingConstants, power_share, serve, step_parts, step_s
from tests.model.test_architecture import DENSE, SPARSE

CHIP = ServingChip(tdp_w=700.0, memory_bandwidth_gb_s=3500.0, peak_tflops=1000.0, attention_tflops=800.0)
LOAD = Load(accelerators=4.0, batch=10.0, input_tokens=100.0, output_tokens=200.0, weight_bytes=2.0, cache_bytes=2.0)
CONSTANTS = ServingConstants(
    memory_efficiency=0.5,
    cache_efficiency=1.0,
    arithmetic_efficiency=0.7,
    prefill_efficiency=0.5,
    attention_efficiency=0.5,
    index_share=0.2,
    precision_efficiency=1.0,
    layer_overhead_s=1e-4,
    sequence_overhead_s=1e-5,
    parallel_overhead=0.25,
    media_s=0.02,
    routing_exponent=0.7,
    base_power_share=0.3,
    memory_power_share=0.4,
    arithmetic_power_share=0.6,
    memory_multiplier=1.0,
    arithmetic_multiplier=1.0,
    overhead_multiplier=1.0,
    software_factor=1.0,
)


def test_the_parts_of_a_step_equal_a_hand_calculation():
    parts = step_parts(DENSE, CHIP, LOAD, CONSTANTS)
    # weights 140e9 B / 0.5 and cache 10 x 2048 x 80 x 200 x 2 = 0.65536e9 B over 4 x 3.5e12 B/s
    assert parts.memory_s == pytest.approx((280e9 + 0.65536e9) / 14e12)
    # 2 x 70e9 x 10 / (4e15 x 0.7)
    assert parts.arithmetic_s == pytest.approx(5e-4)
    # half a request arrives per ten steps of ten sequences: 0.05 x 100 tokens x 140e9 / (4e15 x 0.5), and its attention
    # of 2 x 16,384 x 80 x 100^2 / 2 at 3.2e15 x 0.5
    assert parts.prefill_s == pytest.approx(3.5e-4 + 0.05 * 2 * 16_384 * 80 * 5000 / 1.6e15)
    # 80 x 1e-4 x (1 + 0.25 x 2)
    assert parts.launching_s == pytest.approx(0.012)
    assert parts.scheduling_s == pytest.approx(1e-4)
    assert parts.media_s == pytest.approx(0.001)
    bound = np.sqrt(parts.memory_s**2 + 5e-4**2 + 0.012**2)
    assert parts.draft_s == 0
    assert step_s(parts) == pytest.approx(bound + parts.prefill_s + 1e-4 + 0.001)


def test_energy_is_power_times_time_over_tokens():
    served = serve(DENSE, CHIP, LOAD, CONSTANTS)
    assert served.j_per_output_token == pytest.approx(4 * served.accelerator_power_w * served.step_s / 10)
    assert served.tokens_per_s == pytest.approx(10 / served.step_s)


def test_a_request_takes_one_step_per_token():
    served = serve(DENSE, CHIP, LOAD, CONSTANTS)
    assert served.latency_s == pytest.approx(200 * served.step_s)
    # its prompt: 100 tokens x 140e9 / 2e15 and its attention, its picture 0.02, then one step
    prompt_s = 0.007 + 2 * 16_384 * 80 * 5000 / 1.6e15
    assert served.time_to_first_token_s == pytest.approx(prompt_s + 0.02 + served.step_s)


def test_older_software_launches_and_schedules_more_slowly():
    old = step_parts(DENSE, CHIP, LOAD, replace(CONSTANTS, software_factor=3.0))
    now = step_parts(DENSE, CHIP, LOAD, CONSTANTS)
    assert old.launching_s == pytest.approx(3 * now.launching_s)
    assert old.scheduling_s == pytest.approx(3 * now.scheduling_s)
    assert old.memory_s == now.memory_s


@given(st.floats(1, 1e4), st.floats(0, 1e5), st.floats(1, 1e5), st.sampled_from([DENSE, SPARSE]))
def test_power_stays_below_the_limit(batch, prompt, answer, model):
    load = replace(LOAD, batch=batch, input_tokens=prompt, output_tokens=answer)
    assert 0 < power_share(step_parts(model, CHIP, load, CONSTANTS), CONSTANTS) < 1


@given(st.floats(1, 1e3), st.floats(1.01, 10))
def test_a_token_of_a_dense_model_takes_less_energy_in_a_larger_batch(batch, growth):
    few, many = (serve(DENSE, CHIP, replace(LOAD, batch=b), CONSTANTS) for b in (batch, batch * growth))
    assert many.j_per_output_token < few.j_per_output_token


def test_an_array_gives_the_results_of_its_elements():
    batches = np.array([1.0, 16.0, 512.0])
    together = serve(SPARSE, CHIP, replace(LOAD, batch=batches), CONSTANTS)
    for place, batch in enumerate(batches):
        alone = serve(SPARSE, CHIP, replace(LOAD, batch=float(batch)), CONSTANTS)
        for field in fields(alone):
            np.testing.assert_allclose(getattr(together, field.name)[place], getattr(alone, field.name))


def test_nan_gives_nan():
    assert np.isnan(serve(DENSE, CHIP, replace(LOAD, batch=np.nan), CONSTANTS).j_per_output_token)


def test_cached_tokens_need_no_prefill_and_new_ones_attend_to_them():
    prompt = replace(LOAD, input_tokens=1000.0, cached_tokens=900.0)
    parts = step_parts(DENSE, CHIP, prompt, CONSTANTS)
    # 100 new tokens attend to 900 and, in the mean, to 50 of themselves
    attention_s = 2 * 16_384 * 80 * 100 * 950 / 1.6e15
    assert parts.prefill_s == pytest.approx(0.05 * (0.007 + attention_s))
    assert parts.memory_s == step_parts(DENSE, CHIP, replace(prompt, cached_tokens=0.0), CONSTANTS).memory_s


@pytest.mark.parametrize(
    ("layout", "memory_s"),
    [
        pytest.param({}, (280e9 + 0.65536e9) / 14e12, id="tensor: devices read their share of everything at once"),
        pytest.param(
            {"weights_shared": 0.0}, 280e9 / 3.5e12 + 0.65536e9 / 14e12, id="pipeline: a token passes one after another"
        ),
        pytest.param(
            {"weights_shared": 0.0, "work_shared": 0.0},
            (280e9 + 0.65536e9) / 3.5e12,
            id="layer-split: one works at a time",
        ),
    ],
)
def test_a_layout_determines_which_work_is_parallel(layout, memory_s):
    assert step_parts(DENSE, CHIP, replace(LOAD, **layout), CONSTANTS).memory_s == pytest.approx(memory_s)


def test_accepted_drafts_give_more_tokens_per_slightly_longer_step():
    plain = serve(DENSE, CHIP, replace(LOAD, batch=1.0, input_tokens=0.0), CONSTANTS)
    drafts = replace(
        LOAD, batch=1.0, input_tokens=0.0, accepted_per_step=2.0, proposed_per_step=4.0, draft_params_b=0.5
    )
    drafted = serve(DENSE, CHIP, drafts, CONSTANTS)
    # four passes of 0.5e9 weights of 2 B at half of 3.5e12 B/s, each with one launch
    assert step_parts(DENSE, CHIP, drafts, CONSTANTS).draft_s == pytest.approx(4 * (1e9 / 1.75e12 + 1e-4))
    assert 2.5 < drafted.tokens_per_s / plain.tokens_per_s < 3
    many = (replace(load, batch=4000.0) for load in (replace(LOAD, input_tokens=0.0), drafts))
    plain, drafted = (serve(DENSE, CHIP, load, CONSTANTS).tokens_per_s for load in many)
    assert drafted < plain  # a large batch has no arithmetic to spare
