"""A replica below saturation: its batch from the request rate, and its idle energy."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from costsvc.model.explanation import Traced, formula, plain_number, traced_root
from costsvc.units import Numeric

ROUNDS = 40
"""Rounds of the bisection; each halves the range of the logarithm of the batch."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Occupancy:
    """How a stream of requests uses a replica.

    Attributes:
        batch: Mean number of sequences decoded together while the replica is busy. [1]
        busy_share: Share of the time in which the replica has at least one sequence. [1]
        replicas: Number of replicas that the stream needs, at least 1. [1]
    """

    batch: Numeric
    busy_share: Numeric
    replicas: Numeric


@formula
def occupancy(requests_per_s: Numeric, latency_s: Callable[[Numeric], Numeric], largest_batch: Numeric) -> Occupancy:
    """Batch and busy share of a replica that serves a stream of requests.

    By Little's law rate x latency requests are in the replica on average. Their number is Poisson
    distributed if they arrive at random: it is zero with probability exp(-inside), and otherwise
    its mean is inside / (1 - exp(-inside)). Latency grows with the batch, so the equilibrium is
    computed by bisection between 1 and the largest batch. A higher rate needs more replicas.

    Args:
        requests_per_s: Rate at which requests arrive, above 0. [1/s]
        latency_s: Latency of a request at a batch. [s]
        largest_batch: Largest number of sequences that one replica holds, at least 1. [1]

    Returns:
        Batch, busy share and number of replicas.

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
    """The batch b between 1 and the largest that solves b = balance(b), by bisection."""
    low = np.ones_like(like)
    high = low * largest_batch
    for _ in range(ROUNDS):
        middle = np.sqrt(low * high)
        more = balance(middle) > middle
        low, high = np.where(more, middle, low), np.where(more, high, middle)
    return low


@formula
def mean_while_busy(inside: Numeric) -> Numeric:
    """Mean of a Poisson variable, conditional on not being zero.

    Args:
        inside: Unconditional mean, above 0. [1]

    Returns:
        Conditional mean, at least 1. [1]
    """
    return inside / -np.expm1(-inside)


@formula
def idle_j_per_request(occupied: Occupancy, requests_per_s: Numeric, accelerators: Numeric, idle_w: Numeric) -> Numeric:
    """Idle energy of the chips per request.

    Args:
        occupied: Occupancy of the replica.
        requests_per_s: Rate at which requests arrive. [1/s]
        accelerators: Devices of the replica. [1]
        idle_w: Idle power of one device with its model loaded. [W]

    Returns:
        Energy. [J]
    """
    idle_share = 1.0 - occupied.busy_share
    return occupied.replicas * accelerators * idle_w * idle_share / requests_per_s
