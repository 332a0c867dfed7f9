"""A replica that is not always busy: batch from requests per second, and what waiting costs."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from costsvc.model.explanation import Traced, formula, plain_number, traced_root
from costsvc.units import Numeric

ROUNDS = 40
"""Rounds of the bisection: each halves what the last left of the logarithm of the batch."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Occupancy:
    """How a stream of requests occupies one replica.

    Attributes:
        batch: Mean sequences decoded together while there is one at least. [1]
        busy_share: Share of the time in which there is one at least. [1]
        replicas: Replicas that the stream needs; above 1 where it is beyond one. [1]
    """

    batch: Numeric
    busy_share: Numeric
    replicas: Numeric


@formula
def occupancy(requests_per_s: Numeric, latency_s: Callable[[Numeric], Numeric], largest_batch: Numeric) -> Occupancy:
    """Batch of a replica that a stream of requests keeps busy in part.

    By Little's law rate x latency requests are inside on average. Arriving at random they are
    Poisson in number, so there is none with probability exp(-inside) and otherwise their mean
    is inside / (1 - exp(-inside)). Latency grows with the batch, so the balance is sought
    between 1 and the largest batch by bisection; beyond it there are more replicas.

    Args:
        requests_per_s: Rate at which requests arrive, above 0. [1/s]
        latency_s: Latency of a request at a batch. [s]
        largest_batch: Most sequences that one replica holds, at least 1. [1]

    Returns:
        Batch, busy share and replicas.

    References:
        J. D. C. Little, "A Proof for the Queuing Formula L = lambda W", Operations Research 9(3),
        1961, doi:10.1287/opre.9.3.383.
    """
    whole = requests_per_s * latency_s(largest_batch) / largest_batch
    replicas = np.maximum(whole, 1.0)
    rate = requests_per_s / replicas

    def balance(batch: Numeric) -> Numeric:
        return mean_while_busy(rate * latency_s(batch))

    batch = _balanced(balance, plain_number(rate * largest_batch), plain_number(largest_batch))
    if isinstance(whole, Traced):
        batch = traced_root(batch, lambda sought: np.minimum(balance(sought), largest_batch), "1")
    inside = rate * latency_s(batch)
    return Occupancy(batch=batch, busy_share=-np.expm1(-inside), replicas=replicas)


def _balanced(balance: Callable[[Numeric], Numeric], like: Numeric, largest_batch: Numeric) -> Numeric:
    """The batch between 1 and the largest that is its own balance, by bisection."""
    low = np.ones_like(like)
    high = low * largest_batch
    for _ in range(ROUNDS):
        middle = np.sqrt(low * high)
        more = balance(middle) > middle
        low, high = np.where(more, middle, low), np.where(more, high, middle)
    return low


@formula
def mean_while_busy(inside: Numeric) -> Numeric:
    """Mean of a Poisson number given that it is not zero.

    Args:
        inside: Its mean over all time, above 0. [1]

    Returns:
        Mean over the time in which there is one at least, at least 1. [1]
    """
    return inside / -np.expm1(-inside)


@formula
def idle_j_per_request(occupied: Occupancy, requests_per_s: Numeric, accelerators: Numeric, idle_w: Numeric) -> Numeric:
    """Energy of the chips while they wait, shared among the requests.

    Args:
        occupied: How the stream occupies the replica.
        requests_per_s: Rate at which requests arrive. [1/s]
        accelerators: Devices of the replica. [1]
        idle_w: Power of one that waits with its model loaded. [W]

    Returns:
        Energy. [J]
    """
    idle_share = 1.0 - occupied.busy_share
    return occupied.replicas * accelerators * idle_w * idle_share / requests_per_s
