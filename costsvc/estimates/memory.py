"""Whether accelerators hold a training run, and how many of them do."""

import math
from dataclasses import dataclass

from costsvc.estimates.facts import Facts, present
from costsvc.estimates.hardware import ANY, Hardware
from costsvc.estimates.spec import TrainingRun
from costsvc.estimates.subject import Sizes
from costsvc.model.placement import activation_memory_gb, training_memory_gb
from costsvc.reference.catalog import Catalog
from costsvc.units import Numeric

COUNTED_IN = ("qlora",)
"""Methods whose bytes per parameter were measured with the activations in them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Memory:
    """What a training run takes of memory, and what an accelerator gives.

    Attributes:
        needed_gb: Weights, gradients, optimizer states and the activations of one sequence, of all
            accelerators together. [GB]
        each_gb: What one accelerator can give. [GB]
    """

    needed_gb: float
    each_gb: float

    @property
    def fewest(self) -> int:
        """The smallest number of accelerators that holds the run."""
        return max(1, math.ceil(self.needed_gb / self.each_gb))

    def holds(self, count: float) -> bool:
        """Whether so many accelerators hold it."""
        return self.needed_gb <= count * self.each_gb


def needed_memory(run: TrainingRun, size: Sizes, machine: Hardware, catalog: Catalog) -> Memory | None:
    """The memory of a run; None where the model's size or the accelerator's memory is open.

    Args:
        run: The run.
        size: Parameters of its model.
        machine: On what it runs.
        catalog: The tables.
    """
    memory = machine.row.get("memory_gb")
    if not size.total_b or not memory:
        return None
    each = memory * present(catalog.factor("serving_fit", ("usable_memory_share", ANY), "value", "share")).value
    needed = training_memory_gb(size.total_b, catalog.default(f"training_bytes_per_param_{run.method}").value)
    if run.workload == "llm" and run.method not in COUNTED_IN:
        tokens = run.sequence_length or catalog.default("training_sequence_length").value
        active = size.active_b or size.total_b
        needed = needed + activation_memory_gb(active, layers_of(size, Facts(catalog)), tokens)
    return Memory(needed_gb=float(needed), each_gb=each)


def layers_of(size: Sizes, facts: Facts) -> Numeric:
    """Transformer blocks of a model, its own or those that are usual for its size, which is said."""
    if size.row is not None and size.row["layers"]:
        return facts.row("models", size.row["model_id"], ("layers",))["layers"]
    coefficient, exponent = (
        facts.central(present(facts.catalog.factor("serving_fit", (name, ANY), "value", name)))
        for name in ("layers_coefficient", "layers_exponent")
    )
    text = "Layers of the model are not known; those of the usual model of its size are taken."
    facts.warn("dimensions-assumed", text)
    active = facts.show("active_params_b", size.active_b or size.total_b or 1.0, "1")
    return facts.show("layers", coefficient * active**exponent, "1")


def say_fit(memory: Memory | None, machine: Hardware, facts: Facts) -> None:
    """Warn where the accelerators of a run do not hold it."""
    count = machine.count or 1.0
    if memory is not None and not memory.holds(count):
        facts.warn(
            "does-not-fit", f"{too_large(memory, machine)} The smallest number that holds it is {memory.fewest}."
        )


def too_large(memory: Memory, machine: Hardware) -> str:
    """What is said of a run that its accelerators do not hold."""
    count = machine.count or 1.0
    return (
        f"Weights, gradients, optimizer states and activations take {memory.needed_gb:.4g} GB; "
        f"{count:g} x {machine.id} have {count * memory.each_gb:.4g} GB to give."
    )
