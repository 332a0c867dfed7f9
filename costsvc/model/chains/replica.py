"""The replica that serves text: number of devices, batch, and memory."""

from dataclasses import dataclass, replace

import numpy as np

from costsvc.model.architecture import ServedModel, cache_gb, fewest_accelerators, weights_gb
from costsvc.model.inputs import choose, decisive, label, restart
from costsvc.model.serving import Load
from costsvc.units import Numeric


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ReplicaInputs:
    """Inputs that determine devices and batch of a replica; None if open or not known.

    Attributes:
        accelerators: Its devices. [1]
        per_host: Accelerators in one host. [1]
        batch: Sequences decoded together, given or typical for the machine. [1]
        concurrency_share: Batch relative to the largest that fits. [1]
        memory_gb: Memory of one device. [GB]
        assumed_memory_gb: Typical memory of such a device, if its own is not known. [GB]
        usable_share: Share of the memory for weights and cache. [1]
        memory_share: Share of a device's memory in a slice; None for whole devices. [1]
    """

    accelerators: Numeric | None
    per_host: Numeric
    batch: Numeric | None
    concurrency_share: Numeric | None
    memory_gb: Numeric | None
    assumed_memory_gb: Numeric | None
    usable_share: Numeric
    memory_share: Numeric | None = None


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Replica:
    """A replica with its devices and batch.

    Attributes:
        load: Its load, complete.
        largest_batch: Sequences whose cache fits beside the weights; infinite if memory is not known. [1]
        needed_gb: Memory of the weights and the cache of one request; NaN if memory is not known. [GB]
        room_gb: Memory available for weights and cache. [GB]
    """

    load: Load
    largest_batch: Numeric
    needed_gb: Numeric
    room_gb: Numeric


def replica(model: ServedModel, load: Load, inputs: ReplicaInputs) -> Replica:
    """Determine devices and batch of a replica.

    Args:
        model: The model, complete.
        load: Lengths and precisions; devices and batch are open.
        inputs: Inputs that determine devices and batch.

    Returns:
        The replica.
    """
    device = None if inputs.memory_gb is None else inputs.memory_gb * inputs.usable_share
    if device is not None and inputs.memory_share is not None:
        device = label(device * inputs.memory_share, "slice_memory_gb", "GB")
    accelerators = inputs.accelerators
    if accelerators is None:
        accelerators = restart(_fewest(model, load, inputs, device), model.total_params_b, "accelerators", "1")
    load = replace(load, accelerators=accelerators)
    if inputs.assumed_memory_gb is not None:
        device = inputs.assumed_memory_gb * inputs.usable_share
    if device is None:
        batch = 1.0 if inputs.batch is None else inputs.batch
        return Replica(load=replace(load, batch=batch), largest_batch=np.inf, needed_gb=np.nan, room_gb=np.inf)
    room = device * accelerators
    most = label(largest_batch(model, load, room), "largest_batch", "1")
    return Replica(
        load=replace(load, batch=_running(inputs, most)),
        largest_batch=most,
        needed_gb=_needed_gb(model, load, 1.0, load.input_tokens + load.output_tokens),
        room_gb=room,
    )


def _running(inputs: ReplicaInputs, most: Numeric) -> Numeric:
    """The batch: given or typical, capped at the largest that fits."""
    batch = inputs.batch
    if inputs.concurrency_share is not None:
        batch = np.maximum(inputs.concurrency_share * most, 1.0)
    return most if batch is None else label(np.minimum(batch, most), "running_batch", "1")


def largest_batch(model: ServedModel, load: Load, room_gb: Numeric) -> Numeric:
    """Largest batch whose cache fits beside the weights, each sequence at its mean length; at least 1.

    Args:
        model: The model, complete.
        load: Lengths and precisions.
        room_gb: Memory of the replica for weights and cache. [GB]

    Returns:
        Sequences. [1]
    """
    free = room_gb - weights_gb(model.total_params_b, load.weight_bytes)
    return np.maximum(free / cache_gb(model, 1.0, _mean_context(load), load.cache_bytes), 1.0)


def _mean_context(load: Load) -> Numeric:
    """Mean length of a sequence over its decode steps [token]."""
    return load.input_tokens + load.output_tokens / 2


def _needed_gb(model: ServedModel, load: Load, batch: Numeric, context: Numeric) -> Numeric:
    return weights_gb(model.total_params_b, load.weight_bytes) + cache_gb(model, batch, context, load.cache_bytes)


def _as_it_is(number: Numeric) -> Numeric:
    return number


def _fewest(model: ServedModel, load: Load, inputs: ReplicaInputs, device_gb: Numeric | None) -> Numeric:
    """Devices of the smallest replica that holds the batch, at most one host unless one request needs more.

    It also takes the fewest accelerator-hours per request, because more devices share the work but add overheads.
    The provider of a model of unpublished size knows it: each draw of the size has its own replica.
    """
    settle = _as_it_is if isinstance(model.sparsity, np.ndarray) else decisive
    device = np.inf if device_gb is None else decisive(device_gb)
    batch = 1.0 if inputs.batch is None else inputs.batch
    one_gb = settle(_needed_gb(model, load, 1.0, load.input_tokens + load.output_tokens))
    batch_gb = settle(_needed_gb(model, load, batch, _mean_context(load)))
    wanted = np.minimum(fewest_accelerators(batch_gb, device), decisive(inputs.per_host))
    fewest = fewest_accelerators(one_gb, device)
    return choose(wanted > fewest, wanted, fewest)
