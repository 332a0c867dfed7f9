"""``make load``: measure every promise about load and faults; writes docs/reliability.md.

``python -m benchmarks.reliability 0.1`` takes a tenth of the time and only prints.
"""

import asyncio
import json
import os
import platform
import random
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.client import HTTPConnection
from pathlib import Path
from threading import Thread, Timer

from benchmarks.load import HOST, KB_PER_MB, Server, served
from benchmarks.reliability import attackers, hostile
from benchmarks.reliability.clients import Client, Seen, measured, mixed, pressed, shares, training
from costsvc.settings import bundled_data

PAGE = Path(__file__).parents[2] / "docs" / "reliability.md"
GUNICORN = (sys.executable, "-m", "gunicorn", "--config", "python:costsvc.web.gunicorn_conf")
STEADY_S, BESIDE_S, KILLING_S, STOPPED_S, HOSTILE = 300.0, 20.0, 60.0, 45.0, 20_000
LOAD = 0.7
BESIDE_PER_S = 50.0
KEPT = 16
EVERY_S = 3.0
INTRODUCTION = """# Reliability

Written by `make load`. One service (`gunicorn --config python:costsvc.web.gunicorn_conf`) and its clients run on the
same machine; the measured client has the address 127.0.0.1, attackers have 127.0.0.2. The load generator is
`benchmarks/reliability` (asyncio, requests at random times; the time of an answer is measured from the moment at which
its request was due).
"""


@dataclass(slots=True)
class Report:
    """Promises, measurements, and whether the promises hold."""

    rows: list[tuple[str, str, str, bool]] = field(default_factory=list)

    def add(self, what: str, promise: str, seen: str, *, kept: bool) -> None:
        """Add a line, and print it."""
        self.rows.append((what, promise, seen, kept))
        print(f"{'kept  ' if kept else 'BROKEN'} {what}: {seen} ({promise})", flush=True)

    def page(self) -> str:
        """The report as Markdown."""
        cpu = next(line for line in Path("/proc/cpuinfo").read_text().splitlines() if line.startswith("model name"))
        machine = f"{os.cpu_count()} cores of {cpu.partition(': ')[2]}, Python {platform.python_version()}"
        head = [INTRODUCTION, f"Machine: {machine}; {time.strftime('%F')}.\n"]
        table = [("What", "Promised", "Seen", "Kept"), ("---",) * 4]
        table += [(what, promise, seen, "yes" if kept else "**no**") for what, promise, seen, kept in self.rows]
        return "\n".join([*head, *(f"| {' | '.join(row)} |" for row in table), ""])


def main(scale: float = 1.0) -> None:
    """Measure everything and write the page."""
    attackers.enough_files()
    report = Report()
    with served(GUNICORN, "/readyz") as service:
        alone = measured(service.port, BESIDE_PER_S, BESIDE_S * scale)
        report.add(
            "undisturbed",
            f"{BESIDE_PER_S:g} estimates a second on fresh connections",
            shares(alone),
            kept=not alone.failed,
        )
        _steady(service, STEADY_S * scale, report)
        _beside_slow(service, alone, BESIDE_S * scale, report)
        _beside_greedy(service, alone, BESIDE_S * scale, report)
        _hostile(service, int(HOSTILE * scale), report)
        _killed(service, KILLING_S * scale, report)
        _stopped(service, STOPPED_S, report)
    _ended(report)
    _reloaded(report)
    if scale >= 1:
        PAGE.write_text(report.page(), encoding="utf-8")


def _steady(service: Server, seconds: float, report: Report) -> None:
    one_by_one = pressed(service.port, 1, 5, training).median
    capacity = pressed(service.port, KEPT, 10)
    per_s = LOAD * len(capacity.seconds) / 10
    memory: list[float] = []
    with _watching(lambda: memory.append(_resident_mb(service)), seconds / 30):
        seen = asyncio.run(Client(service.port).arrive(mixed, per_s, seconds))
    flat = memory[len(memory) * 2 // 5 :]
    spread = (max(flat) - min(flat)) / 2 / (sum(flat) / len(flat))
    what = f"{seconds:.0f} s at {per_s:.0f} requests/s, {LOAD:.0%} of capacity"
    report.add(what, "no 5xx, no failure", f"{len(seen.seconds)} answers, {seen.failed} failed", kept=not seen.failed)
    promise = f"p99 at most 10 x the median of one client alone ({one_by_one:.1f} ms)"
    report.add(what, promise, shares(seen), kept=seen.at(0.99) <= 10 * one_by_one)
    report.add(
        "memory of the workers meanwhile",
        "flat to 5 % after the first two fifths",
        f"± {spread:.1%} around {flat[-1]:.0f} MB",
        kept=spread <= 0.05,
    )


def _beside_slow(service: Server, alone: Seen, seconds: float, report: Report) -> None:
    for kind in attackers.SLOW:
        for count in (500, 2000):
            with attackers.attacked(service.port, kind, count):
                seen = measured(service.port, BESIDE_PER_S, seconds)
            _compared(f"beside {count} connections {kind}", alone, seen, report)


def _beside_greedy(service: Server, alone: Seen, seconds: float, report: Report) -> None:
    for kind in attackers.GREEDY:
        with attackers.attacked(service.port, kind):
            seen = measured(service.port, BESIDE_PER_S, seconds)
        _compared(f"beside 4 clients that never pause with {kind}", alone, seen, report)


def _compared(what: str, alone: Seen, seen: Seen, report: Report) -> None:
    kept = not seen.failed and seen.at(0.99) <= 3 * alone.at(0.99)
    promise = f"all served, p99 at most 3 x undisturbed ({alone.at(0.99):.1f} ms)"
    report.add(what, promise, f"{seen.failed} of {sum(seen.outcomes.values())} failed, {shares(seen)}", kept=kept)


def _hostile(service: Server, count: int, report: Report) -> None:
    before = _children(service.pid)
    seen, found = hostile.sent(service.port, count)
    for line in found[:20]:
        print("  ", line)
    slowest = max(seen.seconds)
    died = len(before - _children(service.pid))
    told = f"{len(found)} of {count} answers at fault, {died} workers died, slowest {slowest:.2f} s"
    kept = not found and not died and slowest <= hostile.SLOWEST_S
    report.add(
        f"{count} hostile bodies and addresses", "no 5xx, no NaN, no low > value > high, none over 2 s", told, kept=kept
    )


def _killed(service: Server, seconds: float, report: Report) -> None:
    wrong: list[str] = []
    expected = _answer(service.port)
    with _watching(lambda: _kill_one(service), EVERY_S):
        seen = asyncio.run(_kept_busy(service.port, seconds, expected, wrong))
    total = sum(seen.outcomes.values())
    told = f"{seen.failed} of {total} broken, {len(wrong)} wrong, longest pause {seen.gap_s:.2f} s"
    kept = seen.failed < 0.01 * total and not wrong and seen.gap_s <= 2
    report.add(
        "a worker or child killed every 3 s", "fewer than 1 % broken, none wrong, recovered within 2 s", told, kept=kept
    )


async def _kept_busy(port: int, seconds: float, expected: bytes, wrong: list[str]) -> Seen:
    client, end = Client(port), time.perf_counter() + seconds
    sent = training(random.Random(0))

    async def one() -> None:
        while time.perf_counter() < end:
            status, body = await client.ask(sent)
            if status == "200" and body != expected:
                wrong.append(status)
            await asyncio.sleep(0.01)

    await asyncio.gather(*(one() for _ in range(KEPT)))
    return client.seen


def _answer(port: int) -> bytes:
    return asyncio.run(Client(port).ask(training(random.Random(0))))[1]


def _kill_one(service: Server) -> None:
    family = sorted(_children(service.pid) | {p for worker in _children(service.pid) for p in _family(worker)})
    if family:
        os.kill(random.choice(family), signal.SIGKILL)


def _stopped(service: Server, seconds: float, report: Report) -> None:
    victim = min(_children(service.pid))
    os.kill(victim, signal.SIGSTOP)
    seen = measured(service.port, 20, seconds)
    replaced = victim not in _children(service.pid)
    slow = sum(1 for one in seen.seconds if one > 1)
    total = sum(seen.outcomes.values())
    told = f"{seen.failed} of {total} failed, {slow} over 1 s, {'replaced' if replaced else 'not replaced'}"
    kept = replaced and slow + seen.failed < 0.05 * total
    report.add("a worker that is stopped (SIGSTOP)", "the others take over, and it is replaced", told, kept=kept)


def _ended(report: Report) -> None:
    with served(GUNICORN, "/readyz") as service:
        Timer(2, os.kill, (service.pid, signal.SIGTERM)).start()
        seen = pressed(service.port, KEPT, 4)
    refused = seen.outcomes.pop("ConnectionRefusedError", 0)
    told = f"{sum(seen.outcomes.values())} requests, {seen.failed} lost, then {'refused' if refused else 'not refused'}"
    report.add(
        "SIGTERM under load",
        "no request in flight is lost, new ones are refused",
        told,
        kept=not seen.failed and refused > 0,
    )


def _reloaded(report: Report) -> None:
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(shutil.copytree(bundled_data(), f"{scratch}/data"))
        with served(GUNICORN, "/readyz", COSTSVC_DATA_DIR=str(folder)) as service:
            before = _version(service)
            table = folder / "equivalences.csv"
            table.write_text("\n".join(table.read_text().splitlines()[:-1]) + "\n")
            os.kill(service.pid, signal.SIGHUP)
            seen = pressed(service.port, KEPT, 5, training)
            for worker in _children(service.pid):
                os.kill(worker, signal.SIGKILL)
            time.sleep(3)
            after = {_version(service) for _ in range(20)}
    is_new = len(after) == 1 and before not in after
    told = f"{seen.failed} of {sum(seen.outcomes.values())} failed, then {'the new' if is_new else 'an old'} version"
    report.add("reload (SIGHUP), kill, ask", "the new version, nothing fails", told, kept=is_new and not seen.failed)


def _version(service: Server) -> str:
    connection = HTTPConnection(HOST, service.port, timeout=30)
    connection.request("GET", "/readyz")
    found: str = json.loads(connection.getresponse().read())["data_version"]
    connection.close()
    return found


@contextmanager
def _watching(do: Callable[[], object], every_s: float) -> Iterator[None]:
    """Call a function at regular intervals in the background."""
    going = True

    def loop() -> None:
        while going:
            time.sleep(every_s)
            if going:
                do()

    thread = Thread(target=loop, daemon=True)
    thread.start()
    try:
        yield
    finally:
        going = False


def _children(pid: int) -> set[int]:
    try:
        return {int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()}
    except FileNotFoundError:
        return set()


def _family(pid: int) -> set[int]:
    """All descendants of a process."""
    return {found for child in _children(pid) for found in (child, *_family(child))}


def _resident_mb(service: Server) -> float:
    status = [Path(f"/proc/{pid}/status").read_text() for pid in _children(service.pid)]
    return sum(int(text.split("VmRSS:")[1].split()[0]) for text in status) / KB_PER_MB


if __name__ == "__main__":
    main(float(sys.argv[1]) if len(sys.argv) > 1 else 1.0)
