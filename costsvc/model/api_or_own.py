"""A hosted model against replicas of one's own for the same traffic, over a month."""

from dataclasses import dataclass, replace

import numpy as np

from costsvc.model.amortization import Crossing, Strategy, Verdict, requests_crossing
from costsvc.model.explanation import formula
from costsvc.model.inputs import decisive
from costsvc.units import H_PER_YEAR, MONTHS_PER_YEAR, Numeric

H_PER_MONTH = H_PER_YEAR / MONTHS_PER_YEAR


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class OwnReplica:
    """One replica in one metric.

    Attributes:
        per_request: What a request takes while the replica works on it. [metric]
        per_idle_hour: What the replica takes in an hour without work. [metric/h]
        hours_per_request: Share of the replica's time that a request takes at the operating batch. [h]
    """

    per_request: Numeric
    per_idle_hour: Numeric
    hours_per_request: Numeric


@formula
def replica_capacity(hours_per_request: Numeric, peak_ratio: Numeric) -> Numeric:
    """Requests that one replica serves in a month if its busiest hour is just full.

    Args:
        hours_per_request: Share of the replica's time that a request takes. [h]
        peak_ratio: Requests of the busiest hour over those of a mean hour. [1]

    Returns:
        Requests per month. [1]
    """
    return H_PER_MONTH / (hours_per_request * peak_ratio)


@formula
def replicas_needed(requests: Numeric, capacity: Numeric) -> Numeric:
    """Replicas that serve a traffic, at least one.

    Args:
        requests: Requests per month. [1]
        capacity: Requests that one replica serves in a month. [1]

    Returns:
        Replicas. [1]
    """
    return np.maximum(np.ceil(requests / capacity), 1.0)


def own_strategy(replica: OwnReplica, replicas: Numeric) -> Strategy:
    """Replicas that stand by all month as a strategy: their idle month up front, and what a request adds to it.

    Args:
        replica: One replica.
        replicas: How many stand by. [1]

    Returns:
        Costs up front and per request. [metric]
    """
    return Strategy(
        upfront=replicas * H_PER_MONTH * replica.per_idle_hour,
        per_task=0.0,
        per_request=replica.per_request - replica.hours_per_request * replica.per_idle_hour,
    )


def break_even(replica: OwnReplica, api_per_request: Numeric, peak_ratio: Numeric) -> Crossing:
    """Requests per month from which one replica of one's own costs less than calls to a hosted model.

    A crossing beyond the capacity of the replica is none: a second one would be needed before.

    Args:
        replica: One replica.
        api_per_request: What a call takes. [metric]
        peak_ratio: Requests of the busiest hour over those of a mean hour. [1]

    Returns:
        Verdict, and the requests per month at which both cost the same. [1]
    """
    hosted = Strategy(upfront=0.0, per_task=0.0, per_request=api_per_request)
    found = requests_crossing(own_strategy(replica, 1.0), hosted, 1.0)
    if found.at is None:
        return found
    capacity = replica_capacity(replica.hours_per_request, peak_ratio)
    within = np.where(found.at <= capacity, found.at, np.inf)[()]
    if float(decisive(within)) == np.inf:
        return Crossing(verdict=Verdict.NEVER, at=None)
    return replace(found, at=within)


@formula
def utilization(requests: Numeric, hours_per_request: Numeric) -> Numeric:
    """Share of a month in which one replica works.

    Args:
        requests: Requests per month. [1]
        hours_per_request: Share of the replica's time that a request takes. [h]

    Returns:
        Utilisation. [1]
    """
    return requests * hours_per_request / H_PER_MONTH
