"""Images, video and single forward passes: energy of a request that is bound by arithmetic."""

from dataclasses import dataclass, replace

import numpy as np

from costsvc.model.explanation import formula
from costsvc.model.serving import FLOP_PER_PARAM_TOKEN, ServingChip
from costsvc.units import FLOP_PER_TFLOP, PER_BILLION, Numeric

PIXELS_PER_MEGAPIXEL = 1e6


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class PictureModel:
    """A diffusion model of images or video; NaN if a figure is not known.

    Attributes:
        params_b: Parameters of the denoising network. [10^9]
        pixels_per_token: Side of the square of pixels that one latent token encodes. [px]
        frames_per_latent: Video frames that one latent frame encodes. [1]
        guidance_passes: Passes per step: 2 with classifier-free guidance, else 1. [1]
    """

    params_b: Numeric
    pixels_per_token: Numeric = np.nan
    frames_per_latent: Numeric = np.nan
    guidance_passes: Numeric = np.nan


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class PictureRule:
    """Figures of the typical denoising network; each field is a row name of the table serving_fit.

    Attributes:
        pixels_per_token: Side of the square of pixels that one latent token encodes. [px]
        frames_per_latent: Video frames that one latent frame encodes. [1]
        guidance_passes: Passes through the network per step. [1]
    """

    pixels_per_token: Numeric
    frames_per_latent: Numeric
    guidance_passes: Numeric


@formula
def pictured(model: PictureModel, rule: PictureRule) -> PictureModel:
    """Fill in missing figures with those of the typical network.

    Args:
        model: The model; a missing figure is NaN.
        rule: The typical network.

    Returns:
        The model without NaN.
    """
    return replace(
        model,
        pixels_per_token=_known(model.pixels_per_token, rule.pixels_per_token),
        frames_per_latent=_known(model.frames_per_latent, rule.frames_per_latent),
        guidance_passes=_known(model.guidance_passes, rule.guidance_passes),
    )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class GenerationLoad:
    """Images or videos that are generated together.

    Attributes:
        steps: Denoising steps. [1]
        width_px: Width of the picture. [px]
        height_px: Height of the picture. [px]
        frames: Frames of the video; 1 for an image. [1]
        batch: Pictures or videos generated together, at least 1. [1]
        accelerators: Devices that share the work. [1]
    """

    steps: Numeric
    width_px: Numeric
    height_px: Numeric
    frames: Numeric
    batch: Numeric
    accelerators: Numeric


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class GenerationConstants:
    """Fitted constants of images and video; each field is a row name of the table serving_fit.

    Attributes:
        attention_width: Width times blocks of a network of 10^9 parameters. [1]
        attention_width_exponent: Its growth with parameters. [1]
        generation_efficiency: Share of the peak that a network of 10^9 parameters reaches. [1]
        generation_efficiency_exponent: Its growth with parameters. [1]
        generation_multiplier: The chip's share of its peak relative to an H100's. [1]
        codec_tflop_per_megapixel: Arithmetic of decoding a frame, which devices do not share. [TFLOP]
        prompt_tflop: Arithmetic of encoding the prompt, which devices do not share. [TFLOP]
        step_overhead_s: Time to launch one step. [s]
        generation_power_share: Share of the power limit that a chip draws while it computes. [1]
        waiting_power_share: Share of the power limit that a chip draws while it waits. [1]
    """

    attention_width: Numeric
    attention_width_exponent: Numeric
    generation_efficiency: Numeric
    generation_efficiency_exponent: Numeric
    generation_multiplier: Numeric
    codec_tflop_per_megapixel: Numeric
    prompt_tflop: Numeric
    step_overhead_s: Numeric
    generation_power_share: Numeric
    waiting_power_share: Numeric


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Work:
    """Energy, time and power of a request with fixed work.

    Attributes:
        j_per_item: Energy of the chips per image, video or request. [J]
        latency_s: Duration of a batch. [s]
        accelerator_power_w: Mean power of one accelerator. [W]
    """

    j_per_item: Numeric
    latency_s: Numeric
    accelerator_power_w: Numeric


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ForwardConstants:
    """Constants of single forward passes; each field is a row name of the table serving_fit.

    Attributes:
        forward_efficiency: Share of the peak that a forward pass reaches. [1]
        forward_overhead_s: Time per batch besides arithmetic. [s]
        generation_power_share: Share of the power limit that the chip draws while it computes. [1]
        waiting_power_share: Share of the power limit that the chip draws while it waits. [1]
    """

    forward_efficiency: Numeric
    forward_overhead_s: Numeric
    generation_power_share: Numeric
    waiting_power_share: Numeric


@formula
def latent_tokens(model: PictureModel, load: GenerationLoad) -> Numeric:
    """Tokens of the latent picture or video that a step denoises.

    Args:
        model: The model; its codec does not merge the first frame of a video with others.
        load: Size and frames.

    Returns:
        Tokens per item. [token]
    """
    latent_frames = 1 + (load.frames - 1) / model.frames_per_latent
    return load.width_px * load.height_px / model.pixels_per_token**2 * latent_frames


@formula
def denoising_tflop(model: PictureModel, load: GenerationLoad, constants: GenerationConstants) -> Numeric:
    """Arithmetic of all denoising steps of one item.

    Each token passes through the weights and attends to every other token. In each block attention
    has two products of 2 FLOP per pair of tokens and unit of width.

    Args:
        model: The network.
        load: Steps, size and frames.
        constants: Fitted constants.

    Returns:
        Arithmetic of one image or video. [TFLOP]

    References:
        W. Peebles, S. Xie, "Scalable Diffusion Models with Transformers", arXiv:2212.09748.
    """
    tokens = latent_tokens(model, load)
    width = constants.attention_width * model.params_b**constants.attention_width_exponent
    per_token = FLOP_PER_PARAM_TOKEN * model.params_b * PER_BILLION + 2 * FLOP_PER_PARAM_TOKEN * tokens * width
    return model.guidance_passes * load.steps * tokens * per_token / FLOP_PER_TFLOP


def generate(model: PictureModel, chip: ServingChip, load: GenerationLoad, constants: GenerationConstants) -> Work:
    """Energy and time of images or videos.

    The devices share the denoising. Launching steps, encoding prompts and decoding latents take the
    same time on any number of devices.

    Args:
        model: The network, complete.
        chip: The accelerator.
        load: Images or videos to generate.
        constants: Fitted constants.

    Returns:
        Energy per item, and time and power of the batch.
    """
    waiting_s = load.steps * constants.step_overhead_s
    return _work(chip, constants, (computing_s(model, chip, load, constants), waiting_s), load.accelerators, load.batch)


@formula
def computing_s(
    model: PictureModel, chip: ServingChip, load: GenerationLoad, constants: GenerationConstants
) -> Numeric:
    """Compute time of a batch of images or videos.

    Args:
        model: The network, complete.
        chip: The accelerator.
        load: Images or videos to generate.
        constants: Fitted constants.

    Returns:
        Time. [s]
    """
    peak = chip.peak_tflops * constants.generation_efficiency * constants.generation_multiplier
    reach = model.params_b**constants.generation_efficiency_exponent * load.accelerators
    each = denoising_tflop(model, load, constants) / reach + codec_tflop(load, constants)
    return load.batch * each / peak


@formula
def codec_tflop(load: GenerationLoad, constants: GenerationConstants) -> Numeric:
    """Arithmetic of encoding the prompt and decoding the frames, at the efficiency of 10^9 parameters.

    Args:
        load: Size and frames.
        constants: Fitted constants.

    Returns:
        Arithmetic of one image or video. [TFLOP]
    """
    megapixels = load.width_px * load.height_px * load.frames / PIXELS_PER_MEGAPIXEL
    return constants.codec_tflop_per_megapixel * megapixels + constants.prompt_tflop


def forward(params_b: Numeric, tokens: Numeric, batch: Numeric, chip: ServingChip, constants: ForwardConstants) -> Work:
    """Energy and time of one forward pass: classifications, embeddings, detections.

    Args:
        params_b: Parameters that a token passes through. [10^9]
        tokens: Tokens, or patches, of a request. [token]
        batch: Requests in the pass, at least 1. [1]
        chip: The accelerator.
        constants: Constants of forward passes.

    Returns:
        Energy per request, and time and power of the batch.
    """
    seconds = forward_tflop(params_b, tokens, batch) / (chip.peak_tflops * constants.forward_efficiency)
    return _work(chip, constants, (seconds, constants.forward_overhead_s), 1.0, batch)


@formula
def forward_tflop(params_b: Numeric, tokens: Numeric, batch: Numeric) -> Numeric:
    """Arithmetic of one forward pass.

    Args:
        params_b: Parameters that a token passes through. [10^9]
        tokens: Tokens, or patches, of a request. [token]
        batch: Requests in the pass. [1]

    Returns:
        Arithmetic. [TFLOP]

    References:
        J. Kaplan et al., "Scaling Laws for Neural Language Models", arXiv:2001.08361, section 2.1:
        2 FLOP per weight and token forward.
    """
    return FLOP_PER_PARAM_TOKEN * params_b * PER_BILLION * tokens * batch / FLOP_PER_TFLOP


@formula
def _work(
    chip: ServingChip,
    constants: GenerationConstants | ForwardConstants,
    seconds: tuple[Numeric, Numeric],
    accelerators: Numeric,
    batch: Numeric,
) -> Work:
    """Work from the seconds that the chip computes and waits."""
    computing, waiting = seconds
    latency_s = computing + waiting
    drawn_s = constants.generation_power_share * computing + constants.waiting_power_share * waiting
    power_w = chip.tdp_w * drawn_s / latency_s
    return Work(
        j_per_item=accelerators * power_w * latency_s / batch,
        latency_s=latency_s,
        accelerator_power_w=power_w,
    )


def _known(value: Numeric, usual: Numeric) -> Numeric:
    if isinstance(value, np.ndarray):
        return np.where(np.isnan(value), usual, value)
    return usual if np.isnan(value) else value
