"""Resolve requests to a model."""

from dataclasses import dataclass
from typing import get_args

from costsvc.errors import BadRequestError
from costsvc.model.chains.serving import ServingInputs
from costsvc.model.inputs import FactorsOf
from costsvc.reference.catalog import Catalog
from costsvc.requests.workloads import Precision, Serving, Subject, TextTask
from costsvc.resolve.log import FactorLog
from costsvc.resolve.machine import ResolvedHost, ResolvedMachine, resolve_count, resolve_host, resolve_machine
from costsvc.resolve.media import resolve_media
from costsvc.resolve.model_size import ModelSize, resolve_model_size
from costsvc.resolve.text import ResolvedText, resolve_text

TEXT_TASKS = get_args(TextTask)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ResolvedServing:
    """A resolved request to a model, without its place.

    Attributes:
        inputs: Inputs of its chain.
        text: The resolved text request; None for other tasks.
        machine: The machine.
        host: Host of the machine.
        size: Size of the model.
        precision: Precision of the weights.
        count: Number of accelerators of the request, None if not given.
    """

    inputs: FactorsOf[ServingInputs]
    text: ResolvedText | None
    machine: ResolvedMachine
    host: ResolvedHost
    size: ModelSize
    precision: Precision
    count: float | None


def resolve_serving(
    request: Serving, catalog: Catalog, log: FactorLog, size: ModelSize | None = None
) -> ResolvedServing:
    """Resolve a request to a model, without its place.

    Args:
        request: The request.
        catalog: The tables.
        log: Receives factors, warnings and gaps.
        size: Size of the model, if it is resolved already.

    Raises:
        UnknownNameError: If a name is not known.
        BadRequestError: If the model's size or a figure of the accelerator is not known.
    """
    machine = resolve_machine(request.machine, catalog)
    log.include(machine.log)
    count = resolve_count(request.machine, machine, catalog, log)
    size = size or _size_on_hardware(request.subject, catalog, log)
    precision = request.precision or size.precision or _native_precision(size, log) or machine.weights_precision
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


def _size_on_hardware(subject: Subject, catalog: Catalog, log: FactorLog) -> ModelSize:
    """The size of a model that runs on a named machine.

    Raises:
        UnknownNameError: If the model is not known.
        BadRequestError: If it is only known as a hosted model of unpublished size.
    """
    name = subject.model
    if name is not None and not is_open(name, catalog):
        sellers = catalog.hosted.sellers(name)
        if sellers:
            text = f"{name!r} is known as a hosted model whose size is not published; give provider: {sellers[0][0]}"
            raise BadRequestError(
                {"model": f"{text} in place of accelerator, or total_params_b and active_params_b in place of model"}
            )
    return resolve_model_size(subject, catalog, log)


def is_open(name: str, catalog: Catalog) -> bool:
    """Whether the size of a model is published, so that it can be estimated on any machine.

    Args:
        name: Its name.
        catalog: The tables.
    """
    reading = catalog.models.read(name)
    return reading is not None and bool(catalog.model(reading.id)["params_disclosed"])


def _native_precision(size: ModelSize, log: FactorLog) -> Precision | None:
    """The precision in which a model is published, if it is not 16 bits."""
    native: Precision | None = None if size.row is None else size.row.get("native_precision")
    if size.row is not None and native is not None:
        log.add_warning("precision-native", f"{size.row['model_id']} is published in {native}; this precision is used.")
    return native
