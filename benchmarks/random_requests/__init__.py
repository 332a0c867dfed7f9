"""Random requests of every kind, reproducible by seed."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlencode

from benchmarks.random_requests.amortization import amortization
from benchmarks.random_requests.calls import api_or_own, call
from benchmarks.random_requests.comparisons import change, placement, schedule
from benchmarks.random_requests.draw import Draw
from benchmarks.random_requests.faults import spoil
from benchmarks.random_requests.inference import inference
from benchmarks.random_requests.names import Names
from benchmarks.random_requests.sites import region
from benchmarks.random_requests.training import metered, training
from costsvc.settings import bundled_data

FAULTY = 0.05
"""Share of requests with a fault."""
EXPLAINED = 0.15
"""Share of requests with ``explain``, of the kinds that have it."""
SHARES = {
    training: 43,
    metered: 2,
    inference: 29,
    call: 6,
    amortization: 7,
    api_or_own: 1,
    placement: 4,
    change: 4,
    schedule: 3,
    None: 1,
}
"""Requests of each kind per hundred; None is the footprint of a known model."""
ADDRESSES = {
    training: "/v1/estimates/training",
    metered: "/v1/estimates/training",
    inference: "/v1/estimates/inference",
    call: "/v1/estimates/inference",
    amortization: "/v1/comparisons/amortization",
    api_or_own: "/v1/comparisons/api-or-own",
    placement: "/v1/comparisons/placement",
    change: "/v1/comparisons/change",
    schedule: "/v1/comparisons/schedule",
}
WITH_STEPS = (training, metered, inference, call, amortization)


@dataclass(frozen=True, slots=True)
class Request:
    """A request to the service.

    Attributes:
        address: Path and query.
        body: What is posted; None where the address is read.
    """

    address: str
    body: dict[str, Any] | None


def random_requests(count: int, seed: int) -> Iterator[Request]:
    """Requests of all kinds; a smaller count gives the first requests of a larger one."""
    draw, names = Draw(seed), Names.load(bundled_data())
    for _ in range(count):
        yield _request(draw, names)


def _request(draw: Draw, names: Names) -> Request:
    kind = draw.weighted(SHARES)
    if kind is None:
        return _footprint(draw, names)
    body = kind(draw, names)
    if draw.is_in(FAULTY):
        body = spoil(draw, body)
    explained = kind in WITH_STEPS and draw.is_in(EXPLAINED)
    return Request(ADDRESSES[kind] + ("?explain=true" if explained else ""), body)


def _footprint(draw: Draw, names: Names) -> Request:
    name = draw.choice(draw.choice((names.trained_models, names.models, names.aliases_of_models)))
    where = f"?{urlencode({'region': region(draw, names)})}" if draw.is_in(0.6) else ""
    return Request(f"/v1/models/{quote(name + ('x' if draw.is_in(FAULTY) else ''))}/footprint{where}", None)
