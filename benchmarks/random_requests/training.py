"""Draw training runs."""

from typing import Any

from benchmarks.random_requests.draw import Draw
from benchmarks.random_requests.machines import PRECISIONS, hosted, is_processor, power, subject
from benchmarks.random_requests.names import Names
from benchmarks.random_requests.sites import site

WORKLOADS = ("llm", "encoder", "vision", "diffusion", "recommender", "other")
METHODS = ("pretraining", "finetuning", "lora", "qlora", "prompt-tuning", "probe")


def training(draw: Draw, names: Names) -> dict[str, Any]:
    """A training run, with hours or tokens."""
    machine = hosted(draw, names)
    amount = _amount(draw, machine, names)
    of_tokens = "training_tokens_b" in amount
    return {
        **machine,
        **amount,
        **(subject(draw, names.models, 500) if of_tokens or draw.is_in(0.6) else {}),
        **(_of_tokens(draw) if of_tokens else {}),
        **power(draw, machine),
        **_work(draw),
        **site(draw, names),
    }


def metered(draw: Draw, names: Names) -> dict[str, Any]:
    """A training run whose energy was measured."""
    return {draw.choice(("energy_kwh", "it_energy_kwh")): draw.size(0.01, 1e7), **site(draw, names, priced=False)}


def _amount(draw: Draw, machine: dict[str, Any], names: Names) -> dict[str, Any]:
    """One of the three amounts of training that the machine allows."""
    hours, alone, tokens = draw.size(1, 1e6), draw.size(0.5, 5000), draw.size(0.01, 15_000)
    if draw.is_in(0.08 if is_processor(machine, names) else 0.45):
        return {"training_tokens_b": tokens}
    if "cores" in machine or ("instance" in machine and draw.is_in(0.6)):
        return {"hours": alone}
    return {"accelerator_hours": hours}


def _of_tokens(draw: Draw) -> dict[str, Any]:
    """Fields that are allowed only with tokens."""
    length = draw.fields({"sequence_length": (0.3, lambda: draw.count(128, 131_072))})
    if draw.is_in(0.25):
        return {"mfu": draw.between(0.05, 0.7), **length}
    return length | draw.fields(
        {
            "activation_recomputation": (0.2, lambda: draw.choice(("none", "full"))),
            "tuned": (0.25, lambda: draw.is_in(0.5)),
        }
    )


def _work(draw: Draw) -> dict[str, Any]:
    """Kind of workload, and overheads."""
    return draw.fields(
        {
            "workload": (0.3, lambda: draw.choice(WORKLOADS)),
            "method": (0.35, lambda: draw.choice(METHODS)),
            "precision": (0.25, lambda: draw.choice(PRECISIONS)),
            "overheads": (0.25, lambda: _overheads(draw)),
        }
    )


def _overheads(draw: Draw) -> dict[str, Any]:
    return draw.fields(
        {
            "development_share": (0.7, lambda: draw.between(0, 2)),
            "failed_share": (0.7, lambda: draw.between(0, 0.5)),
            "retrainings": (0.4, lambda: draw.randint(0, 12)),
        }
    )
