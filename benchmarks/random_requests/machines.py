"""Draw machines and models of requests."""

from typing import Any

from benchmarks.random_requests.draw import Draw
from benchmarks.random_requests.names import Names

USUAL = ("h100", "a100", "h200", "b200", "v100", "mi300x", "tpu-v4", "tpu-v5e", "l4", "t4", "a10g", "rtx-4090", "l40s")
"""Names that most callers use."""
PRECISIONS = ("fp32", "tf32", "bf16", "fp16", "fp8", "int8", "fp4", "int4")


def accelerator(draw: Draw, names: Names) -> str:
    """The name of an accelerator: a common one, one of a data centre, any, or an alias."""
    kind = draw.weighted({"usual": 40, "datacenter": 30, "accelerators": 12, "aliases": 12, "processors": 6})
    return draw.choice(USUAL) if kind == "usual" else str(draw.choice(getattr(names, kind)))


def instance(draw: Draw, names: Names) -> str:
    """A cloud instance, with or without its provider."""
    if draw.is_in(0.25):
        return str(draw.choice(names.processor_instances))
    found: str = draw.choice(names.instances)
    return found.partition(":")[2] if found.startswith("aws:") and draw.is_in(0.5) else found


def hosted(draw: Draw, names: Names) -> dict[str, Any]:
    """A machine for training runs and hosting: an instance, a processor's cores, or accelerators."""
    kind = draw.weighted({"instance": 25, "cores": 8, "accelerators": 67})
    if kind == "instance":
        some = draw.fields({"instances": (0.4, lambda: draw.count(1, 64))})
        return {"instance": instance(draw, names), **some}
    if kind == "cores":
        return {"accelerator": draw.choice(names.processors), "cores": draw.size(1, 512)}
    some = draw.fields({"accelerators": (0.55, lambda: draw.count(1, 4096))})
    return {"accelerator": accelerator(draw, names), **some}


def is_processor(machine: dict[str, Any], names: Names) -> bool:
    """Whether a machine is a processor, whose hours cannot be computed from tokens."""
    return "cores" in machine or machine.get("instance") in names.processor_instances


def power(draw: Draw, machine: dict[str, Any]) -> dict[str, Any]:
    """Measured power of a training run's machine, or its limit; mostly none."""
    kind = draw.weighted({"none": 76, "chip": 8, "server": 6, "both": 3, "limit": 7})
    chip, server = draw.between(60, 600), draw.between(650, 1200)
    if kind == "chip":
        return {"accelerator_power_w": chip}
    if kind == "server" and "cores" not in machine:
        return {"it_power_w": server}
    if kind == "both" and "cores" not in machine:
        return {"accelerator_power_w": chip, "it_power_w": server}
    return {"accelerator_power_limit_w": chip} if kind == "limit" else {}


def subject(draw: Draw, named: list[str], largest_b: float) -> dict[str, Any]:
    """A model by name or by size.

    Args:
        draw: The generator.
        named: Models that it may name.
        largest_b: Parameters of the largest that it gives by size [10^9].
    """
    if draw.is_in(0.5):
        return {"model": draw.choice(named)}
    total = draw.size(0.05, largest_b)
    sparse = draw.is_in(0.25)
    return {"total_params_b": total, **({"active_params_b": draw.between(total / 20, total)} if sparse else {})}
