"""Resolve the figures of an accelerator or processor that the serving chains need."""

from costsvc.errors import BadRequestError
from costsvc.model.chains.standby import IdlePower
from costsvc.model.chains.text_inputs import Socket
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
"""Segments whose drivers lower the clocks of an idle card that holds a model."""


def resolve_chip(
    machine: ResolvedMachine, precision: Precision, catalog: Catalog, log: FactorLog
) -> FactorsOf[ServingChip] | FactorsOf[Socket]:
    """Resolve the accelerator or processor at a precision.

    Args:
        machine: The machine.
        precision: Precision of the weights.
        catalog: The tables.
        log: Receives factors and warnings.

    Raises:
        BadRequestError: If its bandwidth or peak is not known.
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
    """The chip with the peak of attention, which runs at 16 bits whatever the precision of the weights."""
    wide = machine.peak(machine.default_precision)
    if wide is None or wide == machine.peak(precision):
        return chip
    peak = catalog.factor(machine.table, machine.id, wide[1], "attention_peak_tflops", "TFLOP/s")
    return chip.replaced(attention_tflops=log.record(present(peak)))


def _socket(machine: ResolvedMachine, catalog: Catalog, log: FactorLog) -> FactorsOf[Socket]:
    """A processor socket with the figures of its generation, since the tables have none of its own."""
    generation = str(machine.row["generation"])
    row = _generation(generation, catalog)
    text = f"Memory bandwidth and peak of {machine.id} are those of its generation ({generation}: {row['memory']})"
    unknown = "filled channels, clock and power limit of the machine are not known"
    log.add_warning(
        "processor-derived", f"{text}, with a wide interval: {unknown}. Its arithmetic is assumed to be in 32 bits."
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
    """Typical memory of a socket of such a machine, with a warning [GB]."""
    factor = _of_machine_kind("processor_memory_gb", "GB", machine, catalog)
    text = f"The memory of a {machine.id} depends on its owner; {factor.value:g} GB per socket are assumed"
    log.add_warning("memory-assumed", f"{text}, which limits the batch.")
    return factor


def _of_machine_kind(name: str, unit: str, machine: ResolvedMachine, catalog: Catalog) -> Factor:
    """A figure of the kind of machine that has this processor."""
    return present(catalog.factor(TABLE, (name, machine.trait("host_family")), "value", name, unit))


def resolve_idle_power(
    machine: ResolvedMachine, given_w: float | None, catalog: Catalog, log: FactorLog, *, whole: bool = False
) -> FactorsOf[IdlePower]:
    """Resolve the power of an idle accelerator or slice: from the request, the table, or as a share of its TDP.

    Args:
        machine: The accelerator.
        given_w: Idle power from the request. [W]
        catalog: The tables.
        log: Receives factors and warnings.
        whole: Whether the power is that of the accelerator, also if the machine is a slice.
    """
    if given_w is not None:
        return FactorsOf(IdlePower, {"given_w": log.record_input("accelerator_power_w", given_w, "W")})
    held = {} if whole else {"held_share": machine.held_share}
    idle = catalog.factor("accelerators", machine.id, "idle_w", "accelerator_idle_w", "W")
    if idle is not None:
        fields = {"idle_w": log.record(idle), "open_context_w": log.record(_open_context(machine, catalog)), **held}
        return FactorsOf(IdlePower, fields)
    share = "idle_share_of_tdp_consumer" if machine.trait("segment") in DROPS_BACK else "idle_share_of_tdp"
    fields = {
        "tdp_w": log.record(machine.tdp),
        "idle_share": log.record(catalog.default(share, "idle_share_of_tdp")),
        **held,
    }
    return FactorsOf(IdlePower, fields)


def _open_context(machine: ResolvedMachine, catalog: Catalog) -> Factor:
    """Additional power of an open context: of the chip, of its segment, or of any chip."""
    scopes = (machine.family, machine.trait("segment"), ANY)
    found = (catalog.factor(TABLE, ("open_context_w", scope), "value", "open_context_w", "W") for scope in scopes)
    return present(next((factor for factor in found if factor is not None), None))
