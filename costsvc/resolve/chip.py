"""The accelerator or processor as the serving chains see it."""

from costsvc.errors import BadRequestError
from costsvc.model.chains.standby import IdlePower
from costsvc.model.chains.text import Socket
from costsvc.model.inputs import FactorsOf
from costsvc.model.serving import ServingChip
from costsvc.model.uncertainty import Factor
from costsvc.reference.catalog import Catalog
from costsvc.reference.table import Row
from costsvc.requests.workloads import Precision
from costsvc.resolve.calibration import TABLE
from costsvc.resolve.log import FactorLog, present
from costsvc.resolve.machine import ANY, PROCESSORS, ResolvedMachine, compute_precision

GENERATIONS = "processor_generations"
DROPS_BACK = ("consumer", "workstation", "laptop")
"""Segments whose drivers let a card fall back to low clocks while it holds a model and waits."""


def resolve_chip(
    machine: ResolvedMachine, precision: Precision, catalog: Catalog, log: FactorLog
) -> FactorsOf[ServingChip] | FactorsOf[Socket]:
    """The accelerator or processor at a precision.

    Args:
        machine: The machine.
        precision: In which the weights are kept.
        catalog: The tables.
        log: Collects what is used.

    Raises:
        BadRequestError: If the tables know no bandwidth or peak of it.
    """
    if machine.table == PROCESSORS:
        return _socket(machine, catalog, log)
    computes = compute_precision(machine, precision, log)
    bandwidth = catalog.factor("accelerators", machine.id, "memory_bandwidth_gb_s", "memory_bandwidth_gb_s", "GB/s")
    if computes is None or bandwidth is None:
        text = f"peak or memory bandwidth of {machine.id} is not known; name an accelerator that has them"
        raise BadRequestError({"accelerator": text})
    unit = "TOP/s" if computes[0].startswith("int") else "TFLOP/s"
    peak = log.record(present(catalog.factor(machine.table, machine.id, computes[1], "accelerator_peak_tflops", unit)))
    fields = {
        "tdp_w": log.record(machine.tdp),
        "memory_bandwidth_gb_s": log.record(bandwidth),
        "peak_tflops": peak,
        "attention_tflops": peak,
    }
    return FactorsOf(ServingChip, fields)


def with_attention_peak(
    chip: FactorsOf[ServingChip] | FactorsOf[Socket],
    machine: ResolvedMachine,
    precision: Precision,
    catalog: Catalog,
    log: FactorLog,
) -> FactorsOf[ServingChip] | FactorsOf[Socket]:
    """The chip with the peak at which attention runs: that at 16 bits, whatever the weights are kept in."""
    wide = machine.peak(machine.default_precision)
    if wide is None or wide == machine.peak(precision):
        return chip
    peak = catalog.factor(machine.table, machine.id, wide[1], "attention_peak_tflops", "TFLOP/s")
    return chip.replaced(attention_tflops=log.record(present(peak)))


def _socket(machine: ResolvedMachine, catalog: Catalog, log: FactorLog) -> FactorsOf[Socket]:
    """A socket by the figures of its generation, since no table has it by itself."""
    generation = str(machine.row["generation"])
    row = _generation(generation, catalog)
    text = f"Memory bandwidth and peak of {machine.id} are those of its generation ({generation}: {row['memory']})"
    unknown = "filled channels, clock and power limit of the machine are not known"
    log.add_warning(
        "processor-derived", f"{text}, with a wide interval: {unknown}. Its arithmetic is taken to run in 32 bits."
    )
    own_cores = catalog.factor(PROCESSORS, machine.id, "cores", "cores_per_socket", "1")
    cores = own_cores or present(catalog.factor(GENERATIONS, generation, "cores", "cores_per_socket", "1"))
    fields = {
        "power_ratio": log.record(_of_machine_kind("processor_power_ratio", "1", machine, catalog)),
        "cores": log.record(cores),
        **{
            column: log.record(present(catalog.factor(GENERATIONS, generation, column, column, unit)))
            for column, unit in (("flop_per_cycle", "1"), ("clock_ghz", "GHz"))
        },
        "tdp_w": log.record(machine.tdp),
    }
    name = "memory_bandwidth_gb_s"
    fields[name] = log.record(present(catalog.factor(GENERATIONS, generation, name, name, "GB/s")))
    return FactorsOf(Socket, fields)


def _generation(generation: str, catalog: Catalog) -> Row:
    """The row of a generation; tests of the tables check that it is there."""
    row = catalog.row(GENERATIONS, generation)
    if row is None:
        raise LookupError(f"{GENERATIONS} has no {generation}")
    return row


def usual_memory(machine: ResolvedMachine, catalog: Catalog, log: FactorLog) -> Factor:
    """Memory that a socket of such a machine usually has, with a warning [GB]."""
    factor = _of_machine_kind("processor_memory_gb", "GB", machine, catalog)
    text = f"The memory of a {machine.id} is what its owner chose; {factor.value:g} GB a socket are taken"
    log.add_warning("memory-assumed", f"{text}, which bounds how many requests are answered together.")
    return factor


def _of_machine_kind(name: str, unit: str, machine: ResolvedMachine, catalog: Catalog) -> Factor:
    """A figure of the kind of machine that a processor is in."""
    return present(catalog.factor(TABLE, (name, machine.trait("host_family")), "value", name, unit))


def resolve_idle_power(
    machine: ResolvedMachine, given_w: float | None, catalog: Catalog, log: FactorLog
) -> FactorsOf[IdlePower]:
    """Power of an accelerator that holds a model and waits: the caller's, the table's, or a share of its TDP.

    Args:
        machine: The accelerator.
        given_w: The caller's own figure. [W]
        catalog: The tables.
        log: Collects what is used.
    """
    if given_w is not None:
        return FactorsOf(IdlePower, {"given_w": log.record_input("accelerator_power_w", given_w, "W")})
    idle = catalog.factor("accelerators", machine.id, "idle_w", "accelerator_idle_w", "W")
    if idle is not None:
        fields = {"idle_w": log.record(idle), "open_context_w": log.record(_open_context(machine, catalog))}
        return FactorsOf(IdlePower, fields)
    share = "idle_share_of_tdp_consumer" if machine.trait("segment") in DROPS_BACK else "idle_share_of_tdp"
    fields = {
        "tdp_w": log.record(machine.tdp),
        "idle_share": log.record(catalog.default(share, "idle_share_of_tdp")),
    }
    return FactorsOf(IdlePower, fields)


def _open_context(machine: ResolvedMachine, catalog: Catalog) -> Factor:
    """What an open context adds to an idle chip: of the chip itself, of its segment, else of any."""
    scopes = (machine.family, machine.trait("segment"), ANY)
    found = (catalog.factor(TABLE, ("open_context_w", scope), "value", "open_context_w", "W") for scope in scopes)
    return present(next((factor for factor in found if factor is not None), None))
