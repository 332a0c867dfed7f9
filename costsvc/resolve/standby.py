"""Resolve idle replicas."""

from costsvc.model.chains.standby import StandbyInputs
from costsvc.model.inputs import FactorsOf
from costsvc.reference.catalog import Catalog
from costsvc.requests.workloads import Hosting
from costsvc.resolve.chip import resolve_idle_power
from costsvc.resolve.log import FactorLog, input_constant
from costsvc.resolve.machine import (
    ResolvedHost,
    ResolvedMachine,
    resolve_count,
    resolve_host,
    resolve_machine,
)


def resolve_standby(
    hosting: Hosting, catalog: Catalog, log: FactorLog
) -> tuple[ResolvedMachine, float | None, FactorsOf[StandbyInputs]]:
    """Resolve accelerators that hold a model and are idle, without their place.

    Args:
        hosting: The idle replicas.
        catalog: The tables.
        log: Receives factors and warnings.

    Returns:
        The machine, its number if given, and the inputs of the chain.

    Raises:
        UnknownNameError: If a name is not known.
    """
    machine = resolve_machine(hosting.machine, catalog)
    log.include(machine.log)
    count = resolve_count(hosting.machine, machine, catalog, log)
    host: ResolvedHost = catalog.memos[resolve_host](machine)
    log.include(host.power_log)
    fields = {
        "hours": log.record_input("hosting_hours", hosting.hours, "h"),
        "accelerators": input_constant("accelerators", count or 1.0, "1"),
        "idle": resolve_idle_power(machine, hosting.machine.accelerator_power_w, catalog, log),
        "host": host.power,
    }
    return machine, count, FactorsOf(StandbyInputs, fields)
