"""Requests resolved in parts that many templates share: the work on machines, and its surroundings."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from costsvc.batch.row_numbers import ACCELERATOR_HOURS, ACTIVITIES, TRAINING_TOKENS
from costsvc.estimates.metered import resolve_metered
from costsvc.estimates.serving import NOT_FOR_CALLERS, record_request, resolve_request
from costsvc.estimates.training import record_training
from costsvc.model.chains.footprint import Footprint, footprint
from costsvc.model.chains.metered import metered_footprint
from costsvc.model.chains.serving import ServingInputs, serve_request
from costsvc.model.chains.surroundings import Surroundings
from costsvc.model.chains.text import complete_model
from costsvc.model.chains.text_inputs import TextInputs
from costsvc.model.chains.training import TrainingInputs, train
from costsvc.model.inputs import FactorsOf, central
from costsvc.reference.catalog import Catalog
from costsvc.requests.workloads import MeteredRun, Serving, Site, TrainingRun
from costsvc.resolve.hosted import complete_request
from costsvc.resolve.log import FactorLog
from costsvc.resolve.machine import ResolvedMachine
from costsvc.resolve.serving import resolve_serving
from costsvc.resolve.site import ResolvedSite, resolve_site
from costsvc.resolve.surroundings import ResolvedSurroundings, parts_at
from costsvc.resolve.training import resolve_training

Chain = Callable[[Any, Surroundings], Footprint]
PARTS = ("place", "manufacture", "price", "social")
"""Parts of the surroundings."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Located:
    """A place as that of some machines.

    Attributes:
        site: The place.
        log: Factors, warnings and gaps.
    """

    site: ResolvedSite
    log: FactorLog


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Around:
    """Surroundings of a request.

    Attributes:
        parts: Inputs of the chain: place, manufacture, price, social cost.
        logs: Their factors, warnings and gaps.
    """

    parts: tuple[FactorsOf[Any], ...]
    logs: tuple[FactorLog, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Work:
    """The part of a request that does not depend on its place.

    Attributes:
        chain: Runs the request in its surroundings.
        inputs: Inputs of the chain.
        log: Factors, warnings and gaps.
        activity: Number to which all results are proportional; None if there is none.
        machine: Its machine, whose surroundings follow from a place; None if ``around`` holds them.
        around: The surroundings of a request that cannot be resolved apart from its place.
    """

    chain: Chain
    inputs: FactorsOf[Any]
    log: FactorLog
    activity: str | None
    machine: ResolvedMachine | None = None
    around: Around | None = None


def needs_place(request: TrainingRun | Serving, catalog: Catalog) -> bool:
    """Whether a request can only be resolved together with its place.

    Args:
        request: The request.
        catalog: The reference tables.
    """
    if isinstance(request, Serving):
        return complete_request(request, catalog, FactorLog()).provider is not None
    return isinstance(request, MeteredRun)


def resolve_work(request: TrainingRun | Serving, catalog: Catalog) -> Work:
    """Resolve the part of a request that does not depend on its place.

    Args:
        request: The request.
        catalog: The reference tables.

    Raises:
        UnknownNameError: If a name is not known.
        BadRequestError: If fields contradict each other, or a required figure is not known.
    """
    if isinstance(request, MeteredRun):
        return _metered(request, catalog)
    if isinstance(request, TrainingRun):
        return _training(request, catalog)
    return _hosted(request, catalog) if needs_place(request, catalog) else _serving(request, catalog)


def locate(site: Site, machine: ResolvedMachine, catalog: Catalog) -> Located:
    """Resolve a place as that of a machine.

    Args:
        site: The place and prices of a request.
        machine: The machine.
        catalog: The reference tables.

    Raises:
        UnknownNameError: If a name is not known.
    """
    log = FactorLog()
    return Located(site=resolve_site(site, machine, catalog, log), log=log)


def resolve_around(place: Located, machine: ResolvedMachine, catalog: Catalog) -> Around:
    """Resolve the surroundings of a machine in a place.

    Args:
        place: The place.
        machine: The machine.
        catalog: The reference tables.
    """
    parts = parts_at(place.site, machine, catalog).values()
    return Around(
        parts=(place.site.inputs, *(one.inputs for one in parts)), logs=(place.log, *(one.log for one in parts))
    )


def _surrounded(around: ResolvedSurroundings) -> Around:
    """Surroundings whose factors are in the log of the work."""
    fields: Mapping[str, Any] = around.inputs.fields
    return Around(parts=tuple(fields[name] for name in PARTS))


def _training(run: TrainingRun, catalog: Catalog) -> Work:
    log = FactorLog()
    resolved = resolve_training(run, catalog, log)
    record_training(resolved, train(resolved.inputs.numbers(central)), log)
    activity = next((name for name in ACTIVITIES["training"] if getattr(run, name, None) is not None), None)
    if activity in {None, ACCELERATOR_HOURS}:
        # a run without given accelerators has more of them, and so a fabric, if it is longer
        activity = None if resolved.count is None else activity or TRAINING_TOKENS
    return Work(chain=run_training, inputs=resolved.inputs, log=log, activity=activity, machine=resolved.machine)


def _metered(run: MeteredRun, catalog: Catalog) -> Work:
    resolved = resolve_metered(run, catalog)
    activity = "energy_kwh" if run.energy_kwh is not None else "it_energy_kwh"
    return Work(
        chain=metered_footprint,
        inputs=resolved.inputs,
        log=resolved.log,
        activity=activity,
        around=_surrounded(resolved.around),
    )


def _serving(request: Serving, catalog: Catalog) -> Work:
    log = FactorLog()
    request = complete_request(request, catalog, log)
    resolved = resolve_serving(request, catalog, log)
    record_request(request, resolved, serve_request(resolved.inputs.numbers(central)), log)
    return Work(chain=run_serving, inputs=resolved.inputs, log=log, activity="requests", machine=resolved.machine)


def _hosted(request: Serving, catalog: Catalog) -> Work:
    resolved = resolve_request(request, catalog)
    served = serve_request(resolved.serving.inputs.numbers(central))
    record_request(resolved.request, resolved.serving, served, resolved.log)
    for code in NOT_FOR_CALLERS:
        resolved.log.warnings.pop(code, None)
    return Work(
        chain=run_serving,
        inputs=resolved.serving.inputs,
        log=resolved.log,
        activity="requests",
        around=_surrounded(resolved.around),
    )


def run_training(inputs: TrainingInputs, around: Surroundings) -> Footprint:
    """The footprint of a training run.

    Args:
        inputs: Inputs of the training chain.
        around: Its surroundings.
    """
    return footprint(train(inputs).usage, around)


def run_serving(inputs: ServingInputs, around: Surroundings) -> Footprint:
    """The footprint of one request to a model.

    Args:
        inputs: Inputs of the serving chain.
        around: Its surroundings.
    """
    return footprint(serve_request(inputs).usage, around)


def completed(inputs: Any) -> Any:
    """Inputs with what is computed once for a template rather than for each row.

    Args:
        inputs: Inputs of a chain, as columns of templates.
    """
    if isinstance(inputs, ServingInputs) and isinstance(inputs.task, TextInputs):
        return ServingInputs(task=complete_model(inputs.task), host=inputs.host)
    return inputs
