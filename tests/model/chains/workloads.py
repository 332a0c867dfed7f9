"""Resolved workloads of every kind, for tests of their chains: three of equal shape each."""

from collections.abc import Callable
from dataclasses import fields, is_dataclass
from typing import Any, NamedTuple

import numpy as np

from costsvc.estimates.serving import resolve_request
from costsvc.model.chains.footprint import footprint
from costsvc.model.chains.serving import serve_request
from costsvc.model.chains.standby import stand_by
from costsvc.model.chains.training import train
from costsvc.model.inputs import FactorsOf
from costsvc.reference.catalog import Catalog
from costsvc.requests.workloads import (
    Hosting,
    Machine,
    Overheads,
    Pricing,
    Serving,
    Site,
    Speculative,
    Subject,
    TrainingRun,
)
from costsvc.resolve.log import FactorLog
from costsvc.resolve.serving import resolve_serving
from costsvc.resolve.standby import resolve_standby
from costsvc.resolve.surroundings import resolve_surroundings
from costsvc.resolve.training import resolve_training

H100 = "nvidia-h100-sxm5-80gb"
EIGHT_B, SEVENTY_B = Subject(model="llama-3.1-8b"), Subject(model="llama-3.1-70b")
Chain = Callable[[Any, Any], Any]


class Whole(NamedTuple):
    """A workload and the footprint of its usage."""

    usage: Any
    footprint: Any


def run_training(inputs: Any, around: Any) -> Whole:
    found = train(inputs)
    return Whole(found, footprint(found.usage, around))


def run_serving(inputs: Any, around: Any) -> Whole:
    found = serve_request(inputs)
    return Whole(found, footprint(found.usage, around))


def run_standby(inputs: Any, around: Any) -> Whole:
    found = stand_by(inputs)
    return Whole(found, footprint(found, around))


def training(**fields: Any) -> TrainingRun:
    machine = Machine(accelerator=fields.pop("accelerator", H100), accelerators=fields.pop("accelerators", None))
    return TrainingRun(machine=machine, site=fields.pop("site", Site(region="aws:us-east-1")), **fields)


def serving(**fields: Any) -> Serving:
    machine = Machine(
        accelerator=fields.pop("accelerator", H100),
        accelerators=fields.pop("accelerators", None),
        accelerator_power_limit_w=fields.pop("limit_w", None),
    )
    known = {"subject": EIGHT_B, "input_tokens": 400.0, "output_tokens": 200.0, "site": Site(region="USA")}
    return Serving(machine=machine, **(known | fields))


def call(model: str = "gpt-4o-mini", provider: str = "openai", **fields: Any) -> Serving:
    return Serving(subject=Subject(model=model), provider=provider, **fields)


OWNED = Site(region="USA", grid_losses=0.05, pricing=Pricing(kind="owned", facility_usd_per_kwh=0.1))
ROWS: dict[str, list[TrainingRun] | list[Serving] | list[Hosting]] = {
    "hours": [training(accelerator_hours=hours, accelerators=n) for hours, n in ((1.0, 1), (1e3, 8), (1e6, 4096))],
    "hours, accelerators open": [training(accelerator_hours=hours) for hours in (1.0, 1e5, 1e8)],
    "wall hours": [training(hours=hours, accelerators=n) for hours, n in ((1.0, 1), (24.0, 9), (1e3, 512))],
    "tokens": [training(subject=EIGHT_B, training_tokens_b=b, accelerators=n) for b, n in ((1, 8), (9, 64), (99, 512))],
    "tokens, accelerators open": [training(subject=EIGHT_B, training_tokens_b=b) for b in (1.0, 1e3, 1e5)],
    "tokens on other chips": [
        training(subject=SEVENTY_B, training_tokens_b=10.0, accelerator=chip, precision="bf16", sequence_length=8192)
        for chip in (H100, "nvidia-a100-sxm4-80gb", "nvidia-h200-sxm-141gb")
    ],
    "owned": [
        training(accelerator_hours=hours, site=OWNED, overheads=Overheads(failed_share=0.1)) for hours in (1, 9, 99)
    ],
    "text": [serving(batch_size=batch, accelerators=1) for batch in (1.5, 7.0, 9000.0)],
    "text, accelerators open": [
        serving(subject=SEVENTY_B, batch_size=batch, cache_precision="fp8") for batch in (1.0, 64.0, 700.0)
    ],
    "text, measured": [serving(batch_size=batch, accelerators=1) for batch in (20.0, 50.0, 100.0)],
    "text, nothing given": [serving(input_tokens=None, output_tokens=None, accelerator=x) for x in (H100, H100, H100)],
    "text, prompts": [serving(batch_size=4.0, input_tokens=n, cached_input_tokens=n / 2) for n in (10.0, 9e3, 2e5)],
    "text, without output": [serving(batch_size=4.0, output_tokens=0.0, input_tokens=n) for n in (10.0, 50.0, 90.0)],
    "text at a rate": [serving(requests_per_s=rate, accelerators=2) for rate in (0.01, 1.0, 900.0)],
    "text, share": [serving(concurrency_share=share, accelerators=2) for share in (0.1, 0.5, 1.0)],
    "text, layers": [serving(batch_size=4.0, layout="layer-split", accelerators=n) for n in (1, 2, 8)],
    "text, limited": [serving(batch_size=64.0, limit_w=limit, accelerators=1) for limit in (300.0, 500.0, 700.0)],
    "text, drafts": [
        serving(batch_size=n, speculative=Speculative(accepted_per_step=n / 4, proposed_per_step=4.0), accelerators=1)
        for n in (1.0, 2.0, 3.0)
    ],
    "text, processors": [serving(accelerator="xeon-platinum-8480c", accelerators=n) for n in (1, 2, 4)],
    "images": [
        serving(task="image", subject=Subject(total_params_b=8.0), steps=steps, width_px=512, height_px=512)
        for steps in (4, 20, 50)
    ],
    "calls": [call(input_tokens=n, output_tokens=n / 5) for n in (10.0, 1e3, 1e5)],
    "calls, all kinds of tokens": [
        call(
            model="claude-sonnet-4-5",
            provider="anthropic",
            processing="batch",
            input_tokens=n,
            cached_input_tokens=n / 2,
            cache_write_tokens=n / 4,
            output_tokens=n / 5,
            reasoning_tokens=n / 10,
        )
        for n in (10.0, 1e3, 1e5)
    ],
    "calls, open model": [
        call(model="llama-3.3-70b-versatile", provider="groq", input_tokens=n, output_tokens=n)
        for n in (10.0, 1e3, 1e5)
    ],
    "calls, by the second": [call(model="whisper-1", units=seconds) for seconds in (1.0, 60.0, 3600.0)],
    "calls, unknown power price": [
        call(input_tokens=n, output_tokens=n, site=Site(region="world")) for n in (10.0, 1e3, 1e5)
    ],
    "classification": [serving(task="classification", input_tokens=n, batch_size=n) for n in (1.0, 30.0, 300.0)],
    "slices": [
        training(accelerator="a100_3g.40gb", accelerator_hours=hours, site=site, accelerators=n)
        for hours, n, site in ((1.0, 1, OWNED), (70.0, 7, OWNED), (900.0, 32, OWNED))
    ],
    "slices, rented": [training(accelerator="H100 1g.10gb", hours=hours, accelerators=2) for hours in (1.0, 70.0, 9e3)],
    "slices, tokens": [
        training(accelerator=name, accelerators=2, subject=EIGHT_B, training_tokens_b=1.0, precision="bf16")
        for name in (
            "nvidia-h100-sxm5-80gb-mig-1g.10gb",
            "nvidia-h100-sxm5-80gb-mig-3g.40gb",
            "H100-80GB-HBM3-MIG-4g.40gb",
        )
    ],
    "slices, text": [serving(accelerator="H100 3g.40gb", batch_size=batch) for batch in (1.0, 8.0, 900.0)],
    "slices, text at a rate": [serving(accelerator="H100 3g.40gb", requests_per_s=rate) for rate in (0.01, 1.0, 90.0)],
    "slices, images": [
        serving(
            task="image", subject=Subject(total_params_b=3.0), steps=steps, accelerator="A100 2g.20gb", accelerators=1
        )
        for steps in (4, 20, 50)
    ],
    "slices, idle": [
        Hosting(machine=Machine(accelerator="A100 1g.5gb", accelerators=n), hours=10.0, site=OWNED) for n in (1, 7, 56)
    ],
    "shares of time": [training(hours=8.0, accelerators=n) for n in (0.25, 1, 2.5)],
    "shares of time, text": [serving(batch_size=8.0, accelerators=n) for n in (0.3, 0.5, 3)],
    "shares of time, text at a rate": [serving(requests_per_s=0.5, accelerators=n) for n in (0.3, 0.5, 3)],
    "shares of time, images": [
        serving(task="image", subject=Subject(total_params_b=3.0), steps=20, accelerators=n) for n in (0.25, 1, 2)
    ],
    "idle replicas": [
        Hosting(machine=Machine(accelerator=H100, accelerators=n), hours=hours, site=Site(region="gcp:us-central1"))
        for n, hours in ((1, 10.0), (8, 700.0), (64, 8760.0))
    ],
}


def resolve(workload: Any, catalog: Catalog) -> tuple[FactorsOf[Any], FactorsOf[Any], Chain]:
    """What the chain of a workload takes, what its footprint takes, and the chain."""
    log = FactorLog()
    if isinstance(workload, TrainingRun):
        run = resolve_training(workload, catalog, log)
        return run.inputs, resolve_surroundings(workload.site, run.machine, catalog, log).inputs, run_training
    if isinstance(workload, Hosting):
        machine, _, inputs = resolve_standby(workload, catalog, log)
        return inputs, resolve_surroundings(workload.site, machine, catalog, log).inputs, run_standby
    if workload.provider is not None:
        hosted = resolve_request(workload, catalog)
        return hosted.serving.inputs, hosted.around.inputs, run_serving
    served = resolve_serving(workload, catalog, log)
    return served.inputs, resolve_surroundings(workload.site, served.machine, catalog, log).inputs, run_serving


def leaves(found: Any, path: str = "") -> dict[str, Any]:
    """Every number of a result, by where it is."""
    if isinstance(found, Whole):
        return {**leaves(found.usage, "usage"), **leaves(found.footprint, "footprint")}
    if is_dataclass(found):
        parts = [leaves(getattr(found, field.name), f"{path}.{field.name}") for field in fields(found)]
        return {name: number for part in parts for name, number in part.items()}
    return {} if found is None else {path: found}


def row_of(number: Any, row: int) -> Any:
    """One row of a number, which may be the same in all rows."""
    return number[row] if isinstance(number, np.ndarray) and number.ndim > 1 else number
