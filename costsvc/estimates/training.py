"""Estimates of training runs, from their hours or from parameters and tokens."""

from dataclasses import dataclass

from costsvc.answers.estimate import TrainingEstimate
from costsvc.answers.explanation import Step
from costsvc.answers.request_body import RequestBody
from costsvc.estimates import answer
from costsvc.estimates.answer import canonicalize_request
from costsvc.estimates.explanation import list_steps
from costsvc.estimates.metered import estimate_metered
from costsvc.model.chains.footprint import Footprint, footprint
from costsvc.model.chains.training import Training, train
from costsvc.model.explanation import naming_formulas
from costsvc.model.inputs import Number, decisive, traced
from costsvc.model.uncertainty import central_value, sample
from costsvc.reference.catalog import Catalog
from costsvc.requests.workloads import MeteredRun, TrainingRun
from costsvc.resolve.log import FactorLog
from costsvc.resolve.surroundings import ResolvedSurroundings, resolve_surroundings
from costsvc.resolve.training import ResolvedTraining, resolve_training
from costsvc.units import G_PER_KG, H_PER_YEAR, Numeric

MOST_TOGETHER, MOST_OF_OTHERS = 200_000, 10_000
"""Accelerators of the largest clusters that are known in 2026, and a generous bound for machines of other places."""
LONGEST_YEARS = 2.0
"""A run that would take longer is not planned: hardware doubles its speed in that time."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ResolvedRun:
    """A resolved training run with its site and prices.

    Attributes:
        run: The run itself.
        around: Its site and prices.
        log: The factors, warnings and gaps.
    """

    run: ResolvedTraining
    around: ResolvedSurroundings
    log: FactorLog


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class TrainingResult:
    """The results of a training run.

    Attributes:
        training: Its use of machines.
        footprint: The footprint of all phases.
    """

    training: Training
    footprint: Footprint


def estimate_training(run: TrainingRun, catalog: Catalog, *, explain: bool = False) -> TrainingEstimate:
    """Estimate energy, CO2e, water and cost of a training run.

    Args:
        run: The run.
        catalog: The reference tables.
        explain: Whether the answer contains its calculation steps.

    Raises:
        UnknownNameError: If a name is not known.
        BadRequestError: If fields contradict each other.
    """
    if isinstance(run, MeteredRun):
        return estimate_metered(run, catalog, explain=explain)
    resolved = resolve_run(run, catalog)
    result = compute_run(resolved)
    record_run(resolved, result.training)
    estimate = _answer(run, resolved, result, catalog)
    if explain:
        estimate["explanation"] = _explain(resolved)
    return estimate


def resolve_run(run: TrainingRun, catalog: Catalog) -> ResolvedRun:
    """Resolve a training run and its site; see :func:`estimate_training` for what it raises."""
    log = FactorLog()
    resolved = resolve_training(run, catalog, log)
    around = resolve_surroundings(run.site, resolved.machine, catalog, log)
    return ResolvedRun(run=resolved, around=around, log=log)


def compute_run(resolved: ResolvedRun, number: Number = sample) -> TrainingResult:
    """Run the chain of a training run.

    Args:
        resolved: The run.
        number: Converts each factor to a number.
    """
    training = train(resolved.run.inputs.numbers(number))
    return TrainingResult(
        training=training, footprint=footprint(training.usage, resolved.around.inputs.numbers(number))
    )


def record_run(resolved: ResolvedRun, training: Training) -> None:
    """Log the assumptions and limits that depend on the results of a run."""
    record_training(resolved.run, training, resolved.log)


def record_training(run: ResolvedTraining, training: Training, log: FactorLog) -> None:
    """Log what depends on the results of a run: assumed accelerators, power limit, fabric, memory."""
    count = _count(run, training)
    if training.in_time is not None and training.wanted is not None:
        days = log.factors["longest_run_days"].value
        in_time, wanted = float(training.in_time), float(training.wanted)
        reason = "whole hosts with enough memory" if wanted > in_time else f"whole hosts that finish in {days:g} days"
        reason = reason if count == wanted else "the largest number that a request may have"
        log.add_warning("accelerators-assumed", f"accelerators is not given; {count:g} is assumed: {reason}.")
    if training.limited:
        log.add_warning(
            "power-limited", "A power limit below the rated power slows a run down; the run time does not include this."
        )
    if training.usage.has_fabric:
        log.record(run.host.fabric)
    _warn_of_plan(run, training, count, log)
    excess = too_large(run, training, count)
    if excess is not None and run.fits is not None and training.needed_gb is not None:
        fewest = float(run.fits.fewest(training.needed_gb))
        log.add_warning("does-not-fit", f"{excess} The smallest number that fits is {fewest:g}.")


def _warn_of_plan(run: ResolvedTraining, training: Training, count: float, log: FactorLog) -> None:
    """Warn of plans that nobody could carry out: more accelerators than anybody runs together, or years of time."""
    most = MOST_TOGETHER if run.machine.trait("segment") == "datacenter" else MOST_OF_OTHERS
    if count > most:
        text = f"{count:,.0f} x {run.machine.device} is more than anybody runs together (about {most:,})."
        log.add_warning("implausible-accelerators", f"{text} A faster accelerator needs fewer.")
    years = central_value(training.duration_h) / H_PER_YEAR
    if years > LONGEST_YEARS:
        text = f"The run takes {years:,.3g} years on {count:,g} accelerators. More of them, or faster ones, take less."
        log.add_warning("implausible-duration", text)


def _count(run: ResolvedTraining, training: Training) -> float:
    """Number of accelerators of a run: from the request, or the assumed one."""
    return float(decisive(training.usage.accelerators)) if run.count is None else run.count


def too_large(run: ResolvedTraining, training: Training, count: float) -> str | None:
    """Why a run does not fit in memory; None if it fits or the memory is not known."""
    if run.fits is None or training.needed_gb is None:
        return None
    needed_gb, each_gb = float(training.needed_gb), float(run.fits.each_gb)
    if needed_gb <= count * each_gb:
        return None
    return (
        f"Weights, gradients, optimizer states and activations take {needed_gb:.4g} GB; "
        f"{count:g} x {run.machine.device} have {count * each_gb:.4g} GB available."
    )


def canonicalize_run(run: TrainingRun, resolved: ResolvedRun, result: Training) -> RequestBody:
    """The canonical request of a run."""
    count = _count(resolved.run, result)
    choices = {"precision": resolved.run.precision}
    return canonicalize_request(run.payload, resolved.run.machine, count, resolved.around.site, choices)


def _answer(run: TrainingRun, resolved: ResolvedRun, result: TrainingResult, catalog: Catalog) -> TrainingEstimate:
    request = canonicalize_run(run, resolved, result.training)
    body, q = answer.build_estimate(
        request, result.footprint, _extra(resolved, result), resolved.around.site, resolved.log, catalog
    )
    return {
        **body,
        "duration_h": q["duration_h"],
        "training_flop": q["training_flop"],
        "phases": answer.list_phases(body, run.overheads),
        "sci": {"g_per_unit": q["g_per_unit"], "unit": "training run"},
    }


def _extra(resolved: ResolvedRun, result: TrainingResult) -> dict[str, Numeric | None]:
    known = "carbon.total_kg" not in resolved.log.unavailable
    return {
        "duration_h": result.training.duration_h,
        "training_flop": result.training.flop,
        "g_per_unit": result.footprint.total_kg * G_PER_KG if known else None,
    }


def _explain(resolved: ResolvedRun) -> list[Step]:
    with naming_formulas():
        result = compute_run(resolved, traced)
    ends = {**answer.available_amounts(result.footprint, resolved.log), **_extra(resolved, result)}
    return list_steps(ends, resolved.log.values())
