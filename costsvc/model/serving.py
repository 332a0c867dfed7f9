"""Time and power of a replica that generates text.

A decode step reads the weights that its batch touches and the cache of each sequence (memory),
multiplies each token by the active weights (arithmetic), and launches the blocks one after the
other; the slowest of the three determines its time. Prefill of prompts adds the arithmetic of
weights and attention, and scheduling adds a time per sequence. Power follows from the shares of
memory and arithmetic in the step.
"""

from dataclasses import dataclass

import numpy as np

from costsvc.model.architecture import BYTES_PER_GB, ServedModel, attention_flop, moved_per_step, touched_params_b
from costsvc.model.explanation import formula
from costsvc.model.inputs import choose, decisive
from costsvc.units import FLOP_PER_TFLOP, PER_BILLION, Numeric

FLOP_PER_PARAM_TOKEN = 2.0
"""One multiplication and one addition per weight and token."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ServingChip:
    """Datasheet figures of one accelerator.

    Attributes:
        tdp_w: Power limit. [W]
        memory_bandwidth_gb_s: Bandwidth of its memory. [GB/s]
        peak_tflops: Dense peak at the precision of the arithmetic. [TFLOP/s]
        attention_tflops: Dense peak at 16 bits, the precision of attention. [TFLOP/s]
    """

    tdp_w: Numeric
    memory_bandwidth_gb_s: Numeric
    peak_tflops: Numeric
    attention_tflops: Numeric


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Load:
    """Load of one replica.

    Attributes:
        accelerators: Devices of the replica. [1]
        batch: Sequences decoded together, at least 1. [1]
        input_tokens: Prompt of a request. [token]
        cached_tokens: Beginning of the prompt whose keys and values are cached (cache hit). [token]
        output_tokens: Tokens generated per request, at least 1. [token]
        weight_bytes: Bytes per weight. [B]
        cache_bytes: Bytes per number in the key-value cache. [B]
        weights_shared: 1 if the devices read the weights of a token in parallel, 0 if one after the other. [1]
        work_shared: 1 if all devices work in parallel, 0 if one after the other. [1]
        accepted_per_step: Draft tokens that a step accepts, in addition to its own token. [token]
        proposed_per_step: Draft tokens that a step verifies. [token]
        draft_params_b: Parameters of the draft model. [10^9]
    """

    accelerators: Numeric
    batch: Numeric
    input_tokens: Numeric
    output_tokens: Numeric
    weight_bytes: Numeric
    cache_bytes: Numeric
    cached_tokens: Numeric = 0.0
    weights_shared: Numeric = 1.0
    work_shared: Numeric = 1.0
    accepted_per_step: Numeric = 0.0
    proposed_per_step: Numeric = 0.0
    draft_params_b: Numeric = 0.0


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ServingConstants:
    """Fitted constants of text generation; each field is a row name of the table serving_fit.

    Attributes:
        memory_efficiency: Share of the bandwidth that reading weights reaches. [1]
        cache_efficiency: Share of the bandwidth that reading the cache reaches. [1]
        arithmetic_efficiency: Share of the peak that decoding reaches. [1]
        prefill_efficiency: Share of the peak that prefill reaches. [1]
        attention_efficiency: Share of the peak at 16 bits that attention in long prompts reaches. [1]
        index_share: Cost of a pair in an index that selects tokens, relative to a pair of the attention. [1]
        precision_efficiency: Reduction of the two arithmetic efficiencies at the precision of the weights. [1]
        layer_overhead_s: Time to launch one block. [s]
        sequence_overhead_s: Time to schedule and sample one sequence of the batch. [s]
        parallel_overhead: Growth of the time per block with each doubling of devices. [1]
        media_s: Time to prepare images or video of one request, while the chips wait. [s]
        routing_exponent: Independent choices of experts: batch ** exponent. [1]
        base_power_share: Share of the power limit that any running step draws. [1]
        memory_power_share: Additional share while bound by memory. [1]
        arithmetic_power_share: Additional share while bound by arithmetic. [1]
        memory_multiplier: The chip's memory efficiency relative to an H100's. [1]
        arithmetic_multiplier: The chip's arithmetic efficiency relative to an H100's. [1]
        overhead_multiplier: The chip's overheads relative to an H100's. [1]
        software_factor: Overheads relative to current software. [1]
    """

    memory_efficiency: Numeric
    cache_efficiency: Numeric
    arithmetic_efficiency: Numeric
    prefill_efficiency: Numeric
    attention_efficiency: Numeric
    index_share: Numeric
    precision_efficiency: Numeric
    layer_overhead_s: Numeric
    sequence_overhead_s: Numeric
    parallel_overhead: Numeric
    media_s: Numeric
    routing_exponent: Numeric
    base_power_share: Numeric
    memory_power_share: Numeric
    arithmetic_power_share: Numeric
    memory_multiplier: Numeric
    arithmetic_multiplier: Numeric
    overhead_multiplier: Numeric
    software_factor: Numeric


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Serving:
    """Speed, power and energy of a replica under its load.

    Attributes:
        step_s: Time of one decode step. [s]
        accelerator_power_w: Mean power of one accelerator. [W]
        j_per_output_token: Energy of the replica's chips per output token. [J/token]
        tokens_per_s: Throughput of output tokens. [token/s]
        time_to_first_token_s: Time from a request's arrival to its first token. [s]
        latency_s: Time from a request's arrival to its last token. [s]
    """

    step_s: Numeric
    accelerator_power_w: Numeric
    j_per_output_token: Numeric
    tokens_per_s: Numeric
    time_to_first_token_s: Numeric
    latency_s: Numeric


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class StepParts:
    """Parts of the time of one decode step.

    Attributes:
        memory_s: Reading weights and cache. [s]
        arithmetic_s: Multiplying the batch's tokens by the weights. [s]
        prefill_s: Prefill of requests that arrive during the step. [s]
        launching_s: Launching the blocks. [s]
        scheduling_s: Scheduling and sampling of each sequence. [s]
        draft_s: Proposing tokens with a draft model. [s]
        media_s: Waiting for the preparation of images or video. [s]
    """

    memory_s: Numeric
    arithmetic_s: Numeric
    prefill_s: Numeric
    launching_s: Numeric
    scheduling_s: Numeric
    draft_s: Numeric
    media_s: Numeric


@formula
def memory_s(model: ServedModel, chip: ServingChip, load: Load, constants: ServingConstants) -> Numeric:
    """Time in which one decode step reads weights and cache.

    Args:
        model: The model.
        chip: The accelerator.
        load: Batch, lengths and devices.
        constants: Efficiencies and the routing exponent.

    Returns:
        Time. [s]
    """
    touched = touched_params_b(model, load.batch * (1 + load.proposed_per_step), constants.routing_exponent)
    weights = touched * PER_BILLION * load.weight_bytes / constants.memory_efficiency
    mean_context = load.input_tokens + load.output_tokens / 2
    cache = load.batch * moved_per_step(model, mean_context) * load.cache_bytes / constants.cache_efficiency
    weights_at_once = at_once(load.accelerators, load.weights_shared)
    cache_at_once = at_once(load.accelerators, load.work_shared)
    return (weights / weights_at_once + cache / cache_at_once) / bandwidth_b_s(chip, constants)


def at_once(accelerators: Numeric, shared: Numeric) -> Numeric:
    """Devices that do a share of the work at the same time.

    Args:
        accelerators: Devices of the replica. [1]
        shared: 1 if they work at once, 0 if one after the other. [1]

    Returns:
        Devices, or 1. [1]
    """
    return choose(decisive(shared) == 1, accelerators, 1.0)


@formula
def bandwidth_b_s(chip: ServingChip, constants: ServingConstants) -> Numeric:
    """Effective bandwidth of one device's memory.

    Args:
        chip: The accelerator.
        constants: The chip's memory efficiency relative to an H100's.

    Returns:
        Bandwidth. [B/s]
    """
    return chip.memory_bandwidth_gb_s * BYTES_PER_GB * constants.memory_multiplier


@formula
def new_tokens(load: Load) -> Numeric:
    """Tokens of a prompt that are not in the cache.

    Args:
        load: Prompt and cached tokens.

    Returns:
        Tokens. [token]
    """
    return load.input_tokens - load.cached_tokens


@formula
def forward_s(model: ServedModel, chip: ServingChip, load: Load, tokens: Numeric, efficiency: Numeric) -> Numeric:
    """Compute time to pass tokens through the weights.

    Args:
        model: The model.
        chip: The accelerator.
        load: Number of devices and layout.
        tokens: Tokens to process. [token]
        efficiency: Share of the peak that is reached. [1]

    Returns:
        Time. [s]

    References:
        J. Kaplan et al., "Scaling Laws for Neural Language Models", arXiv:2001.08361, section 2.1:
        2 FLOP per weight and token forward.
    """
    flop = FLOP_PER_PARAM_TOKEN * model.active_params_b * PER_BILLION * tokens
    return flop / (at_once(load.accelerators, load.work_shared) * chip.peak_tflops * FLOP_PER_TFLOP * efficiency)


@formula
def attention_s(model: ServedModel, chip: ServingChip, load: Load, constants: ServingConstants) -> Numeric:
    """Compute time of the attention in one prompt.

    Args:
        model: The model.
        chip: The accelerator.
        load: Prompt and devices.
        constants: Share of the peak that attention reaches.

    Returns:
        Time. [s]
    """
    flop = attention_flop(model, new_tokens(load), load.cached_tokens, constants.index_share)
    speed = chip.attention_tflops * FLOP_PER_TFLOP * constants.attention_efficiency
    return flop / (at_once(load.accelerators, load.work_shared) * speed)


@formula
def draft_s(chip: ServingChip, load: Load, constants: ServingConstants) -> Numeric:
    """Time to propose the draft tokens of one step, one after the other.

    Args:
        chip: The accelerator.
        load: Number of proposed tokens, and the size of the draft model.
        constants: Efficiencies; launching the draft model takes at least the time of one block.

    Returns:
        Time. [s]

    References:
        Y. Leviathan et al., "Fast Inference from Transformers via Speculative Decoding", arXiv:2211.17192, section 3.3.
    """
    weights = load.draft_params_b * PER_BILLION * load.weight_bytes / constants.memory_efficiency
    return load.proposed_per_step * (weights / bandwidth_b_s(chip, constants) + constants.layer_overhead_s)


@formula
def step_parts(model: ServedModel, chip: ServingChip, load: Load, constants: ServingConstants) -> StepParts:
    """Parts of the time of one decode step.

    A sequence takes output_tokens steps, fewer if drafts are accepted. So in each step
    batch / steps requests arrive and need prefill.

    Args:
        model: The model, complete.
        chip: The accelerator.
        load: Load of the replica.
        constants: Fitted constants.

    Returns:
        The parts.
    """
    arrivals = load.batch * (1 + load.accepted_per_step) / load.output_tokens
    speed = constants.arithmetic_multiplier * constants.precision_efficiency
    slowness = constants.overhead_multiplier * constants.software_factor
    parallel = 1 + constants.parallel_overhead * load.weights_shared * np.log2(np.maximum(load.accelerators, 1.0))
    prompts = arrivals * new_tokens(load)
    checked = load.batch * (1 + load.proposed_per_step)
    return StepParts(
        memory_s=memory_s(model, chip, load, constants),
        arithmetic_s=forward_s(model, chip, load, checked, constants.arithmetic_efficiency * speed),
        prefill_s=forward_s(model, chip, load, prompts, constants.prefill_efficiency * speed)
        + arrivals * attention_s(model, chip, load, constants),
        launching_s=model.layers * constants.layer_overhead_s * parallel * slowness,
        scheduling_s=load.batch * constants.sequence_overhead_s * slowness,
        draft_s=draft_s(chip, load, constants),
        media_s=arrivals * constants.media_s,
    )


@formula
def step_s(parts: StepParts) -> Numeric:
    """Time of one decode step: the slowest of memory, arithmetic and launching, plus the other parts.

    Args:
        parts: The parts of the step.

    Returns:
        Time; the maximum is smooth, a root of squares, because the three overlap imperfectly. [s]
    """
    bound = np.sqrt(parts.memory_s**2 + parts.arithmetic_s**2 + parts.launching_s**2)
    return bound + parts.prefill_s + parts.scheduling_s + parts.draft_s + parts.media_s


@formula
def wanted_power_share(parts: StepParts, constants: ServingConstants) -> Numeric:
    """Power that a chip would draw without a limit, as a share of its limit.

    Args:
        parts: The parts of the step.
        constants: Fitted constants.

    Returns:
        Share. [1]
    """
    whole = step_s(parts)
    arithmetic = constants.arithmetic_power_share * (parts.arithmetic_s + parts.prefill_s) / whole
    return constants.base_power_share + constants.memory_power_share * parts.memory_s / whole + arithmetic


@formula
def power_share(parts: StepParts, constants: ServingConstants) -> Numeric:
    """Share of the power limit that a chip draws.

    Args:
        parts: The parts of the step.
        constants: Fitted constants.

    Returns:
        Share, below 1. [1]
    """
    share = wanted_power_share(parts, constants)
    # an eighth power and its root, by squares: numpy raises to any other power many times slower
    return share / np.sqrt(np.sqrt(np.sqrt(1 + ((share**2) ** 2) ** 2)))


@formula
def serve(model: ServedModel, chip: ServingChip, load: Load, constants: ServingConstants) -> Serving:
    """Time, power and energy of a saturated replica.

    Args:
        model: The model, complete.
        chip: The accelerator.
        load: Load of the replica.
        constants: Fitted constants.

    Returns:
        The replica's figures. NaN gives NaN.
    """
    parts = step_parts(model, chip, load, constants)
    step = step_s(parts)
    power_w = chip.tdp_w * power_share(parts, constants)
    made = load.batch * (1 + load.accepted_per_step)
    prompt_s = load.output_tokens / made * (parts.prefill_s + parts.media_s)
    return Serving(
        step_s=step,
        accelerator_power_w=power_w,
        j_per_output_token=load.accelerators * power_w * step / made,
        tokens_per_s=made / step,
        time_to_first_token_s=prompt_s + step,
        latency_s=load.output_tokens / (1 + load.accepted_per_step) * step,
    )
