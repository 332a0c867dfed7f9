"""The replica that serves text: its devices, the sequences that it decodes together, and whether memory holds them."""

from dataclasses import replace

import numpy as np

from costsvc.estimates import processors
from costsvc.estimates.facts import Facts, present
from costsvc.estimates.hardware import PROCESSORS, Hardware
from costsvc.estimates.served import Fit
from costsvc.estimates.spec import Serving
from costsvc.model.architecture import ServedModel, cache_gb, fewest_accelerators, weights_gb
from costsvc.model.serving import Load
from costsvc.model.uncertainty import middle
from costsvc.units import Numeric


def placed(asked: Serving, model: ServedModel, load: Load, machine: Hardware, fit: Fit) -> tuple[Hardware, Load]:
    """Settle the number of accelerators and the batch.

    Args:
        asked: The request.
        model: The model, complete.
        load: Lengths and widths; devices and batch are still open.
        machine: The accelerator; its number may be open.
        fit: The calibrated constants; collects what was used.

    Returns:
        The machine with its number, and the load with devices and batch.
    """
    facts, batch = fit.facts, _batch(asked, machine, fit)
    device = device_gb(machine, fit)
    if machine.count is None:
        count = _fewest(model, load, 1.0 if batch is None else batch, machine, middle(device))
        facts.warn(
            "accelerators-assumed",
            f"The replica's accelerators were not given; {count:g} hold weights and cache in the fewest"
            " accelerator-hours for a request.",
        )
        machine = replace(machine, count=count)
    accelerators = facts.show("accelerators", machine.count or 1.0, "1")
    if np.isinf(middle(device)):
        if batch is not None or machine.table != PROCESSORS:
            return machine, replace(load, accelerators=accelerators, batch=1.0 if batch is None else batch)
        device = facts.central(processors.memory(machine, facts)) * facts.central(fit.find("usable_memory_share"))
    room = device * accelerators
    most = facts.show("largest_batch", largest_batch(model, load, room), "1")
    if asked.concurrency_share is not None:
        batch = np.maximum(facts.given("concurrency_share", asked.concurrency_share, "1") * most, 1.0)
    _say_memory(model, load, room, facts)
    if batch is None:
        return machine, replace(load, accelerators=accelerators, batch=most)
    _say_capped(asked, most, facts)
    running = facts.show("running_batch", np.minimum(batch, most), "1")
    return machine, replace(load, accelerators=accelerators, batch=running)


def device_gb(machine: Hardware, fit: Fit) -> Numeric:
    """Memory of one device that weights and cache may take; infinite where the table knows none [GB]."""
    if machine.row.get("memory_gb") is None:
        return np.inf
    memory = present(fit.facts.catalog.factor(machine.table, machine.id, "memory_gb", "memory_gb", "GB"))
    return fit.facts.central(memory) * fit.facts.central(fit.find("usable_memory_share"))


def _batch(asked: Serving, machine: Hardware, fit: Fit) -> Numeric | None:
    """Sequences decoded together; None where they follow from the rate or from what fits."""
    facts = fit.facts
    if asked.batch_size is not None:
        return facts.given("batch_size", asked.batch_size, "1")
    if asked.requests_per_s is not None or asked.concurrency_share is not None:
        return None
    facts.warn(
        "batch-assumed",
        "The batch was not given; it is by far the strongest input, and follows from what the machine is for."
        " Give batch_size or requests_per_s.",
    )
    return Fit(facts=facts, scopes=(str(machine.trait("segment")),)).use("default_batch", "batch_size")


def largest_batch(model: ServedModel, load: Load, room_gb: Numeric) -> Numeric:
    """Sequences whose cache fits beside the weights, each at its mean length; at least 1.

    Args:
        model: The model, complete.
        load: Lengths and widths.
        room_gb: Memory of the replica that weights and cache may take. [GB]

    Returns:
        Sequences. [1]
    """
    free = room_gb - weights_gb(model.total_params_b, load.weight_bytes)
    return np.maximum(free / cache_gb(model, 1.0, _mean_context(load), load.cache_bytes), 1.0)


def _mean_context(load: Load) -> Numeric:
    """Tokens that a sequence holds in the mean over its steps [token]."""
    return load.input_tokens + load.output_tokens / 2


def _say_capped(asked: Serving, most: Numeric, facts: Facts) -> None:
    if asked.batch_size is not None and asked.batch_size > middle(most):
        text = f"A batch of {asked.batch_size:g} does not fit in memory; {middle(most):.3g} sequences"
        facts.warn("batch-capped", f"{text} are decoded together, and the others wait.")


def _say_memory(model: ServedModel, load: Load, room_gb: Numeric, facts: Facts) -> None:
    needed, room = middle(_needed_gb(model, load, 1.0, _whole_context(load))), middle(room_gb)
    if needed > room:
        text = f"Weights and the cache of one request take {needed:.3g} GB, the replica's memory has {room:.3g} GB."
        facts.warn("does-not-fit", text)


def _whole_context(load: Load) -> Numeric:
    """Tokens that a sequence holds at its end [token]."""
    return load.input_tokens + load.output_tokens


def _needed_gb(model: ServedModel, load: Load, batch: Numeric, context: Numeric) -> Numeric:
    return weights_gb(model.total_params_b, load.weight_bytes) + cache_gb(model, batch, context, load.cache_bytes)


def _fewest(model: ServedModel, load: Load, batch: Numeric, machine: Hardware, device: float) -> float:
    """Devices of the smallest replica that holds weights and cache of the batch; a whole host where none does.

    It is also the one that takes the fewest accelerator-hours for a request: sharing a model among more devices divides
    the work, and adds to what is not divided.
    """
    one_gb = middle(_needed_gb(model, load, 1.0, _whole_context(load)))
    batch_gb = middle(_needed_gb(model, load, batch, _mean_context(load)))
    fewest, wanted = (fewest_accelerators(needed, device) for needed in (one_gb, batch_gb))
    return float(max(min(wanted, machine.per_host), fewest))
