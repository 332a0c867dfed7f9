"""Arithmetic of training: how much of it a run needs and how long accelerators take for it."""

import numpy as np

from costsvc.model.explanation import formula
from costsvc.units import FLOP_PER_TFLOP, PER_BILLION, S_PER_H, Numeric


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
def model_flops_utilization(
    mfu: Numeric,
    size: tuple[Numeric, Numeric],
    count: tuple[Numeric, Numeric],
    precision_factor: Numeric,
    within: tuple[Numeric, Numeric],
) -> Numeric:
    """Model FLOPs utilisation for a size of model and a number of accelerators.

    Args:
        mfu: Utilisation of the reference run. [1]
        size: Active parameters over those of the reference run, and the exponent by which
            utilisation grows with the model. [1]
        count: Accelerators over those of the reference run, and the exponent by which
            utilisation falls with them. [1]
        precision_factor: What a narrower precision leaves of it, against its higher peak. [1]
        within: Lowest and highest utilisation that was ever published. [1]

    Returns:
        Utilisation, held inside ``within``. [1]

    References:
        A. Chowdhery et al., "PaLM", arXiv:2204.02311, appendix B, defines the utilisation.
    """
    found = mfu * size[0] ** size[1] * count[0] ** count[1] * precision_factor
    return np.clip(found, *within)


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


def whole_hosts(hours: float, longest_h: float, per_host: float) -> float:
    """Accelerators of the fewest whole hosts that end a run in time.

    Args:
        hours: Accelerator-hours of the run. [h]
        longest_h: Longest time that the run may take. [h]
        per_host: Accelerators in one host. [1]

    Returns:
        Accelerators, at least one host's. [1]
    """
    return max(1.0, float(np.ceil(hours / longest_h / per_host))) * per_host
