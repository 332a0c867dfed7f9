"""Arithmetic of a training run, and the accelerator-hours that it takes."""

import numpy as np

from costsvc.model.explanation import formula
from costsvc.units import FLOP_PER_TFLOP, PER_BILLION, S_PER_H, Numeric

BYTES_PER_GB = 1e9
BYTES_KEPT, BYTES_IN_BLOCK = 2.0, 34.0
"""Bytes of a token's activations per unit of model width: stored for each block, and inside the block that runs."""
BLOCK_PARAMS = 12.0
"""Parameters of a transformer block relative to its width squared: 4 in attention, 8 in the feed-forward network."""


@formula
def training_flop(active_params_b: Numeric, tokens_b: Numeric, flop_per_param_token: Numeric) -> Numeric:
    """Model FLOP of a training run.

    Args:
        active_params_b: Parameters that one token passes through. [10^9]
        tokens_b: Training tokens, counting every epoch. [10^9]
        flop_per_param_token: 6 if all weights get gradients: 2 forward, 4 backward. [FLOP]

    Returns:
        Model FLOP, without recomputed activations. [FLOP]

    References:
        J. Kaplan et al., "Scaling Laws for Neural Language Models", arXiv:2001.08361, section 2.1.
    """
    return flop_per_param_token * (active_params_b * PER_BILLION) * (tokens_b * PER_BILLION)


@formula
def attention_share(layers: Numeric, params_b: Numeric, tokens: tuple[Numeric, Numeric]) -> Numeric:
    """Attention FLOP beyond those at the usual sequence length, relative to the FLOP of the parameters.

    A token attends on average to half of its sequence: 4 x width FLOP for each pair, three times as many with
    the backward pass. Each parameter takes 6 FLOP, and a block has 12 x width^2 parameters.

    Args:
        layers: Transformer blocks. [1]
        params_b: Parameters that one token passes through. [10^9]
        tokens: Sequence length, and the length at which utilisation was measured. [token]

    Returns:
        Share, negative if sequences are shorter than usual. [1]

    References:
        A. Chowdhery et al., "PaLM", arXiv:2204.02311, appendix B; halved, because attention is causal.
    """
    width = np.sqrt(params_b * PER_BILLION / (BLOCK_PARAMS * layers))
    return layers * width * (tokens[0] - tokens[1]) / (params_b * PER_BILLION)


@formula
def with_attention(flop: Numeric, share: Numeric) -> Numeric:
    """Model FLOP of a training run at another sequence length than the usual one.

    Args:
        flop: Model FLOP at the usual length. [FLOP]
        share: Additional attention FLOP, relative to the FLOP of the parameters. [1]

    Returns:
        Model FLOP. [FLOP]
    """
    return flop * (1 + share)


@formula
def crowding(accelerators: Numeric, relative_params: Numeric, half_crowd: Numeric, crowd_exponent: Numeric) -> Numeric:
    """Reduction of utilisation with the number of accelerators.

    The more accelerators share a run, the less work each has between two messages. A small model loses
    utilisation at a number of accelerators at which a large one does not yet.

    Args:
        accelerators: Accelerators of the run. [1]
        relative_params: Active parameters relative to those of the reference. [1]
        half_crowd: Number of accelerators at which the reference has half of its utilisation. [1]
        crowd_exponent: Growth of that number with the model. [1]

    Returns:
        Remaining share of utilisation. [1]
    """
    return 1 / (1 + accelerators / (half_crowd * relative_params**crowd_exponent))


@formula
def narrowing(relative_params: Numeric, factor: Numeric, exponent: Numeric) -> Numeric:
    """Reduction of utilisation at a narrow precision, relative to its higher peak.

    Args:
        relative_params: Active parameters relative to those of the reference. [1]
        factor: Remaining share of utilisation at the reference. [1]
        exponent: Growth of that share with the model, whose matrices are larger. [1]

    Returns:
        Remaining share of utilisation. [1]
    """
    return factor * relative_params**exponent


@formula
def model_flops_utilization(
    mfu: Numeric, size: tuple[Numeric, Numeric], left: tuple[Numeric, Numeric, Numeric], within: tuple[Numeric, Numeric]
) -> Numeric:
    """Model FLOPs utilisation by model size and number of accelerators.

    Args:
        mfu: Utilisation at the reference size. [1]
        size: Active parameters relative to those of the reference, and the exponent of the growth of
            utilisation with them. [1]
        left: Remaining shares with many accelerators, a narrow precision and a mixture of experts. [1]
        within: Lowest and highest utilisation ever published. [1]

    Returns:
        Utilisation, clipped to ``within``. [1]

    References:
        A. Chowdhery et al., "PaLM", arXiv:2204.02311, appendix B (definition of the utilisation).
    """
    return np.clip(mfu * size[0] ** size[1] * left[0] * left[1] * left[2], *within)


@formula
def accelerator_hours(flop: Numeric, peak_tflops: Numeric, mfu: Numeric, recomputation: Numeric) -> Numeric:
    """Accelerator-hours of a training run.

    Args:
        flop: Model FLOP of the run. [FLOP]
        peak_tflops: Dense peak of one accelerator at the run's precision. [TFLOP/s]
        mfu: Model FLOPs utilisation. [1]
        recomputation: Executed FLOP over model FLOP: 1, or 8/6 if all activations are recomputed
            and the utilisation was measured without recomputation. [1]

    Returns:
        Accelerator-hours. [h]

    References:
        V. Korthikanti et al., "Reducing Activation Recomputation in Large Transformer Models",
        arXiv:2205.05198, section 5.
    """
    return flop * recomputation / (peak_tflops * FLOP_PER_TFLOP * mfu * S_PER_H)


def whole_hosts(hours: Numeric, longest_h: Numeric, per_host: Numeric) -> Numeric:
    """Accelerators of the smallest number of whole hosts that finishes a run in time.

    Args:
        hours: Accelerator-hours of the run. [h]
        longest_h: Longest duration of the run. [h]
        per_host: Accelerators in one host. [1]

    Returns:
        Accelerators, at least one host's. [1]
    """
    return np.maximum(1.0, np.ceil(hours / longest_h / per_host)) * per_host


def training_memory_gb(total_params_b: Numeric, bytes_per_param: Numeric) -> Numeric:
    """Memory of weights, gradients and optimizer states, distributed over all devices.

    Activations are not included, because they can be recomputed.

    Args:
        total_params_b: All parameters. [10^9]
        bytes_per_param: Training memory per parameter. [B]

    Returns:
        Memory of all devices together. [GB]

    References:
        S. Rajbhandari et al., "ZeRO: Memory Optimizations Toward Training Trillion Parameter Models",
        arXiv:1910.02054, section 3.1.
    """
    return total_params_b * 1e9 * bytes_per_param / BYTES_PER_GB


def activation_memory_gb(params_b: Numeric, layers: Numeric, tokens: Numeric) -> Numeric:
    """Memory of the activations of one sequence with full recomputation.

    It holds the inputs of each block, at 16 bits, and all activations of the block that is being computed.

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
