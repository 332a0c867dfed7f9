"""Resolve slices of accelerators: MIG instances, partitions and virtual devices."""

from costsvc.model.chains.slices import Slice
from costsvc.model.inputs import FactorsOf
from costsvc.reference.catalog import Catalog
from costsvc.resolve.chip import resolve_idle_power
from costsvc.resolve.log import FactorLog
from costsvc.resolve.machine import ResolvedMachine


def resolve_slice(machine: ResolvedMachine, catalog: Catalog, log: FactorLog) -> FactorsOf[Slice] | None:
    """Resolve the slice of an accelerator that a name stands for; None for whole accelerators.

    Args:
        machine: The machine.
        catalog: The tables.
        log: Receives its shares and the idle power of the accelerator.
    """
    part = machine.slice
    if part is None:
        return None
    shares = {name: getattr(part, name) for name in ("compute_share", "memory_share", "held_share")}
    fields = {name: log.record_input(f"slice_{name}", share, "1") for name, share in shares.items()}
    return FactorsOf(Slice, {**fields, "idle": resolve_idle_power(machine, None, catalog, log, whole=True)})
