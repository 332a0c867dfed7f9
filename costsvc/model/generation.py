"""Images, video and small tasks: energy of a request that is bound by arithmetic."""

from dataclasses import dataclass

from costsvc.model.serving import FLOP_PER_PARAM_TOKEN, ServingChip
from costsvc.units import FLOP_PER_TFLOP, PER_BILLION, Numeric

PIXELS_PER_MEGAPIXEL = 1e6


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class GenerationLoad:
    """Images or videos that are made together.

    Attributes:
        steps: Denoising steps. [1]
        width_px: Width of the picture. [px]
        height_px: Height of the picture. [px]
        frames: Frames of the video; 1 for an image. [1]
        batch: Pictures or videos made together, at least 1. [1]
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
    """What the fit found; each field is a row name of the table serving_fit.

    Attributes:
        tokens_per_megapixel: Latent tokens of a frame of 10^6 pixels. [token]
        frames_per_latent: Frames of a video that become one latent frame. [1]
        attention_width: Width times blocks of a model of 10^9 parameters. [1]
        attention_width_exponent: Its growth with parameters. [1]
        guidance_passes: Passes through the model per step; 2 with classifier-free guidance. [1]
        generation_efficiency: Share of the peak reached by a model of 10^9 parameters. [1]
        generation_efficiency_exponent: Its growth with parameters. [1]
        codec_tflop_per_megapixel: Decoding of latents, which devices do not share. [TFLOP]
        step_overhead_s: Launching one step. [s]
        generation_power_share: Share of the power limit drawn while a chip computes. [1]
        waiting_power_share: Share of it drawn while the chip waits. [1]
    """

    tokens_per_megapixel: Numeric
    frames_per_latent: Numeric
    attention_width: Numeric
    attention_width_exponent: Numeric
    guidance_passes: Numeric
    generation_efficiency: Numeric
    generation_efficiency_exponent: Numeric
    codec_tflop_per_megapixel: Numeric
    step_overhead_s: Numeric
    generation_power_share: Numeric
    waiting_power_share: Numeric


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Work:
    """What a request of fixed work costs its chips.

    Attributes:
        j_per_item: Energy of the chips per image, video or request. [J]
        latency_s: Time from the start of a batch to its end. [s]
        accelerator_power_w: Mean power of one accelerator. [W]
    """

    j_per_item: Numeric
    latency_s: Numeric
    accelerator_power_w: Numeric


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ForwardConstants:
    """What small tasks need; each field is a row name of the table serving_fit.

    Attributes:
        forward_efficiency: Share of the peak that one forward pass reaches. [1]
        request_overhead_s: Time per request that is not arithmetic. [s]
        forward_power_share: Share of the power limit drawn meanwhile. [1]
    """

    forward_efficiency: Numeric
    request_overhead_s: Numeric
    forward_power_share: Numeric


def latent_tokens(load: GenerationLoad, constants: GenerationConstants) -> Numeric:
    """Tokens of the latent picture or video that a step denoises.

    Args:
        load: Size and frames.
        constants: Compression of the codec; the first frame of a video is kept whole.

    Returns:
        Tokens per item. [token]
    """
    latent_frames = 1 + (load.frames - 1) / constants.frames_per_latent
    return constants.tokens_per_megapixel * megapixels(load) * latent_frames


def megapixels(load: GenerationLoad) -> Numeric:
    """Size of one frame.

    Args:
        load: Width and height.

    Returns:
        Size. [10^6 px]
    """
    return load.width_px * load.height_px / PIXELS_PER_MEGAPIXEL


def denoising_tflop(params_b: Numeric, load: GenerationLoad, constants: GenerationConstants) -> Numeric:
    """Arithmetic of all denoising steps of one item.

    Each token passes through the weights and attends to every other token: two products of
    2 FLOP per pair and unit of width, in every block.

    Args:
        params_b: Parameters of the denoising network. [10^9]
        load: Steps, size and frames.
        constants: Shape of the usual network.

    Returns:
        Arithmetic of one image or video. [TFLOP]

    References:
        W. Peebles, S. Xie, "Scalable Diffusion Models with Transformers", arXiv:2212.09748.
    """
    tokens = latent_tokens(load, constants)
    width = constants.attention_width * params_b**constants.attention_width_exponent
    per_token = FLOP_PER_PARAM_TOKEN * params_b * PER_BILLION + 2 * FLOP_PER_PARAM_TOKEN * tokens * width
    return constants.guidance_passes * load.steps * tokens * per_token / FLOP_PER_TFLOP


def generate(params_b: Numeric, chip: ServingChip, load: GenerationLoad, constants: GenerationConstants) -> Work:
    """Energy and time of images or videos.

    Denoising is shared among the devices; each step is launched, and latents are decoded,
    whatever their number.

    Args:
        params_b: Parameters of the denoising network. [10^9]
        chip: The accelerator.
        load: What is generated.
        constants: What the fit found.

    Returns:
        Energy per item, and time and power of the batch.
    """
    peak = chip.peak_tflops * constants.generation_efficiency
    reach = params_b**constants.generation_efficiency_exponent * load.accelerators
    codec_tflop = constants.codec_tflop_per_megapixel * megapixels(load) * load.frames
    computing_s = load.batch * (denoising_tflop(params_b, load, constants) / reach + codec_tflop) / peak
    waiting_s = load.steps * constants.step_overhead_s
    drawn_s = constants.generation_power_share * computing_s + constants.waiting_power_share * waiting_s
    latency_s = computing_s + waiting_s
    power_w = chip.tdp_w * drawn_s / latency_s
    return Work(
        j_per_item=load.accelerators * power_w * latency_s / load.batch,
        latency_s=latency_s,
        accelerator_power_w=power_w,
    )


def forward(params_b: Numeric, tokens: Numeric, chip: ServingChip, constants: ForwardConstants) -> Work:
    """Energy and time of one forward pass: a classification, an embedding, a detection.

    Args:
        params_b: Parameters that a token passes through. [10^9]
        tokens: Tokens, or patches, of the request. [token]
        chip: The accelerator.
        constants: What the fit found.

    Returns:
        Energy, time and power of a request.
    """
    tflop = FLOP_PER_PARAM_TOKEN * params_b * PER_BILLION * tokens / FLOP_PER_TFLOP
    latency_s = tflop / (chip.peak_tflops * constants.forward_efficiency) + constants.request_overhead_s
    power_w = chip.tdp_w * constants.forward_power_share
    return Work(j_per_item=power_w * latency_s, latency_s=latency_s, accelerator_power_w=power_w)
