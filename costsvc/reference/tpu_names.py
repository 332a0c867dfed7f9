"""Names of TPU slices: what their number counts depends on the generation."""

import re
from math import prod

from costsvc.reference.reading import AcceleratorReading, fold

CHIP_OF = {
    "v2": "google-tpu-v2",
    "v3": "google-tpu-v3",
    "v4": "google-tpu-v4",
    "v5p": "google-tpu-v5p",
    "v5e": "google-tpu-v5e",
    "v5litepod": "google-tpu-v5e",
    "v5lite": "google-tpu-v5e",
    "v6e": "google-tpu-v6e",
    "7x": "google-tpu-v7",
    "v7x": "google-tpu-v7",
}
COUNTS_CORES = frozenset(("v2", "v3", "v4", "v5p", "7x", "v7x"))
"""Generations whose slices are named by TensorCores, two a chip; those of the others are named by chips."""
CORES_PER_CHIP = 2
LABELS = {
    "v3-device": "v3",
    "v3-slice": "v3",
    "v4-podslice": "v4",
    "v5-lite-device": "v5e",
    "v5-lite-podslice": "v5e",
    "v5p-slice": "v5p",
    "v6e-slice": "v6e",
}
"""Node labels of GKE, beside which the topology stands."""
MACHINES = {"ct3": "v3", "ct3p": "v3", "ct4p": "v4", "ct5l": "v5e", "ct5lp": "v5e", "ct5p": "v5p", "ct6e": "v6e"}
PREFIX = re.compile(r"^(?:google[\s_-]*)?(?:cloud[\s_.-]*(?:google\.com/gke-tpu-accelerator\s*[:=]\s*)?)?(tpu)?[\s_-]*")
SUFFIX = re.compile(r"[\s_-]+(?:pod|pod slice|slice|topology)$")
TOPOLOGY = re.compile(r"[\s_:,(/-]+(?:topology[\s:=]*)?(\d{1,3}(?:x\d{1,3}){1,2})\)?$")
SLICE = re.compile(r"^(v2|v3|v4|v5p|v5e|v5lite|v5litepod|v6e|7x|v7x)[\s_-]+(\d{1,6})$")
MACHINE = re.compile(r"^(ct\d\w{0,2}|tpu7x)-(?:hightpu|standard)-(\d{1,3})t$")
GENERATION = re.compile(r"^(?:google[\s_-]*)?(?:cloud[\s_-]*)?(?:tpu[\s_-]*(v\d)?|(v\d)(?=\w?(?:[\s_-]+\d+)?$))")
COUNT = re.compile(r"^(\d{1,5})\s*[x*]\s*(?=tpu|v\d|google|cloud)")
SLICES = re.compile(r"(?<=\d)(?:\s*:\s*|\s+[x*]\s*)(\d{1,5})$")


def read(name: str) -> AcceleratorReading | None:
    """Read the name of a TPU slice, a machine type with TPUs, or a node label with a topology.

    Args:
        name: The name, such as ``v3-8``, ``TPU v5litepod-16``, ``ct5p-hightpu-4t`` or ``tpu-v6e-slice 4x4``.
    """
    text = fold(name)
    machine = MACHINE.match(text)
    if machine:
        generation = "7x" if machine[1] == "tpu7x" else MACHINES.get(machine[1])
        return None if generation is None else _reading(generation, float(machine[2]))
    text, times = _times(text)
    prefix = PREFIX.match(text)
    rest = SUFFIX.sub("", text[prefix.end() :] if prefix else text)
    topology = TOPOLOGY.search(rest)
    if topology:
        label = rest[: topology.start()]
        generation = LABELS.get(re.sub(r"[\s_]+", "-", label)) or (label if label in CHIP_OF else None)
        chips = prod(int(side) for side in topology[1].split("x"))
        return None if generation is None else _reading(generation, times * chips)
    if prefix and prefix[1] and rest in CHIP_OF:
        return _reading(rest, times) if times > 1 else AcceleratorReading(id=CHIP_OF[rest])
    slice_ = SLICE.match(rest)
    if slice_ is None:
        return None
    generation, number = slice_[1], int(slice_[2])
    cores = generation in COUNTS_CORES
    if number < 1 or (cores and number % CORES_PER_CHIP):
        return None
    unit = f"{number} TensorCores, " if cores else ""
    return _reading(generation, times * number / (CORES_PER_CHIP if cores else 1), unit)


def nearest(name: str) -> list[str]:
    """TPUs that an unknown name could mean; none if it is not the name of a TPU."""
    found = GENERATION.match(fold(name))
    if found is None:
        return []
    alike = dict.fromkeys(id_ for version, id_ in CHIP_OF.items() if version.startswith(found[1] or found[2] or "v"))
    return list(alike or dict.fromkeys(CHIP_OF.values()))


def _times(text: str) -> tuple[str, float]:
    """A name without a number of slices before or behind it, and that number."""
    times = 1.0
    for pattern in (COUNT, SLICES):
        found = pattern.search(text)
        if found:
            times *= float(found[1])
            text = text[: found.start()] + text[found.end() :]
    return text, times


def _reading(generation: str, chips: float, unit: str = "") -> AcceleratorReading | None:
    if chips < 1:
        return None
    noun = "accelerator" if chips == 1 else "accelerators"
    note = f"{unit}{chips:g} {noun}"
    return AcceleratorReading(id=CHIP_OF[generation], notes=(note,), says={"accelerators": chips})
