"""Arithmetic of training: how much of it a run needs and how long accelerators take for it."""

import numpy as np

from costsvc.model.explanation import formula
from costsvc.units import FLOP_PER_TFLOP, PER_BILLION, S_PER_H, Numeric

BYTES_PER_GB = 1e9
BYTES_KEPT, BYTES_IN_BLOCK = 2.0, 34.0
"""Activations of a token over the width of the model: what is kept of each block, and what is in the one that runs."""
BLOCK_PARAMS = 12.0
"""Parameters of a transformer block over the square of its width: 4 in attention, 8 in the network after it."""


@formula
def training_flop(active_params_b: Numeric, tokens_b: Numeric, flop_per_param_token: Numeric) -> Numeric:
    """Model FLOP of a training run.

    Args:
        active_params_b: Parameters that one token passes through. [10^9]
        tokens_b: Tokens trained on, every epoch counted. [10^9]
        flop_per_param_token: 6 where all weights get gradients: 2 forward, 4 backward. [FLOP]

    Returns:
        Model FLOP, recomputed activations not counted. [FLOP]

    References:
        J. Kaplan et al., "Scaling Laws for Neural Language Models", arXiv:2001.08361, section 2.1.
    """
    return flop_per_param_token * (active_params_b * PER_BILLION) * (tokens_b * PER_BILLION)


@formula
def attention_share(layers: Numeric, params_b: Numeric, tokens: tuple[Numeric, Numeric]) -> Numeric:
    """Attention FLOP beyond those of sequences of the usual length, over the FLOP of the parameters.

    A token attends to the half of its sequence before it, on average: 4 x width FLOP for each pair, three times
    that with the backward pass, against 6 for each parameter, of which a block has 12 x width^2.

    Args:
        layers: Transformer blocks. [1]
        params_b: Parameters that one token passes through. [10^9]
        tokens: Length of the sequences, and that at which utilisation was measured. [token]

    Returns:
        Share, below 0 where sequences are shorter than the usual ones. [1]

    References:
        A. Chowdhery et al., "PaLM", arXiv:2204.02311, appendix B; halved, for a token sees those before it.
    """
    width = np.sqrt(params_b * PER_BILLION / (BLOCK_PARAMS * layers))
    return layers * width * (tokens[0] - tokens[1]) / (params_b * PER_BILLION)


@formula
def with_attention(flop: Numeric, share: Numeric) -> Numeric:
    """Model FLOP of a training run on sequences of another length than the usual one.

    Args:
        flop: Model FLOP at the usual length. [FLOP]
        share: Attention beyond the usual, over the FLOP of the parameters. [1]

    Returns:
        Model FLOP. [FLOP]
    """
    return flop * (1 + share)


@formula
def crowding(accelerators: Numeric, relative_params: Numeric, half_crowd: Numeric, crowd_exponent: Numeric) -> Numeric:
    """What a crowd of accelerators leaves of utilisation.

    The more of them share a run, the less work each has between two messages: a small model loses its
    utilisation to a crowd in which a large one still has enough to do.

    Args:
        accelerators: Accelerators of the run. [1]
        relative_params: Active parameters over those of the reference. [1]
        half_crowd: Accelerators at which the reference has lost half of its utilisation. [1]
        crowd_exponent: How that number grows with the model. [1]

    Returns:
        Share that is left. [1]
    """
    return 1 / (1 + accelerators / (half_crowd * relative_params**crowd_exponent))


@formula
def narrowing(relative_params: Numeric, factor: Numeric, exponent: Numeric) -> Numeric:
    """What a narrow precision leaves of utilisation, against its higher peak.

    Args:
        relative_params: Active parameters over those of the reference. [1]
        factor: What it leaves of it at the reference. [1]
        exponent: How that grows with the model, whose matrices are larger. [1]

    Returns:
        Share that is left. [1]
    """
    return factor * relative_params**exponent


@formula
def model_flops_utilization(
    mfu: Numeric, size: tuple[Numeric, Numeric], left: tuple[Numeric, Numeric, Numeric], within: tuple[Numeric, Numeric]
) -> Numeric:
    """Model FLOPs utilisation for a size of model and a number of accelerators.

    Args:
        mfu: Utilisation at the reference size. [1]
        size: Active parameters over those of the reference, and the exponent by which
            utilisation grows with the model. [1]
        left: What a crowd of accelerators, a narrow precision and a mixture of experts leave of it. [1]
        within: Lowest and highest utilisation that was ever published. [1]

    Returns:
        Utilisation, held inside ``within``. [1]

    References:
        A. Chowdhery et al., "PaLM", arXiv:2204.02311, appendix B, defines the utilisation.
    """
    return np.clip(mfu * size[0] ** size[1] * left[0] * left[1] * left[2], *within)


@formula
def accelerator_hours(flop: Numeric, peak_tflops: Numeric, mfu: Numeric, recomputation: Numeric) -> Numeric:
    """Time that accelerators need for a training run.

    Args:
        flop: Model FLOP of the run. [FLOP]
        peak_tflops: Dense peak of one accelerator at the run's precision. [TFLOP/s]
        mfu: Share of the peak that becomes model FLOP. [1]
        recomputation: Executed FLOP over model FLOP: 1, or 8/6 where all activations are
            computed twice and the utilisation was measured without that. [1]

    Returns:
        Accelerator-hours. [h]

    References:
        V. Korthikanti et al., "Reducing Activation Recomputation in Large Transformer Models",
        arXiv:2205.05198, section 5.
    """
    return flop * recomputation / (peak_tflops * FLOP_PER_TFLOP * mfu * S_PER_H)


def whole_hosts(hours: Numeric, longest_h: Numeric, per_host: Numeric) -> Numeric:
    """Accelerators of the fewest whole hosts that end a run in time.

    Args:
        hours: Accelerator-hours of the run. [h]
        longest_h: Longest time that the run may take. [h]
        per_host: Accelerators in one host. [1]

    Returns:
        Accelerators, at least one host's. [1]
    """
    return np.maximum(1.0, np.ceil(hours / longest_h / per_host)) * per_host


def training_memory_gb(total_params_b: Numeric, bytes_per_param: Numeric) -> Numeric:
    """Memory that weights, gradients and optimizer states take, spread over all devices.

    Activations are not counted: they can be computed again.

    Args:
        total_params_b: All parameters. [10^9]
        bytes_per_param: What each takes of memory in training. [B]

    Returns:
        Memory of all devices together. [GB]

    References:
        S. Rajbhandari et al., "ZeRO: Memory Optimizations Toward Training Trillion Parameter Models",
        arXiv:1910.02054, section 3.1.
    """
    return total_params_b * 1e9 * bytes_per_param / BYTES_PER_GB


def activation_memory_gb(params_b: Numeric, layers: Numeric, tokens: Numeric) -> Numeric:
    """Memory that the activations of one sequence take where all of them are computed again.

    Kept are the inputs of each block, at 16 bits, and everything inside the block that is being computed.

    Args:
        params_b: Parameters that one token passes through. [10^9]
        layers: Transformer blocks. [1]
        tokens: Length of the sequence. [token]

    Returns:
        Memory of all devices together. [GB]

    References:
        V. Korthikanti et al., "Reducing Activation Recomputation in Large Transformer Models",
        arXiv:2205.05198, section 4.1 and table 2.
    """
    width = np.sqrt(params_b * PER_BILLION / (BLOCK_PARAMS * layers))
    return tokens * width * (BYTES_KEPT * layers + BYTES_IN_BLOCK) / BYTES_PER_GB
