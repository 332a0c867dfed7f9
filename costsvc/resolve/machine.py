"""On what a workload runs: the accelerator and its host."""

from dataclasses import dataclass, field, replace

from costsvc.errors import BadRequestError
from costsvc.model.chains.footprint import Manufacture
from costsvc.model.inputs import Constant, FactorsOf
from costsvc.model.power import Host
from costsvc.model.uncertainty import Factor
from costsvc.reference.catalog import Catalog
from costsvc.reference.names import is_managed
from costsvc.reference.table import Row
from costsvc.requests.workloads import Machine, Precision
from costsvc.resolve.log import FactorLog, present
from costsvc.resolve.units import sockets, warn_of_unit

ANY = "*"
PROCESSORS = "cpus"
PROCESSOR = "processor"
"""The scope of the calibrated constants that hold for every processor."""
CPU = {
    "power_family": "cpu",
    "mfu_family": ANY,
    "embodied_id": "class-cpu",
    "segment": "cpu",
}
"""What holds for every processor of the table of processors, which names only their power."""

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
"""At what a chip computes that has no units for a precision, nearest first."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ResolvedMachine:
    """The accelerator that names lead to.

    Attributes:
        id: Canonical name of the accelerator.
        row: Its row.
        per_host: Accelerators in one host.
        instance: Canonical name of the cloud instance, where one was named.
        provider: Who rents that instance out.
        per_instance: Accelerators of one such instance.
        log: What the names have to warn of.
        default_precision: bf16 if the chip has units for it, else fp16, else fp32.
        tdp: Thermal design power, or what the table holds in its place. [W]
        power_family: The family of accelerators that draw alike.
    """

    id: str
    row: Row
    per_host: float
    default_precision: Precision
    tdp: Factor
    power_family: str
    instance: str | None = None
    provider: str | None = None
    per_instance: float = 1.0
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
        """A name that leads into another table: host_family, power_family, ..."""
        return str(self.row[name] if name in self.row else CPU[name])

    def computes_in(self, precision: Precision) -> Precision:
        """The precision of the arithmetic for weights of a given one: processors unpack them to 32 bits."""
        peak = self.peak(precision)
        return "fp32" if self.table == PROCESSORS else peak[0] if peak else precision

    def peak(self, precision: Precision) -> tuple[Precision, str] | None:
        """The precision that the chip computes at for a given one, and the column of its peak."""
        for candidate in WIDER[precision]:
            column = f"peak_{candidate}_{'tops' if candidate.startswith('int') else 'tflops'}"
            if self.row.get(column) is not None:
                return candidate, column
        return None

    @property
    def weights_precision(self) -> Precision:
        """In what served weights are kept: processors read 16 bits, as models are published, and compute in 32."""
        return "bf16" if self.table == PROCESSORS else self.default_precision


def resolve_machine(spec: Machine, catalog: Catalog) -> ResolvedMachine:
    """Find the accelerator that a request names, itself or by an instance.

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
    """How many accelerators a request names; None if it leaves their number open.

    Raises:
        BadRequestError: If cores are given of what is no processor.
    """
    if spec.instance is not None:
        return machine.per_instance * (spec.instances or 1)
    if spec.cores is not None:
        return sockets(machine.table, machine.row, spec.cores, catalog, log)
    return float(spec.accelerators) if spec.accelerators else None


def _of_name(catalog: Catalog, name: str, by_cores: bool) -> ResolvedMachine:  # a key of the cache
    match, row = catalog.accelerator(name)
    log = FactorLog()
    if match.others:
        others = ", ".join(match.others)
        log.add_warning("ambiguous-name", f"{name!r} is taken as {match.id}; it could also mean {others}.")
    if not by_cores:
        warn_of_unit(name, match, row, catalog, log)
    return _machine(match.id, row, catalog, log)


def _of_instance(catalog: Catalog, name: str) -> ResolvedMachine:
    instance = catalog.instance(name)
    log = FactorLog()
    if is_managed(name):
        text = f"SageMaker takes about 15 to 40 % more than EC2 for {instance['instance_type']}; that is not counted."
        log.add_warning("price-without-service", text)
    _, row = catalog.accelerator(instance["accelerator_id"])
    chip = _machine(instance["accelerator_id"], row, catalog, log)
    return replace(
        chip,
        instance=instance["instance_id"],
        provider=instance["provider"],
        per_instance=instance["accelerators"],
    )


def _machine(id_: str, row: Row, catalog: Catalog, log: FactorLog) -> ResolvedMachine:
    usual: tuple[Precision, ...] = ("bf16", "fp16")
    table = "accelerators" if "vendor" in row else PROCESSORS
    return ResolvedMachine(
        id=id_,
        row=row,
        per_host=_per_host(row, catalog),
        default_precision=next((p for p in usual if row.get(f"peak_{p}_tflops") is not None), "fp32"),
        power_family=str(row["power_family"] if "power_family" in row else CPU["power_family"]),
        tdp=present(catalog.factor(table, id_, "tdp_w", "accelerator_tdp_w", "W")),
        log=log,
    )


def _per_host(row: Row, catalog: Catalog) -> float:
    host = catalog.row("hosts", row["host_family"])
    return float(host["accelerators_per_host"]) if host else 1.0


def compute_precision(machine: ResolvedMachine, wanted: Precision, log: FactorLog) -> tuple[Precision, str] | None:
    """The precision at which the chip computes, with a warning if it is not the given one."""
    peak = machine.peak(wanted)
    if peak and peak[0] != wanted:
        message = f"{machine.id} has no units for {wanted}: weights are kept in it, arithmetic runs in {peak[0]}."
        log.add_warning("weights-only", message)
    return peak


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ResolvedHost:
    """The host of a machine.

    Attributes:
        power: What it draws.
        fabric: Power between hosts, which counts only if a run spans several.
        manufacture: What chip and host embody.
        power_log: What its power rests on, without the fabric.
        manufacture_log: What the manufacture rests on.
    """

    power: FactorsOf[Host]
    fabric: Factor
    manufacture: FactorsOf[Manufacture]
    power_log: FactorLog
    manufacture_log: FactorLog


def resolve_host(catalog: Catalog, machine: ResolvedMachine) -> ResolvedHost:
    """The host of a machine, from the family of its hosts and the size of a named instance.

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
            },
            shared=True,
        ),
        power_log=power_log,
        manufacture_log=manufacture_log,
    )


def _host_share(machine: ResolvedMachine, catalog: Catalog, log: FactorLog) -> Factor | None:
    """How much of the host comes with an accelerator of a named instance, against its largest size [1]."""
    if machine.instance is None or machine.table == PROCESSORS:
        return None
    share = catalog.factor("instances", machine.instance, "host_share", "host_share", "1")
    if share is None:
        text = f"The processors of {machine.instance} are not known; it is given the mean share of its host."
        log.add_warning("host-share-unknown", text)
        return None
    return log.record(share)


def refuse_chip_above_server(spec: Machine) -> None:
    """Refuse a measured power of the chip that is above that of its server.

    Raises:
        BadRequestError: If it is.
    """
    chip_w, it_w = spec.accelerator_power_w, spec.it_power_w
    if chip_w is not None and it_w is not None and chip_w > it_w:
        text = f"{chip_w:g} W is more than the {it_w:g} W of its server; it must not be above it_power_w."
        raise BadRequestError({"accelerator_power_w": text})
