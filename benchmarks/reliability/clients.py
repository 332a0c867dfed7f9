"""The measured client: requests at random times, whether earlier ones were answered or not."""

import asyncio
import json
import random
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from statistics import median

HOST = "127.0.0.1"
PATIENCE_S = 30.0
MS = 1e3
TRAINING = "/v1/estimates/training"
INFERENCE = "/v1/estimates/inference"


@dataclass(slots=True)
class Seen:
    """Results of a client.

    Attributes:
        seconds: How long each answer took from the moment at which its request was due. [s]
        outcomes: Number of answers by status, and of requests without one by what happened.
        ends: When each answer came. [s]
    """

    seconds: list[float] = field(default_factory=list)
    outcomes: Counter[str] = field(default_factory=Counter)
    ends: list[float] = field(default_factory=list)

    def at(self, share: float) -> float:
        """Quantile of the latency [ms]."""
        ordered = sorted(self.seconds) or [float("nan")]
        return ordered[min(len(ordered) - 1, int(share * len(ordered)))] * MS

    @property
    def median(self) -> float:
        """Median of the latency [ms]."""
        return median(self.seconds) * MS if self.seconds else float("nan")

    @property
    def failed(self) -> int:
        """Requests without an answer or with a 5xx."""
        return sum(count for outcome, count in self.outcomes.items() if not outcome.startswith(("2", "3", "4")))

    @property
    def gap_s(self) -> float:
        """Longest time without an answer [s]."""
        ends = sorted(self.ends)
        return max((b - a for a, b in pairwise(ends)), default=0.0)


def message(path: str, body: object | None = None, **headers: str) -> bytes:
    """A request: GET without a body, else POST."""
    text = "" if body is None else json.dumps(body)
    method = "GET" if body is None else "POST"
    lines = [f"{method} {path} HTTP/1.1", f"Host: {HOST}", "Content-Type: application/json"]
    lines += [f"{name}: {value}" for name, value in headers.items()] + [f"Content-Length: {len(text)}", "", text]
    return "\r\n".join(lines).encode()


def training(draw: random.Random) -> bytes:
    """A training estimate that differs from all others."""
    hours = round(draw.uniform(1, 1e5), 4)
    return message(TRAINING, {"accelerator": "h100", "accelerator_hours": hours, "region": "aws:us-east-1"})


def mixed(draw: random.Random) -> bytes:
    """85 % training estimates, 10 % inference estimates, 5 % catalogue."""
    kind = draw.random()
    if kind < 0.85:
        return training(draw)
    if kind < 0.95:
        body = {"model": "llama-3.1-8b", "accelerator": "h100", "batch_size": round(draw.uniform(1, 64), 3)}
        return message(INFERENCE, body | {"input_tokens": 500, "output_tokens": 200})
    return message(f"/v1/models?limit=20&q={draw.choice(('llama', 'qwen', 'gemma', 'mistral'))}")


async def exchange(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, sent: bytes) -> tuple[str, bytes, bool]:
    """Send a request and read its answer: status, body, and whether the connection is kept."""
    writer.write(sent)
    head = await reader.readuntil(b"\r\n\r\n")
    length = next((int(line[15:]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length:")), 0)
    return head[9:12].decode(), await reader.readexactly(length), b"\r\nconnection: close" not in head.lower()


class Client:
    """Reuses connections, and opens one if none is free."""

    def __init__(self, port: int, *, keep: bool = True, origin: str = HOST) -> None:
        self.port, self.keep, self.origin, self.seen = port, keep, origin, Seen()
        self._free: list[tuple[asyncio.StreamReader, asyncio.StreamWriter]] = []

    async def ask(self, sent: bytes, due: float | None = None) -> tuple[str, bytes]:
        """Send a request and record its outcome."""
        began = time.perf_counter() if due is None else due
        try:
            status, body = await asyncio.wait_for(self._asked(sent), PATIENCE_S)
        except (OSError, TimeoutError, asyncio.IncompleteReadError) as error:
            self.seen.outcomes[type(error).__name__] += 1
            return type(error).__name__, b""
        now = time.perf_counter()
        self.seen.seconds.append(now - began)
        self.seen.ends.append(now)
        self.seen.outcomes[status] += 1
        return status, body

    async def _asked(self, sent: bytes) -> tuple[str, bytes]:
        pair = self._free.pop() if self._free else await self._opened()
        try:
            status, body, kept = await exchange(*pair, sent)
        except BaseException:  # also a task that is cancelled; raised again
            pair[1].close()
            raise
        if self.keep and kept:
            self._free.append(pair)
        else:
            pair[1].close()
        return status, body

    async def _opened(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        return await asyncio.open_connection(HOST, self.port, local_addr=(self.origin, 0))

    async def arrive(self, make: Callable[[random.Random], bytes], per_s: float, seconds: float) -> Seen:
        """Send requests at random times with a mean rate, for some seconds."""
        draw, tasks = random.Random(1), []
        start = due = time.perf_counter()
        while due < start + seconds:
            due += draw.expovariate(per_s)
            await asyncio.sleep(max(0.0, due - time.perf_counter()))
            tasks.append(asyncio.create_task(self.ask(make(draw), due)))
        await asyncio.gather(*tasks)
        return self.seen

    async def press(self, make: Callable[[random.Random], bytes], clients: int, seconds: float) -> Seen:
        """Run clients that send the next request as soon as they have an answer, for some seconds."""
        end = time.perf_counter() + seconds

        async def one(number: int) -> None:
            draw = random.Random(number)
            while time.perf_counter() < end:
                await self.ask(make(draw))

        await asyncio.gather(*(one(number) for number in range(clients)))
        return self.seen


def measured(port: int, per_s: float, seconds: float, make: Callable[[random.Random], bytes] = training) -> Seen:
    """Results of a client whose requests arrive at random on fresh connections."""
    return asyncio.run(Client(port, keep=False).arrive(make, per_s, seconds))


def pressed(
    port: int, clients: int, seconds: float, make: Callable[[random.Random], bytes] = mixed, origin: str = HOST
) -> Seen:
    """Results of clients that never pause."""
    return asyncio.run(Client(port, origin=origin).press(make, clients, seconds))


def shares(seen: Seen, of: Sequence[float] = (0.5, 0.99)) -> str:
    """Quantiles of the latency as text."""
    return ", ".join(f"p{share * 100:g} {seen.at(share):.1f} ms" for share in of)
