"""Processors that serve: what memory and cores of their generation give."""

from costsvc.estimates import hardware
from costsvc.estimates.facts import Facts, present
from costsvc.estimates.hardware import PROCESSORS, Hardware
from costsvc.model.processor import peak_tflops, power_limit_w
from costsvc.model.serving import ServingChip
from costsvc.model.uncertainty import Factor
from costsvc.reference.table import Row
from costsvc.units import Numeric

GENERATIONS = "processor_generations"
CODE = "processor-derived"


def chip(machine: Hardware, facts: Facts) -> ServingChip:
    """A socket as the serving formulas see it: like others of its generation, since no table has it by itself.

    Args:
        machine: The processor.
        facts: The tables; collects what was used and the warning.
    """
    generation = str(machine.row["generation"])
    row = _present_row(generation, facts)
    text = f"Memory bandwidth and peak of {machine.id} are those of its generation ({generation}: {row['memory']})"
    unknown = "filled channels, clock and power limit of the machine are not known"
    facts.warn(CODE, f"{text}, with a wide interval: {unknown}. Its arithmetic is taken to run in 32 bits.")
    ratio = facts.use(_by_machine("processor_power_ratio", "1", machine, facts))
    peak = peak_tflops(
        _cores(machine, generation, facts),
        _of(generation, "flop_per_cycle", "1", facts),
        _of(generation, "clock_ghz", "GHz", facts),
    )
    return ServingChip(
        tdp_w=power_limit_w(hardware.tdp_w(machine, facts), ratio),
        memory_bandwidth_gb_s=_of(generation, "memory_bandwidth_gb_s", "GB/s", facts),
        peak_tflops=peak,
        attention_tflops=peak,
    )


def memory(machine: Hardware, facts: Facts) -> Factor:
    """Memory that a socket of such a machine usually has; a warning tells that its owner chose it [GB]."""
    found = _by_machine("processor_memory_gb", "GB", machine, facts)
    text = f"The memory of a {machine.id} is what its owner chose; {found.value:g} GB a socket are taken"
    facts.warn("memory-assumed", f"{text}, which bounds how many requests are answered together.")
    return found


def _present_row(generation: str, facts: Facts) -> Row:
    """The row of a generation; tests of the tables see that it is there."""
    row = facts.catalog.row(GENERATIONS, generation)
    if row is None:
        raise LookupError(f"{GENERATIONS} has no {generation}")
    return row


def _of(generation: str, column: str, unit: str, facts: Facts) -> Numeric:
    return facts.use(present(facts.catalog.factor(GENERATIONS, generation, column, column, unit)))


def _cores(machine: Hardware, generation: str, facts: Facts) -> Numeric:
    """Cores of the socket: its own where they are known."""
    own = facts.catalog.factor(PROCESSORS, machine.id, "cores", "cores_per_socket", "1")
    return facts.use(own or present(facts.catalog.factor(GENERATIONS, generation, "cores", "cores_per_socket", "1")))


def _by_machine(name: str, unit: str, machine: Hardware, facts: Facts) -> Factor:
    """A figure of the kind of machine that a processor is in."""
    key = (name, machine.trait("host_family"))
    return present(facts.catalog.factor("serving_fit", key, "value", name, unit))
