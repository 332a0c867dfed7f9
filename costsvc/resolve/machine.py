"""Resolve the machine of a workload: the accelerator and its host."""

from dataclasses import dataclass, field, replace

from costsvc.errors import BadRequestError
from costsvc.model.chains.surroundings import Manufacture
from costsvc.model.inputs import Constant, FactorsOf
from costsvc.model.power import Host
from costsvc.model.uncertainty import Factor
from costsvc.reference.catalog import Catalog
from costsvc.reference.names import is_managed
from costsvc.reference.reading import AcceleratorReading
from costsvc.reference.table import Row
from costsvc.requests.workloads import Machine, Precision
from costsvc.resolve.log import FactorLog, input_constant, present
from costsvc.resolve.units import agreed_count, sockets, warn_of_reading, warn_of_unit

ANY = "*"
PROCESSORS = "cpus"
PROCESSOR = "processor"
"""Scope of the fitted constants of all processors."""
CPU = {
    "power_family": "cpu",
    "mfu_family": ANY,
    "embodied_id": "class-cpu",
    "segment": "cpu",
}
"""Columns of all rows of the table of processors, which has only their power."""

WIDER: dict[Precision, tuple[Precision, ...]] = {
    "int4": ("int4", "int8", "fp8", "bf16", "fp16", "tf32", "fp32"),
    "fp4": ("fp4", "fp8", "bf16", "fp16", "tf32", "fp32"),
    "int8": ("int8", "bf16", "fp16", "tf32", "fp32"),
    "fp8": ("fp8", "bf16", "fp16", "tf32", "fp32"),
    "bf16": ("bf16", "fp16", "tf32", "fp32"),
    "fp16": ("fp16", "bf16", "tf32", "fp32"),
    "tf32": ("tf32", "fp32"),
    "fp32": ("fp32",),
}
"""Precisions of the arithmetic if a chip has no units for a precision, nearest first."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ResolvedMachine:
    """The accelerator that a request names.

    Attributes:
        id: Canonical name of the accelerator.
        device: Canonical name of the accelerator or of the slice.
        name: Canonical name of what was named: accelerator, slice or instance.
        row: Its row.
        per_host: Accelerators in one host.
        instance: Canonical name of the cloud instance, if one was named.
        provider: Provider of that instance.
        per_instance: Accelerators of one such instance.
        log: Warnings about the names.
        default_precision: bf16 if the chip has units for it, else fp16, else fp32.
        tdp: Thermal design power, or what the table holds in its place. [W]
        power_family: The family of accelerators that draw alike.
        may_be_at_home: Whether its host stands in a home or on a desk unless another building is named.
        slice: The part of an accelerator that was named; None for a whole one.
        held_share: Share of an accelerator that the slice keeps from others; None for a whole one. [1]
        memory_share: Share of an accelerator's memory; 1 for a whole one. [1]
        named: Accelerators that the name says; None if it says no number.
        box: Accelerators of the named machine, of which a request may have several.
    """

    id: str
    device: str
    name: str
    row: Row
    per_host: float
    default_precision: Precision
    tdp: Factor
    power_family: str
    may_be_at_home: bool
    instance: str | None = None
    provider: str | None = None
    per_instance: float = 1.0
    slice: AcceleratorReading | None = None
    held_share: Constant | None = None
    memory_share: float = 1.0
    named: float | None = None
    box: float = 1.0
    log: FactorLog = field(default_factory=FactorLog)

    @property
    def table(self) -> str:
        """The table of its row."""
        return "accelerators" if "vendor" in self.row else PROCESSORS

    @property
    def family(self) -> str:
        """The chip whose variants share their measurements."""
        return PROCESSOR if self.table == PROCESSORS else str(self.row.get("family") or self.id)

    def trait(self, name: str) -> str:
        """A key into another table: host_family, power_family, ..."""
        return str(self.row[name] if name in self.row else CPU[name])

    def computes_in(self, precision: Precision) -> Precision:
        """The precision of the arithmetic for weights of a precision; processors unpack them to 32 bits."""
        peak = self.peak(precision)
        return "fp32" if self.table == PROCESSORS else peak[0] if peak else precision

    def peak(self, precision: Precision) -> tuple[Precision, str] | None:
        """The precision of the chip's arithmetic for a wanted one, and the column of its peak."""
        for candidate in WIDER[precision]:
            column = f"peak_{candidate}_{'tops' if candidate.startswith('int') else 'tflops'}"
            if self.row.get(column) is not None:
                return candidate, column
        return None

    @property
    def weights_precision(self) -> Precision:
        """Default precision of served weights: processors read 16 bits, as models are published, and compute in 32."""
        return "bf16" if self.table == PROCESSORS else self.default_precision


def resolve_machine(spec: Machine, catalog: Catalog) -> ResolvedMachine:
    """Resolve the accelerator that a request names directly or by an instance.

    Args:
        spec: The names.
        catalog: The tables.

    Raises:
        UnknownNameError: If a name is not known.
    """
    machine: ResolvedMachine
    if spec.instance is not None:
        machine = catalog.memos[_of_instance](spec.instance)
    else:
        machine = catalog.memos[_of_name](spec.accelerator or "", spec.cores is not None)
    return machine


def resolve_count(spec: Machine, machine: ResolvedMachine, catalog: Catalog, log: FactorLog) -> float | None:
    """The number of accelerators of a request; None if it is not given.

    Raises:
        BadRequestError: If cores are given for a machine that is not a processor.
    """
    if spec.instance is not None:
        return machine.per_instance * (spec.instances or 1)
    if spec.cores is not None:
        return sockets(machine.table, machine.row, spec.cores, catalog, log)
    count = spec.accelerators
    if machine.named is not None:
        count = agreed_count(spec.accelerator or "", count, machine.named, machine.box)
    if count is None and machine.slice is not None:
        log.add_warning("accelerators-assumed", "accelerators is not given; 1 is assumed, since a job gets one slice.")
        return 1.0
    return count


def _of_name(catalog: Catalog, name: str, by_cores: bool) -> ResolvedMachine:  # a key of the cache
    if catalog.is_instance(name):
        machine = _of_instance(catalog, name)
        per_instance = machine.per_instance
        note = f"{name!r} is read as the instance {machine.instance} with {per_instance:g} of {machine.id}."
        machine.log.add_warning("accelerator-name", note)
        return replace(machine, named=per_instance, box=per_instance)
    reading, row = catalog.accelerator(name)
    log = FactorLog()
    warn_of_reading(name, reading, log)
    if not by_cores:
        warn_of_unit(reading.id, row, catalog, log)
    said = reading.says.get("accelerators")
    machine = _machine(reading.id, row, catalog, log)
    named = said if isinstance(said, float) else None
    machine = replace(machine, named=named, box=float(reading.box))
    return machine if reading.slice is None else _sliced(machine, reading)


def _sliced(machine: ResolvedMachine, reading: AcceleratorReading) -> ResolvedMachine:
    """A slice of a machine."""
    return replace(
        machine,
        device=reading.name,
        name=reading.name,
        slice=reading,
        held_share=input_constant("slice_held_share", reading.held_share, "1"),
        memory_share=reading.memory_share,
    )


def _of_instance(catalog: Catalog, name: str) -> ResolvedMachine:
    reading, instance = catalog.read_instance(name)
    log = FactorLog()
    if reading.notes:
        log.add_warning("instance-name", f"{name!r} is read as {reading.id}: {'; '.join(reading.notes)}.")
    if is_managed(name):
        text = f"SageMaker charges about 15 to 40 % more than EC2 for {instance['instance_type']}; not included."
        log.add_warning("price-without-service", text)
    _, row = catalog.accelerator(instance["accelerator_id"])
    chip = _machine(instance["accelerator_id"], row, catalog, log)
    return replace(
        chip,
        name=instance["instance_id"],
        instance=instance["instance_id"],
        provider=instance["provider"],
        per_instance=instance["accelerators"],
    )


def _machine(id_: str, row: Row, catalog: Catalog, log: FactorLog) -> ResolvedMachine:
    usual: tuple[Precision, ...] = ("bf16", "fp16")
    table = "accelerators" if "vendor" in row else PROCESSORS
    host = catalog.row("hosts", row["host_family"])
    return ResolvedMachine(
        id=id_,
        device=id_,
        name=id_,
        row=row,
        per_host=float(host["accelerators_per_host"]) if host else 1.0,
        may_be_at_home=host is not None and host["pue"] is not None,
        default_precision=next((p for p in usual if row.get(f"peak_{p}_tflops") is not None), "fp32"),
        power_family=str(row["power_family"] if "power_family" in row else CPU["power_family"]),
        tdp=present(catalog.factor(table, id_, "tdp_w", "accelerator_tdp_w", "W")),
        log=log,
    )


def compute_precision(machine: ResolvedMachine, wanted: Precision, log: FactorLog) -> tuple[Precision, str] | None:
    """The precision of the chip's arithmetic, with a warning if it is not the wanted one."""
    peak = machine.peak(wanted)
    if peak and peak[0] != wanted:
        message = f"{machine.id} has no {wanted} units: weights are stored in {wanted}, arithmetic is in {peak[0]}."
        log.add_warning("weights-only", message)
    return peak


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ResolvedHost:
    """The host of a machine.

    Attributes:
        power: Power figures.
        fabric: Power of the fabric, which counts only if a run spans several hosts.
        manufacture: Embodied CO2e of chip and host.
        power_log: Factors of its power, without the fabric.
        manufacture_log: Factors of its embodied CO2e.
    """

    power: FactorsOf[Host]
    fabric: Factor
    manufacture: FactorsOf[Manufacture]
    power_log: FactorLog
    manufacture_log: FactorLog


def resolve_host(catalog: Catalog, machine: ResolvedMachine) -> ResolvedHost:
    """Resolve the host of a machine from its host family and the size of a named instance.

    Call it as ``catalog.memos[resolve_host](machine)``: a machine has one host.

    Args:
        catalog: The tables.
        machine: The machine.
    """
    family = machine.trait("host_family")
    overhead, base, fabric, host_kg = (
        present(catalog.factor("hosts", family, column, f"host_{column}", unit))
        for column, unit in (("overhead_share", "1"), ("base_w", "W"), ("fabric_w", "W"), ("embodied_kg", "kg"))
    )
    power_log, manufacture_log = FactorLog(), FactorLog()
    power_log.record(overhead)
    power_log.record(base)
    share = _host_share(machine, catalog, power_log)
    chip_kg = present(catalog.factor("embodied", machine.trait("embodied_id"), "kg", "embodied_accelerator_kg", "kg"))
    life = catalog.default("embodied_service_life_years")
    utilization = catalog.default("hardware_utilization", scale="share")
    for factor in (host_kg, share, life, utilization, chip_kg):
        if factor is not None:
            manufacture_log.record(factor)
    manufacture_log.warnings.update(power_log.warnings)
    known = catalog.factor("hosts", family, "accelerators_per_host", "accelerators_per_host", "1")
    return ResolvedHost(
        power=FactorsOf(
            Host,
            {
                "overhead_share": overhead,
                "base_w": base,
                "host_share": share,
                "fabric_w": fabric,
                "per_host": machine.per_host,
                "held_share": machine.held_share,
            },
            shared=True,
        ),
        fabric=fabric,
        manufacture=FactorsOf(
            Manufacture,
            {
                "chip_kg": chip_kg,
                "host_kg": host_kg,
                "host_share": share,
                "per_host": machine.per_host if known is None else Constant(known),
                "service_life_years": life,
                "utilization": utilization,
                "held_share": machine.held_share,
            },
            shared=True,
        ),
        power_log=power_log,
        manufacture_log=manufacture_log,
    )


def _host_share(machine: ResolvedMachine, catalog: Catalog, log: FactorLog) -> Factor | None:
    """Processors per accelerator of a named instance, relative to the instance's largest size [1]."""
    if machine.instance is None or machine.table == PROCESSORS:
        return None
    share = catalog.factor("instances", machine.instance, "host_share", "host_share", "1")
    if share is None:
        text = f"The processors of {machine.instance} are not known; the mean share of a host is assumed."
        log.add_warning("host-share-unknown", text)
        return None
    return log.record(share)


def refuse_chip_above_server(spec: Machine) -> None:
    """Refuse a measured chip power that is above the server power.

    Raises:
        BadRequestError: If it is.
    """
    chip_w, it_w = spec.accelerator_power_w, spec.it_power_w
    if chip_w is not None and it_w is not None and chip_w > it_w:
        text = f"must not be above it_power_w ({it_w:g} W), got {chip_w:g} W"
        raise BadRequestError({"accelerator_power_w": text})
