"""Requests to a model: from what the caller gave to the inputs of their chain."""

from dataclasses import dataclass
from typing import get_args

from costsvc.model.chains.serving import ServingInputs
from costsvc.model.inputs import FactorsOf
from costsvc.reference.catalog import Catalog
from costsvc.requests.workloads import Precision, Serving, TextTask
from costsvc.resolve.log import FactorLog
from costsvc.resolve.machine import ResolvedHost, ResolvedMachine, resolve_count, resolve_host, resolve_machine
from costsvc.resolve.media import resolve_media
from costsvc.resolve.model_size import ModelSize, resolve_model_size
from costsvc.resolve.text import ResolvedText, resolve_text

TEXT_TASKS = get_args(TextTask)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ResolvedServing:
    """A request to a model, resolved but for its place.

    Attributes:
        inputs: What its chain takes.
        text: What is recorded of a request answered in text once its numbers are known; None for other tasks.
        machine: On what it is answered.
        host: The host of that.
        size: Parameters of the model.
        precision: In which the weights are kept.
        count: How many accelerators the request names, None if it leaves their number open.
    """

    inputs: FactorsOf[ServingInputs]
    text: ResolvedText | None
    machine: ResolvedMachine
    host: ResolvedHost
    size: ModelSize
    precision: Precision
    count: float | None


def resolve_serving(request: Serving, catalog: Catalog, log: FactorLog) -> ResolvedServing:
    """Complete a request to a model but for its place.

    Args:
        request: What the caller gave.
        catalog: The tables.
        log: Collects what is used and what is missing.

    Raises:
        UnknownNameError: If a name is not known.
        BadRequestError: If the model's size or a figure of the accelerator is not known.
    """
    machine = resolve_machine(request.machine, catalog)
    log.include(machine.log)
    count = resolve_count(request.machine, machine, catalog, log)
    size = resolve_model_size(request.subject, catalog, log)
    precision = request.precision or _native_precision(size, log) or machine.weights_precision
    text = None
    if request.task in TEXT_TASKS:
        text = resolve_text(request, size, (machine, count), precision, catalog, log)
        task: object = text.inputs
    else:
        task = resolve_media(request, size, (machine, count), precision, catalog, log)
        count = count or 1.0
    host: ResolvedHost = catalog.memos[resolve_host](machine)
    log.include(host.power_log)
    return ResolvedServing(
        inputs=FactorsOf(ServingInputs, {"task": task, "host": host.power}),
        text=text,
        machine=machine,
        host=host,
        size=size,
        precision=precision,
        count=count,
    )


def _native_precision(size: ModelSize, log: FactorLog) -> Precision | None:
    """The precision in which a model is published, if it is not 16 bits."""
    native: Precision | None = None if size.row is None else size.row.get("native_precision")
    if size.row is not None and native is not None:
        log.add_warning("precision-native", f"{size.row['model_id']} is published in {native}; it is served so.")
    return native
