"""Comparison of placement options: Pareto front, weighted score and abatement cost."""

import numpy as np
import numpy.typing as npt

from costsvc.units import Array, Numeric


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
