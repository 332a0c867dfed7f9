"""Measure requests per second, microseconds per call, start-up time and memory.

Each server has one gunicorn worker. All bodies differ, so no answer is cached. Rounds of the
service and of the bare view alternate, so that other load on the machine slows both.
"""

import csv
import random
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from statistics import harmonic_mean, median

from benchmarks import batches, columns, decisions, figures, names, spark
from benchmarks.load import Server, rate, requests, served
from costsvc.estimates.serving import estimate_serving
from costsvc.reference.catalog import Catalog
from costsvc.requests.workloads import Machine, Serving, Site, Subject
from costsvc.settings import Settings, bundled_data

HERE = Path(__file__).parent
ENVIRONMENTS = HERE.parent / ".bench"
BODIES = 10_000
PEER_BODIES = 300
WARM_UP = 1_000
ROUND = 500
CALLS = 2_000
DECISIONS = 20
FIGURES = 300
MS_PER_S = 1e3
MILLION = 1e6
GUNICORN = (sys.executable, "-m", "gunicorn", "--config", "python:costsvc.web.gunicorn_conf", "--workers", "1")
INSTANCES = ("p3.2xlarge", "p3.8xlarge", "p3.16xlarge", "g4dn.xlarge", "g4dn.12xlarge", "g5.xlarge", "g5.48xlarge")
COUNTRIES = ("FRA", "DEU", "USA", "SWE", "POL", "IRL", "JPN", "IND")


def main() -> None:
    """Measure and print."""
    draw = random.Random(0)
    accelerators, regions = _names("accelerators"), _names("regions")
    ours = requests("/v1/estimates/training", [_run(draw, accelerators, regions) for _ in range(WARM_UP + BODIES)])
    with served(GUNICORN, "/readyz") as service:
        size = rate(service, ours[:WARM_UP])[1]
        with served((*GUNICORN, "benchmarks.bare:app"), "/healthz", BODY_BYTES=str(size)) as bare:
            rate(bare, _to_root(ours[:WARM_UP]))
            estimates, views = _alternate(service, bare, ours[WARM_UP:])
        print(f"ready after              {service.ready_s:8.2f} s (less than 3)")
        print(f"memory of a worker       {service.worker_mb():8.0f} MB (less than 200), after these requests")
        for name, bodies, limit in _decisions(draw):
            rate(service, bodies[:1])
            each, _ = rate(service, bodies)
            print(f"{name:<25}{MS_PER_S / each:8.0f} ms (at most {limit}), as long as {views / each:.0f} bare views")
        print(f"memory of a worker       {service.worker_mb():8.0f} MB (at most 300), after comparisons")
        _figures(service, [_run(draw, accelerators, regions) for _ in range(FIGURES)])
    peer = _boaviztapi(draw)
    print(f"training estimates       {estimates:8.0f} /s, {size} bytes each, {BODIES} different bodies")
    print(f"bare Flask view          {views:8.0f} /s, ratio {estimates / views:.2f} (at least 0.4)")
    print(f"BoaviztAPI, an instance  {peer:8.0f} /s, ratio {estimates / peer:.1f} (at least 20)")
    own, ecologits = _inference_us(draw), _ecologits_us()
    print(f"inference estimate       {own:8.0f} us a call, with intervals")
    print(f"ecologits.llm_impacts    {ecologits:8.0f} us a call, ratio {own / ecologits:.2f} (at most 2)")
    for kind, name, us in names.measured():
        print(f"reading {kind:<17}{us:8.1f} us for {name!r} (at most 30)")
    for name, rows, templates in columns.measured():
        print(f"{name:<25}{rows / MILLION:8.2f} M rows/s on one core, {templates} templates (at least 3)")
    # a process of its own, since it stays on one core
    subprocess.run([sys.executable, "-m", "benchmarks.batches", str(batches.ROWS), str(ecologits)], check=True)
    for line in spark.measured():
        print(line)


def _decisions(draw: random.Random) -> list[tuple[str, list[bytes], int]]:
    """The largest comparisons: name, requests that all differ, and limit in ms."""
    hours = [draw.uniform(100, 10_000) for _ in range(DECISIONS)]
    kinds = (("placement", decisions.placement, 1000), ("amortization", decisions.amortization, 300))
    return [
        (f"largest {name}", requests(f"/v1/comparisons/{name}", [body(hour) for hour in hours]), limit)
        for name, body, limit in kinds
    ]


def _figures(service: Server, bodies: Sequence[object]) -> None:
    """Latency of estimates while other clients render figures."""
    alone = figures.p95_ms(service, bodies)
    with figures.drawn(service) as took:
        beside = figures.p95_ms(service, bodies)
    print(f"95 of 100 estimates in   {beside:8.1f} ms while {figures.DRAWERS} clients draw, {alone:.1f} ms alone")
    print(f"a figure                 {MS_PER_S * median(took):8.0f} ms then, {MS_PER_S * took[0]:.0f} ms the first")


def _alternate(service: Server, bare: Server, ours: Sequence[bytes]) -> tuple[float, float]:
    """Requests per second of both servers; each gets every message once."""
    rounds = [ours[start : start + ROUND] for start in range(0, len(ours), ROUND)]
    rates = [(rate(service, messages)[0], rate(bare, _to_root(messages))[0]) for messages in rounds]
    estimates, views = (harmonic_mean(column) for column in zip(*rates, strict=True))
    return estimates, views


def _names(table: str) -> list[str]:
    with (bundled_data() / f"{table}.csv").open(newline="", encoding="utf-8") as file:
        return [next(iter(row.values())) for row in csv.DictReader(file)]


def _run(draw: random.Random, accelerators: Sequence[str], regions: Sequence[str]) -> dict[str, object]:
    hours = round(10 ** draw.uniform(0, 6), 3)
    return {"accelerator": draw.choice(accelerators), "accelerator_hours": hours, "region": draw.choice(regions)}


def _to_root(messages: Sequence[bytes]) -> list[bytes]:
    return [message.replace(b"/v1/estimates/training", b"/", 1) for message in messages]


def _boaviztapi(draw: random.Random) -> float:
    """Requests per second of BoaviztAPI, for its short answer."""
    bodies = [
        {
            "provider": "aws",
            "instance_type": draw.choice(INSTANCES),
            "usage": {"usage_location": draw.choice(COUNTRIES), "time_workload": round(draw.uniform(1, 100), 3)},
        }
        for _ in range(PEER_BODIES)
    ]
    command = (_environment("boaviztapi"), "-m", "uvicorn", "boaviztapi.main:app", "--port", "$PORT")
    with served(command, "/v1/utils/version") as server:
        messages = requests("/v1/cloud/instance?verbose=false", bodies)
        rate(server, messages[: PEER_BODIES // 10])
        return rate(server, messages)[0]


def _inference_us(draw: random.Random) -> float:
    catalog = Catalog.load(Settings().data_dir)
    asked = [
        Serving(
            machine=Machine(accelerator="h100-sxm5-80gb", accelerators=1),
            subject=Subject(model="llama-3.1-8b"),
            batch_size=draw.uniform(1, 64),
            input_tokens=500,
            output_tokens=100 + i,
            site=Site(region="USA"),
        )
        for i in range(CALLS)
    ]
    started = time.perf_counter()
    for serving in asked:
        estimate_serving(serving, catalog)
    return (time.perf_counter() - started) / CALLS * 1e6


def _ecologits_us() -> float:
    command: list[str | Path] = [_environment("ecologits"), HERE / "ecologits_calls.py", str(CALLS)]
    return float(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


def _environment(peer: str) -> Path:
    """The Python of another tool's environment, which the Makefile creates."""
    return ENVIRONMENTS / peer / "bin" / "python"


if __name__ == "__main__":
    main()
