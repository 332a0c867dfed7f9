from dataclasses import asdict, replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from costsvc.model.generation import (
    ForwardConstants,
    GenerationConstants,
    GenerationLoad,
    PictureModel,
    PictureRule,
    denoising_tflop,
    forward,
    generate,
    latent_tokens,
    pictured,
)
from costsvc.model.serving import ServingChip

CHIP = ServingChip(tdp_w=700.0, memory_bandwidth_gb_s=3500.0, peak_tflops=1000.0, attention_tflops=1000.0)
NETWORK = PictureModel(params_b=2.0, pixels_per_token=16.0, frames_per_latent=4.0, guidance_passes=2.0)
PICTURE = GenerationLoad(steps=20.0, width_px=1024.0, height_px=1024.0, frames=1.0, batch=1.0, accelerators=1.0)
CONSTANTS = GenerationConstants(
    attention_width=50000.0,
    attention_width_exponent=0.5,
    generation_efficiency=0.5,
    generation_efficiency_exponent=0.0,
    generation_multiplier=1.0,
    codec_tflop_per_megapixel=10.0,
    prompt_tflop=5.0,
    step_overhead_s=0.01,
    generation_power_share=0.9,
    waiting_power_share=0.3,
)
SMALL = ForwardConstants(
    forward_efficiency=0.5, forward_overhead_s=0.01, generation_power_share=0.9, waiting_power_share=0.3
)


def test_a_picture_of_1024_pixels_has_4096_tokens_and_a_video_one_latent_frame_more():
    assert latent_tokens(NETWORK, PICTURE) == 4096
    assert latent_tokens(NETWORK, replace(PICTURE, frames=81.0)) == 4096 * 21


def test_denoising_counts_weights_and_attention():
    # 2 passes x 20 steps x 4096 tokens x (2 x 2e9 + 4 x 4096 x 50000 x sqrt 2)
    per_token = 4e9 + 4 * 4096 * 50000 * 2**0.5
    assert denoising_tflop(NETWORK, PICTURE, CONSTANTS) == pytest.approx(40 * 4096 * per_token / 1e12)


def test_energy_of_a_picture_is_that_of_its_parts():
    made = generate(NETWORK, CHIP, PICTURE, CONSTANTS)
    computing_s = (denoising_tflop(NETWORK, PICTURE, CONSTANTS) + 10 * 1.048576 + 5) / 500
    assert made.latency_s == pytest.approx(computing_s + 0.2)
    assert made.j_per_item == pytest.approx(700 * (0.9 * computing_s + 0.3 * 0.2))


@given(st.floats(1.01, 16))
def test_more_devices_are_faster_and_take_more_energy(devices):
    one, more = (generate(NETWORK, CHIP, replace(PICTURE, accelerators=n), CONSTANTS) for n in (1.0, devices))
    assert more.latency_s < one.latency_s
    assert more.j_per_item > one.j_per_item


def test_missing_figures_are_those_of_the_typical_network():
    usual = PictureRule(pixels_per_token=16.0, frames_per_latent=4.0, guidance_passes=2.0)
    assert asdict(pictured(PictureModel(params_b=2.0), usual)) == asdict(NETWORK)
    assert pictured(replace(NETWORK, guidance_passes=1.0), usual).guidance_passes == 1


def test_a_pass_shares_its_overhead_among_the_batch():
    # 10 requests x 100 tokens x 2 x 1e9 FLOP / 0.5e15 = 4 ms, and 10 ms overhead
    made = forward(1.0, 100.0, 10.0, CHIP, SMALL)
    assert made.latency_s == pytest.approx(0.014)
    assert made.j_per_item == pytest.approx(700 * (0.9 * 0.004 + 0.3 * 0.01) / 10)


def test_missing_figures_are_filled_row_by_row():
    sizes = np.array([1.0, 8.0])
    together = generate(replace(NETWORK, params_b=sizes), CHIP, PICTURE, CONSTANTS)
    alone = [generate(replace(NETWORK, params_b=size), CHIP, PICTURE, CONSTANTS).j_per_item for size in (1.0, 8.0)]
    np.testing.assert_allclose(together.j_per_item, alone)
