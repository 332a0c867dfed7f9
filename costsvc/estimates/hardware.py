"""On what a workload runs: the accelerator, its share of the host, what both draw and embody."""

from dataclasses import dataclass, replace

from costsvc.errors import BadRequestError
from costsvc.estimates import units
from costsvc.estimates.facts import Facts, present
from costsvc.estimates.spec import Machine, Precision, Workload
from costsvc.model import power
from costsvc.model.footprint import embodied_kg
from costsvc.model.uncertainty import Factor, middle
from costsvc.reference.catalog import Catalog
from costsvc.reference.names import is_managed
from costsvc.reference.table import Row
from costsvc.units import Numeric

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

DROPS_BACK = ("consumer", "workstation", "laptop")
"""Segments whose drivers let a card fall back to low clocks while it holds a model and waits."""

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
"""At what a chip computes where it has no units for a precision, nearest first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hardware:
    """The accelerator of a workload and how many of them.

    Attributes:
        id: Canonical name of the accelerator.
        row: Its row.
        count: Accelerators of the run, None where the caller left it open.
        per_host: Accelerators in one host.
        instance: Canonical name of the cloud instance, where one was named.
        provider: Who rents that instance out.
        per_instance: Accelerators of one such instance.
    """

    id: str
    row: Row
    count: float | None
    per_host: float
    instance: str | None = None
    provider: str | None = None
    per_instance: float = 1.0

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
        """The precision of the arithmetic for weights of a wanted one: processors unpack them to 32 bits."""
        found = self.peak(precision)
        return "fp32" if self.table == PROCESSORS else found[0] if found else precision

    def peak(self, precision: Precision) -> tuple[Precision, str] | None:
        """The precision that the chip computes at for a wanted one, and the column of its peak."""
        for candidate in WIDER[precision]:
            column = f"peak_{candidate}_{'tops' if candidate.startswith('int') else 'tflops'}"
            if self.row.get(column) is not None:
                return candidate, column
        return None


def resolve(machine: Machine, facts: Facts) -> Hardware:
    """Find the accelerator that a request names, itself or through an instance.

    Raises:
        UnknownNameError: If a name is not known.
    """
    if machine.instance is not None:
        return _of_instance(machine, facts)
    match, row = facts.catalog.accelerator(machine.accelerator or "")
    if match.others:
        others = ", ".join(match.others)
        facts.warn("ambiguous-name", f"{machine.accelerator!r} is taken as {match.id}; it could also mean {others}.")
    found = Hardware(
        id=match.id,
        row=row,
        count=float(machine.accelerators) if machine.accelerators else None,
        per_host=_per_host(row, facts.catalog),
    )
    if machine.cores is not None:
        return replace(found, count=units.sockets(found.table, row, machine.cores, facts))
    units.say(machine.accelerator or "", match, row, facts)
    return found


def _of_instance(machine: Machine, facts: Facts) -> Hardware:
    asked = machine.instance or ""
    instance = facts.catalog.instance(asked)
    if is_managed(asked):
        text = f"SageMaker takes about 15 to 40 % more than EC2 for {instance['instance_type']}; that is not counted."
        facts.warn("price-without-service", text)
    _, row = facts.catalog.accelerator(instance["accelerator_id"])
    return Hardware(
        id=instance["accelerator_id"],
        row=row,
        count=instance["accelerators"] * (machine.instances or 1),
        per_host=_per_host(row, facts.catalog),
        instance=instance["instance_id"],
        provider=instance["provider"],
        per_instance=instance["accelerators"],
    )


def _per_host(row: Row, catalog: Catalog) -> float:
    host = catalog.row("hosts", row["host_family"])
    return float(host["accelerators_per_host"]) if host else 1.0


def default_precision(hardware: Hardware) -> Precision:
    """bf16 where the chip has units for it, else fp16, else fp32."""
    usual: tuple[Precision, ...] = ("bf16", "fp16")
    return next((p for p in usual if hardware.row.get(f"peak_{p}_tflops") is not None), "fp32")


def kept_precision(hardware: Hardware) -> Precision:
    """In what served weights are kept: processors read 16 bits, as models are published, and compute in 32."""
    return "bf16" if hardware.table == PROCESSORS else default_precision(hardware)


def compute_precision(hardware: Hardware, wanted: Precision, facts: Facts) -> tuple[Precision, str] | None:
    """The precision at which the chip computes, said in a warning where it is not the wanted one."""
    found = hardware.peak(wanted)
    if found and found[0] != wanted:
        message = f"{hardware.id} has no units for {wanted}: weights are kept in it, arithmetic runs in {found[0]}."
        facts.warn("weights-only", message)
    return found


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Power:
    """Mean power of one accelerator and of its share of the server [W]."""

    accelerator_w: Numeric
    it_w: Numeric


def training_power(
    hardware: Hardware, machine: Machine, workload: Workload, params_b: float | None, facts: Facts
) -> Power:
    """Mean power of a training run, measured or from the tables."""
    if machine.it_power_w is not None:
        it_w = facts.given("it_power_w", machine.it_power_w, "W")
        return Power(accelerator_w=_chip_of_server(hardware, machine, it_w, facts), it_w=it_w)
    if machine.accelerator_power_w is not None:
        chip_w = facts.given("accelerator_power_w", machine.accelerator_power_w, "W")
    else:
        fraction = facts.use(_power_fraction(hardware, workload, params_b, facts.catalog))
        chip_w = _drawn_w(hardware, machine, fraction, facts)
    return Power(accelerator_w=chip_w, it_w=server_w(hardware, chip_w, facts))


def _drawn_w(hardware: Hardware, machine: Machine, fraction: Numeric, facts: Facts) -> Numeric:
    """Watts of a chip under load: its share of the thermal design power, or of the limit it is set to [W]."""
    if machine.accelerator_power_limit_w is None:
        return power.accelerator_power_w(tdp_w(hardware, facts), fraction)
    limit = facts.given("accelerator_power_limit_w", machine.accelerator_power_limit_w, "W")
    if machine.accelerator_power_limit_w < middle(tdp_w(hardware, facts)):
        facts.warn("power-limited", "A limit below the rated power makes a run slower; its time is not changed for it.")
    return power.limited_power_w(tdp_w(hardware, facts), limit, fraction)


def _chip_of_server(hardware: Hardware, machine: Machine, it_w: Numeric, facts: Facts) -> Numeric:
    chip_w = machine.accelerator_power_w
    if chip_w is None:
        return power.accelerator_power_from_server_w(
            it_w, host_factor(hardware, "overhead_share", facts), base_w(hardware, facts)
        )
    if chip_w > (machine.it_power_w or 0.0):
        text = f"{chip_w:g} W is more than the {machine.it_power_w:g} W of its server; it must not be above it_power_w."
        raise BadRequestError({"accelerator_power_w": text})
    return facts.given("accelerator_power_w", chip_w, "W")


def tdp_w(hardware: Hardware, facts: Facts) -> Numeric:
    """Thermal design power, or what the table holds in its place [W]."""
    return facts.use(present(facts.catalog.factor(hardware.table, hardware.id, "tdp_w", "accelerator_tdp_w", "W")))


def idle_w(hardware: Hardware, machine: Machine, facts: Facts) -> Numeric:
    """Watts of an accelerator that holds a model and waits: the caller's, the table's, or a share of its TDP [W]."""
    if machine.accelerator_power_w is not None:
        return facts.given("accelerator_power_w", machine.accelerator_power_w, "W")
    idle = facts.catalog.factor("accelerators", hardware.id, "idle_w", "accelerator_idle_w", "W")
    if idle is not None:
        return facts.use(idle) + facts.use(_open_context(hardware, facts.catalog))
    share = "idle_share_of_tdp_consumer" if hardware.trait("segment") in DROPS_BACK else "idle_share_of_tdp"
    return power.accelerator_power_w(
        tdp_w(hardware, facts), facts.use(facts.catalog.default(share, "idle_share_of_tdp"))
    )


def _open_context(hardware: Hardware, catalog: Catalog) -> Factor:
    """What an open context adds to an idle chip: of the chip itself, of its segment, else of any."""
    scopes = (hardware.family, hardware.trait("segment"), ANY)
    found = (
        catalog.factor("serving_fit", ("open_context_w", scope), "value", "open_context_w", "W") for scope in scopes
    )
    return present(next((factor for factor in found if factor is not None), None))


def server_w(hardware: Hardware, chip_w: Numeric, facts: Facts) -> Numeric:
    """Server watts per accelerator around a chip's watts, with fabric where the run spans hosts."""
    share, base = host_factor(hardware, "overhead_share", facts), base_w(hardware, facts)
    spans = (hardware.count or 1.0) > hardware.per_host
    fabric = host_factor(hardware, "fabric_w", facts) if spans else 0.0
    return facts.show("it_power_w", power.server_power_w(chip_w, share, base, fabric), "W")


def base_w(hardware: Hardware, facts: Facts) -> Numeric:
    """Watts of the host that go with one accelerator of the machine, whatever it does [W]."""
    base, share = host_factor(hardware, "base_w", facts), _host_share(hardware, facts)
    return base if share is None else facts.show("host_base_part_w", power.host_part(base, share), "W")


def _host_share(hardware: Hardware, facts: Facts) -> Numeric | None:
    """How much of the host comes with an accelerator of a named instance, against its largest size [1]."""
    if hardware.instance is None or hardware.table == "cpus":
        return None
    found = facts.catalog.factor("instances", hardware.instance, "host_share", "host_share", "1")
    if found is None:
        text = f"The processors of {hardware.instance} are not known; it is given the mean share of its host."
        facts.warn("host-share-unknown", text)
        return None
    return facts.use(found)


def host_factor(hardware: Hardware, column: str, facts: Facts) -> Numeric:
    """A figure of the host's family, under the name ``host_<column>``."""
    unit = {"overhead_share": "1", "embodied_kg": "kg"}.get(column, "W")
    return facts.use(
        present(facts.catalog.factor("hosts", hardware.trait("host_family"), column, f"host_{column}", unit))
    )


def _power_fraction(hardware: Hardware, workload: Workload, params_b: float | None, catalog: Catalog) -> Factor:
    for family in (hardware.trait("power_family"), ANY):
        if keys := _fraction_keys(family, workload, params_b, catalog):
            return present(catalog.factor("power_fractions", keys[0], "fraction", "power_fraction", "1"))
    raise LookupError(f"power_fractions has no row for {workload} of any family")


def _fraction_keys(
    family: str, workload: Workload, params_b: float | None, catalog: Catalog
) -> list[tuple[str, str, float | None]]:
    """Keys of the rows that hold for a size, the narrowest first."""
    limits = catalog.group("power_fractions", family, workload)
    bounded = sorted(x for x in limits if x is not None and params_b is not None and params_b <= x)
    return [(family, workload, limit) for limit in (*bounded, *(x for x in limits if x is None))]


def embodied(hardware: Hardware, hours: Numeric, facts: Facts) -> Numeric:
    """Manufacture of chip and host share, by the hours used [kg]."""
    chip = present(
        facts.catalog.factor("embodied", hardware.trait("embodied_id"), "kg", "embodied_accelerator_kg", "kg")
    )
    host, part = host_factor(hardware, "embodied_kg", facts), _host_share(hardware, facts)
    if part is not None:
        host = facts.show("host_embodied_part_kg", power.host_part(host, part), "kg")
    life = facts.use(facts.catalog.default("embodied_service_life_years"))
    utilization = facts.use(facts.catalog.default("hardware_utilization", scale="share"))
    return embodied_kg(hours, facts.use(chip), host / _hosted(hardware, facts), life, utilization)


def _hosted(hardware: Hardware, facts: Facts) -> Numeric:
    """Accelerators that share a host."""
    column = "accelerators_per_host"
    known = facts.catalog.factor("hosts", hardware.trait("host_family"), column, column, "1")
    return hardware.per_host if known is None else facts.central(known)
