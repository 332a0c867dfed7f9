"""Options side by side: which are beaten in everything, and what a saving costs."""

import numpy as np
import numpy.typing as npt

from costsvc.units import Array, Numeric


def pareto_front(amounts: Array) -> npt.NDArray[np.bool_]:
    """The options that no other option beats or equals in everything and beats in something.

    Args:
        amounts: A row per option and a column per metric, less is better; an option with a NaN
            belongs to no front. [any]

    Returns:
        Whether each option belongs to the front. [1]
    """
    front = np.zeros(len(amounts), dtype=bool)
    scaled = amounts / np.maximum(np.nanmax(np.abs(amounts), axis=0, initial=0.0), np.finfo(float).tiny)
    left = np.flatnonzero(~np.isnan(amounts).any(axis=1))
    # the option with the smallest sum is beaten by none of those that are left
    left = left[np.argsort(scaled[left].sum(axis=1), kind="stable")]
    while left.size:
        best = left[0]
        front[best] = True
        beaten = (scaled[left] >= scaled[best]).all(axis=1) & (scaled[left] > scaled[best]).any(axis=1)
        left = left[1:][~beaten[1:]]
    return front


def weighted_score(amounts: Array, weights: Array) -> Array:
    """What an option costs altogether, at a price for each metric.

    Args:
        amounts: A row per option and a column per metric. [any]
        weights: What one unit of each metric counts; a metric that counts nothing may be NaN. [any]

    Returns:
        Score of each option, less is better; NaN where a metric that counts does not exist. [1]
    """
    counted = weights > 0
    return np.asarray(amounts[:, counted] @ weights[counted], dtype=float)


def usd_per_kg_avoided(extra_usd: Numeric, avoided_kg: Numeric) -> Numeric:
    """What each kilogram costs that an option emits less than the baseline.

    Args:
        extra_usd: Money of the option less that of the baseline. [USD]
        avoided_kg: CO2e of the baseline less that of the option, above 0. [kg]

    Returns:
        Abatement cost; below 0 where the option saves both. [USD/kg]
    """
    return extra_usd / avoided_kg
