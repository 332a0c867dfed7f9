"""Machines of a FOCUS bill: instance types and accelerators, which each cloud writes somewhere else."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

from costsvc.batch.formats.focus_charge import Charge, cloud, first

CPU_ONLY = "a machine without accelerator"
OF_A_MACHINE = "a part, a licence or a fee of a machine, which has rows of its own"
NO_MACHINE = "no instance type, accelerator or tokens"
SPOT = re.compile(r"\b(?:spot|preemptible|low priority)", re.IGNORECASE)
INSTANCE = "SkuPriceDetails.InstanceType"
AZURE_SIZE = "x_SkuDetails.ServiceType"
METERS = ("SkuMeter", "x_UsageType")
AZURE_METERS = ("x_SkuMeterName", "SkuMeter")
DESCRIPTIONS = ("SkuMeter", "x_SkuDescription", "ChargeDescription")
USAGE_TYPE = re.compile(r"^(?:[A-Z]{2,4}\d{0,2}-)?(?P<use>[A-Za-z]+):(?P<type>[a-z0-9-]+(?:\.[a-z0-9-]+)+)$")
"""A type of usage of AWS: ``EUW2-BoxUsage:p5.48xlarge``."""
USES = ("BoxUsage", "SpotUsage", "DedicatedUsage", "HostBoxUsage")
"""Uses that are the time of a machine of EC2; ``Reservation:`` counts used and unused time once more."""
UNUSED = ("UnusedBox", "UnusedDed", "UnusedDedicated")
MANAGED = "ml."
"""Prefix of SageMaker to instance types, whose uses are ``Train``, ``Host`` and many more."""
RUNS = "RunInstances"
"""Begin of the operations of EC2 that are the time of a machine."""
AZURE_METER = re.compile(
    r"^(?P<size>(?:Standard_|Basic_)?[A-Z]{1,4}\d+[\w -]*?)(?: (?:Spot|Low Priority|Promo|Expired))?(?:/.*)?$"
)
"""A meter of Azure: ``ND96isr H100 v5 Spot``, ``D2 v3/D2s v3``."""
AZURE_MACHINES = "virtual machines"
GOOGLE_GPU = re.compile(
    r"\bnvidia (?P<card>[\w -]+?)(?: \(.*?\))?(?: gpus?| accelerators?)?(?: attached| running| in |$)", re.IGNORECASE
)
"""A card in a text of Google: ``Nvidia H100 80GB GPU attached to Spot Preemptible VMs running in Americas``."""
GOOGLE_TPU = re.compile(r"\b(?P<card>tpu[ -]?v(?:[4-9]|\d\d)(?:e|p)?|trillium|ironwood)", re.IGNORECASE)
"""Chips in a text of Google; the meters of v2 and v3 count boards and are not read."""
GOOGLE_PART = re.compile(r"\b(?:cores?|ram|cpu|vcpu|memory|licensing fee)\b", re.IGNORECASE)
GOOGLE_FEE = re.compile(r"^commitment", re.IGNORECASE)
GOOGLE_HOST = re.compile(r"\b(?:a\d\w?|g\d|ct\d\w*)\b|nvidia", re.IGNORECASE)
"""Machines of Google that carry accelerators."""
GOOGLE_CARDS = {"rtx 6000 96gb": "RTX PRO 6000", "tesla a100": "A100 40GB", "tesla a100 80gb": "A100 80GB"}
"""Cards that Google's texts call otherwise than their maker."""
ORACLE_GPU = re.compile(r"\bcompute - gpu - (?P<card>\w+(?: - v2)?)", re.IGNORECASE)
"""A card in a text of Oracle: ``OCI - Compute - GPU - H100``."""
ORACLE_CARDS = {"e2": "P100", "e3": "V100", "e4": "A100 40GB", "a100 - v2": "A100 80GB", "h100t": "H100"}
"""Cards that Oracle's texts call by the generation of their machines."""
PROCESSORS_ONLY = {
    "aws": re.compile(r"^(?:ml\.)?(?:a|c|d|h|hpc|i|im|is|m|mac|r|t|u|x|z)-?\d"),
    "azure": re.compile(r"^(?:Standard_|Basic_)?+(?!N)[A-Z]", re.IGNORECASE),
    "gcp": re.compile(r"^(?:[cehmntxz]\d|[fg]1-|custom)"),
    "oci": re.compile(r"^(?:VM|BM)\.(?!GPU)", re.IGNORECASE),
}
"""Families without accelerators; a machine of none of them is looked up in the tables."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Machine:
    """A machine of a charge.

    Attributes:
        field: Field of the request for its name: ``instance`` or ``accelerator``.
        name: Its name.
        source: The column that has it.
        is_spot: Whether its meter is one of spot machines.
        is_unused: Whether its meter is one of machines that nobody used.
    """

    field: str = "instance"
    name: str
    source: str
    is_spot: bool = False
    is_unused: bool = False


def read_machine(charge: Charge) -> Machine | str:
    """The machine of a charge, or why it is about none.

    Args:
        charge: The charge.
    """
    operator = cloud(charge) or ""
    found = READERS[operator](charge) if operator in READERS else _instance(charge, None) or NO_MACHINE
    processors = PROCESSORS_ONLY.get(operator)
    if isinstance(found, str) or found.field != "instance" or processors is None:
        return found
    return CPU_ONLY if processors.match(found.name) else found


def _instance(charge: Charge, metered: tuple[str, str] | None) -> Machine | None:
    """The instance of a charge: from the columns that have nothing else, or from its meter."""
    given = first(charge, (INSTANCE, AZURE_SIZE, "x_InstanceType")) or metered
    return None if given is None else Machine(name=given[1], source=given[0].partition(".")[0])


def _aws(charge: Charge) -> Machine | str:
    column, meter = first(charge, METERS) or ("", "")
    usage = USAGE_TYPE.match(meter)
    found = _instance(charge, (column, usage["type"]) if usage else None)
    if found is None:
        return NO_MACHINE
    use = usage["use"] if usage else USES[0]
    is_ec2 = charge.get("x_ServiceCode") == "AmazonEC2"
    runs = not is_ec2 or charge.get("x_Operation", RUNS).startswith(RUNS)
    if not found.name.startswith(MANAGED) and (use not in USES + UNUSED or not runs):
        return OF_A_MACHINE
    return replace(found, is_spot=use == "SpotUsage", is_unused=use in UNUSED)


def _azure(charge: Charge) -> Machine | str:
    category = charge.get("x_SkuMeterCategory", AZURE_MACHINES).casefold()
    if category != AZURE_MACHINES:
        return OF_A_MACHINE if category.startswith(AZURE_MACHINES) else NO_MACHINE
    column, meter = first(charge, AZURE_METERS) or ("", "")
    size = AZURE_METER.match(meter)
    found = _instance(charge, (column, size["size"]) if size else None)
    return NO_MACHINE if found is None else replace(found, is_spot=SPOT.search(meter) is not None)


def _google(charge: Charge) -> Machine | str:
    texts = {column: charge[column] for column in DESCRIPTIONS if column in charge}
    if any(GOOGLE_PART.search(text) for text in texts.values()):
        return OF_A_MACHINE if any(GOOGLE_HOST.search(text) for text in texts.values()) else CPU_ONLY
    if any(GOOGLE_FEE.match(text) for text in texts.values()) and charge.get("CommitmentDiscountStatus") != "Unused":
        return OF_A_MACHINE
    return _card(texts, (GOOGLE_GPU, GOOGLE_TPU), GOOGLE_CARDS) or _instance(charge, None) or NO_MACHINE


def _oracle(charge: Charge) -> Machine | str:
    texts = {column: charge[column] for column in DESCRIPTIONS if column in charge}
    return _card(texts, (ORACLE_GPU,), ORACLE_CARDS) or _instance(charge, None) or NO_MACHINE


def _card(texts: Mapping[str, str], patterns: tuple[re.Pattern[str], ...], names: Mapping[str, str]) -> Machine | None:
    """The accelerator in the texts of a meter that counts accelerators, not machines."""
    for column, text in texts.items():
        for pattern in patterns:
            if found := pattern.search(text):
                name = names.get(found["card"].casefold(), found["card"])
                return Machine(field="accelerator", name=name, source=column, is_spot=SPOT.search(text) is not None)
    return None


READERS = {"aws": _aws, "azure": _azure, "gcp": _google, "oci": _oracle}
