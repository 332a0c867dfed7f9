"""Comparison of placement options: Pareto front, weighted score, abatement cost, and memory of training."""

import numpy as np
import numpy.typing as npt

from costsvc.model.compute import BLOCK_PARAMS
from costsvc.units import PER_BILLION, Array, Numeric

BYTES_PER_GB = 1e9
BYTES_KEPT, BYTES_IN_BLOCK = 2.0, 34.0
"""Bytes of a token's activations per unit of model width: stored for each block, and inside the block that runs."""


def pareto_front(amounts: Array) -> npt.NDArray[np.bool_]:
    """The Pareto front: the options that no other option dominates.

    An option dominates another if it is at least as good in every metric and better in one.

    Args:
        amounts: A row per option and a column per metric, less is better; an option with a NaN
            is not in the front. [any]

    Returns:
        Whether each option is in the front. [1]
    """
    front = np.zeros(len(amounts), dtype=bool)
    scaled = amounts / np.maximum(np.nanmax(np.abs(amounts), axis=0, initial=0.0), np.finfo(float).tiny)
    left = np.flatnonzero(~np.isnan(amounts).any(axis=1))
    # no remaining option dominates the one with the smallest sum
    left = left[np.argsort(scaled[left].sum(axis=1), kind="stable")]
    while left.size:
        best = left[0]
        front[best] = True
        beaten = (scaled[left] >= scaled[best]).all(axis=1) & (scaled[left] > scaled[best]).any(axis=1)
        left = left[1:][~beaten[1:]]
    return front


def weighted_score(amounts: Array, weights: Array) -> Array:
    """Weighted sum of the metrics of each option.

    Args:
        amounts: A row per option and a column per metric. [any]
        weights: Weight per unit of each metric; a metric with weight 0 may be NaN. [any]

    Returns:
        Score of each option, less is better; NaN if a metric with a weight does not exist. [1]
    """
    counted = weights > 0
    return np.asarray(amounts[:, counted] @ weights[counted], dtype=float)


def usd_per_kg_avoided(extra_usd: Numeric, avoided_kg: Numeric) -> Numeric:
    """Abatement cost: extra cost per kilogram that an option emits less than the baseline.

    Args:
        extra_usd: Cost of the option minus that of the baseline. [USD]
        avoided_kg: CO2e of the baseline minus that of the option, above 0. [kg]

    Returns:
        Abatement cost; negative if the option saves both. [USD/kg]
    """
    return extra_usd / avoided_kg


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
