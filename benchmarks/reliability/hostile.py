"""Hostile bodies and addresses, and checks of the answers to them."""

import asyncio
import json
import math
import random
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

from benchmarks.reliability.clients import Client, Seen, message
from costsvc.web.api import amortization, change, inference, placement, schedule, training

ENDPOINTS: dict[str, dict[str, Any]] = {
    "/v1/estimates/training": training.EXAMPLE,
    "/v1/estimates/inference": inference.EXAMPLE,
    "/v1/comparisons/amortization": amortization.EXAMPLE,
    "/v1/comparisons/placement": placement.EXAMPLE,
    "/v1/comparisons/change": change.EXAMPLE,
    "/v1/comparisons/schedule": schedule.EXAMPLE,
}
WILD: tuple[Any, ...] = (
    *(
        None,
        True,
        [],
        {},
        "",
        " ",
        "\x00",
        "\ud800",
        "=cmd()",
        "<script>",
        "../../etc/passwd",
        "a" * 300,
        "%00",
        "é" * 80,
    ),
    *(0, -1, 1, 1e-9, 1e-300, 5e-324, 1e300, 1.7e308, -0.0, 2**63, 10**400, 0.1, 3, 1e6, 1e12),
)
ADDRESSES = (
    *("/", "/shared", "/placement", "/change", "/schedule", "/serving", "/scoreboard", "/tables/models", "/nowhere"),
    *(
        "/v1/models",
        "/v1/prices",
        "/v1/data",
        "/v1/models/llama-3.1-8b/footprint",
        "/docs",
        "/metrics",
        "/openapi.json",
    ),
    *(f"{path}/citation.md" for path in ENDPOINTS),
    *(f"{path}/answer.json" for path in ENDPOINTS),
)
SLOWEST_S = 2.0


def _spoilt(part: Any, draw: random.Random) -> Any:
    """A request with random faults in one or several places."""
    if isinstance(part, dict) and part and draw.random() < 0.9:
        name = draw.choice(sorted(part))
        found = {**part, name: _spoilt(part[name], draw)}
        if draw.random() < 0.1:
            found.pop(name)
        if draw.random() < 0.05:
            found[draw.choice(("extra", "accelerators", "pue", "region", "year", "\u202e"))] = draw.choice(WILD)
        return found
    if isinstance(part, list) and part and draw.random() < 0.8:
        place = draw.randrange(len(part))
        return [*part[:place], _spoilt(part[place], draw), *part[place + 1 :]]
    if isinstance(part, int | float) and not isinstance(part, bool) and draw.random() < 0.6:
        return float(part) * 10 ** draw.uniform(-12, 12) if abs(part) < 1e300 else part
    return draw.choice(WILD)


def _body(draw: random.Random) -> bytes:
    path = draw.choice(sorted(ENDPOINTS))
    body = ENDPOINTS[path]
    for _ in range(draw.randint(1, 3)):
        body = _spoilt(body, draw) if isinstance(body, dict) else body
    try:
        text = json.dumps(body)
    except ValueError:
        text = "{"
    if draw.random() < 0.1:
        cut = draw.randrange(len(text))
        text = text[:cut] + draw.choice(('"', "{", "[" * 500, "\\u0000", "NaN", "1e999", "")) + text[cut:]
    raw = text.encode("utf-8", "surrogatepass")
    head = f"POST {path} HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: {len(raw)}\r\n\r\n"
    return head.encode() + raw


def _address(draw: random.Random) -> bytes:
    names = ("accelerator", "accelerator_hours", "region", "q", "limit", "cursor", "theme", "tasks", "year", "regions")
    chosen = [(draw.choice(names), draw.choice(("h100", "10", "all", "world", "1e-300", "-1", "\x00", "=1+1", "é")))]
    chosen += [(draw.choice(names), repr(draw.choice(WILD))[:300]) for _ in range(draw.randint(0, 3))]
    return message(f"{draw.choice(ADDRESSES)}?{urlencode(chosen)}")


def requests(count: int) -> Iterator[bytes]:
    """A number of hostile requests, the same in every run."""
    draw = random.Random(7)
    for _ in range(count):
        yield _body(draw) if draw.random() < 0.75 else _address(draw)


def _not_a_number(text: str) -> float:
    raise ValueError(text)


def faults(body: bytes) -> list[str]:
    """Faults of an answer: numbers that are not finite, and intervals out of order."""
    try:
        answer = json.loads(body, parse_constant=_not_a_number)
    except ValueError as error:
        return [f"not JSON: {error}"] if body[:1] in b"{[" else []
    return list(_disordered(answer))


def _disordered(part: Any) -> Iterator[str]:
    if isinstance(part, dict):
        low, value, high = (part.get(name) for name in ("low", "value", "high"))
        numbers = [n for n in (low, value, high) if isinstance(n, int | float)]
        if len(numbers) == len(("low", "value", "high")) and numbers != sorted(numbers):
            yield f"{low} {value} {high}"
        for inner in part.values():
            yield from _disordered(inner)
    elif isinstance(part, list):
        for inner in part:
            yield from _disordered(inner)
    elif isinstance(part, float) and not math.isfinite(part):
        yield str(part)


async def _sent(port: int, count: int) -> tuple[Seen, list[str]]:
    client, found = Client(port), []

    async def one(asked: list[bytes]) -> None:
        for sent in asked:
            status, body = await client.ask(sent)
            told = faults(body) if status.startswith("2") else []
            if told or not status.startswith(("2", "3", "4")):
                found.append(f"{status} {told[:1]} to {sent[:300]!r}")

    everything = list(requests(count))
    await asyncio.gather(*(one(everything[place::8]) for place in range(8)))
    return client.seen, found


def sent(port: int, count: int) -> tuple[Seen, list[str]]:
    """Send hostile requests, eight at a time.

    Args:
        port: Where the service listens.
        count: How many.

    Returns:
        What the client has seen, and each answer that must not be.
    """
    return asyncio.run(_sent(port, count))
