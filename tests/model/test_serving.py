from dataclasses import fields, replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from costsvc.model.serving import Load, ServingChip, ServingConstants, power_share, serve, step_parts, step_s
from tests.model.test_architecture import DENSE, SPARSE

CHIP = ServingChip(tdp_w=700.0, memory_bandwidth_gb_s=3500.0, peak_tflops=1000.0)
LOAD = Load(accelerators=4.0, batch=10.0, input_tokens=100.0, output_tokens=200.0, weight_bytes=2.0, cache_bytes=2.0)
CONSTANTS = ServingConstants(
    memory_efficiency=0.5,
    cache_efficiency=1.0,
    arithmetic_efficiency=0.7,
    prefill_efficiency=0.5,
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


def test_the_parts_of_a_step_add_up_as_on_paper():
    parts = step_parts(DENSE, CHIP, LOAD, CONSTANTS)
    # weights 140e9 B / 0.5 and cache 10 x 2048 x 80 x 200 x 2 = 0.65536e9 B over 4 x 3.5e12 B/s
    assert parts.memory_s == pytest.approx((280e9 + 0.65536e9) / 14e12)
    # 2 x 70e9 x 10 / (4e15 x 0.7)
    assert parts.arithmetic_s == pytest.approx(5e-4)
    # half a request arrives per ten steps of ten sequences: 0.05 x 100 tokens x 140e9 / (4e15 x 0.5)
    assert parts.prefill_s == pytest.approx(3.5e-4)
    # 80 x 1e-4 x (1 + 0.25 x 2)
    assert parts.launching_s == pytest.approx(0.012)
    assert parts.scheduling_s == pytest.approx(1e-4)
    assert parts.media_s == pytest.approx(0.001)
    bound = np.sqrt(parts.memory_s**2 + 5e-4**2 + 0.012**2)
    assert step_s(parts) == pytest.approx(bound + 3.5e-4 + 1e-4 + 0.001)


def test_energy_is_power_times_time_over_tokens():
    served = serve(DENSE, CHIP, LOAD, CONSTANTS)
    assert served.j_per_output_token == pytest.approx(4 * served.accelerator_power_w * served.step_s / 10)
    assert served.tokens_per_s == pytest.approx(10 / served.step_s)


def test_a_request_stays_for_as_many_steps_as_it_has_tokens():
    served = serve(DENSE, CHIP, LOAD, CONSTANTS)
    assert served.latency_s == pytest.approx(200 * served.step_s)
    # its prompt: 100 tokens x 140e9 / 2e15, its picture 0.02, then one step
    assert served.time_to_first_token_s == pytest.approx(0.007 + 0.02 + served.step_s)


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
def test_a_token_of_a_dense_model_costs_less_in_a_larger_batch(batch, growth):
    few, many = (serve(DENSE, CHIP, replace(LOAD, batch=b), CONSTANTS) for b in (batch, batch * growth))
    assert many.j_per_output_token < few.j_per_output_token


def test_an_array_gives_what_its_elements_give():
    batches = np.array([1.0, 16.0, 512.0])
    together = serve(SPARSE, CHIP, replace(LOAD, batch=batches), CONSTANTS)
    for place, batch in enumerate(batches):
        alone = serve(SPARSE, CHIP, replace(LOAD, batch=float(batch)), CONSTANTS)
        for field in fields(alone):
            np.testing.assert_allclose(getattr(together, field.name)[place], getattr(alone, field.name))


def test_nan_gives_nan():
    assert np.isnan(serve(DENSE, CHIP, replace(LOAD, batch=np.nan), CONSTANTS).j_per_output_token)
