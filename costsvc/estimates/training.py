"""What a training run costs, from its hours or from its parameters and tokens."""

from collections.abc import Mapping
from dataclasses import dataclass

from costsvc.estimates import answer
from costsvc.estimates.answer import Plain, canonical_request
from costsvc.estimates.explanation import explanation
from costsvc.model.chains.footprint import Footprint, footprint
from costsvc.model.chains.training import Training, train
from costsvc.model.explanation import naming_formulas
from costsvc.model.inputs import Number, decisive, traced
from costsvc.model.uncertainty import sample
from costsvc.reference.catalog import Catalog
from costsvc.requests.workloads import Overheads, TrainingRun
from costsvc.resolve.log import FactorLog
from costsvc.resolve.surroundings import ResolvedSurroundings, resolve_surroundings
from costsvc.resolve.training import ResolvedTraining, resolve_training
from costsvc.units import G_PER_KG, Numeric


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ResolvedRun:
    """A training run in its place, resolved.

    Attributes:
        run: The run itself.
        around: Its place and prices.
        log: What was used.
    """

    run: ResolvedTraining
    around: ResolvedSurroundings
    log: FactorLog


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class TrainingResult:
    """A training run in its place, computed.

    Attributes:
        training: What it takes of its machines.
        footprint: What all phases cost together.
    """

    training: Training
    footprint: Footprint


def estimate_training(run: TrainingRun, catalog: Catalog, *, explain: bool = False) -> Plain:
    """Answer what a training run costs.

    Args:
        run: The run.
        catalog: The tables.
        explain: Whether the steps that lead to the answer are part of it.

    Raises:
        UnknownNameError: If a name is not known.
        BadRequestError: If fields contradict each other.
    """
    resolved = resolve_run(run, catalog)
    result = compute_run(resolved)
    record_run(resolved, result.training)
    return _answer(run, resolved, result, catalog, explain=explain)


def resolve_run(run: TrainingRun, catalog: Catalog) -> ResolvedRun:
    """Complete a training run and its place; see :func:`estimate_training` for what it raises."""
    log = FactorLog()
    resolved = resolve_training(run, catalog, log)
    around = resolve_surroundings(run.site, resolved.machine, catalog, log)
    return ResolvedRun(run=resolved, around=around, log=log)


def compute_run(resolved: ResolvedRun, number: Number = sample) -> TrainingResult:
    """Run the chain of a training run.

    Args:
        resolved: The run.
        number: What a factor becomes.
    """
    training = train(resolved.run.inputs.numbers(number))
    return TrainingResult(
        training=training, footprint=footprint(training.usage, resolved.around.inputs.numbers(number))
    )


def record_run(resolved: ResolvedRun, training: Training) -> None:
    """Add to the log of a run what follows from its numbers."""
    record_training(resolved.run, training, resolved.log)


def record_training(run: ResolvedTraining, training: Training, log: FactorLog) -> None:
    """Add to a log what follows from the numbers of a run: assumed accelerators, memory, limits, fabric."""
    count = _count(run, training)
    if training.in_time is not None and training.wanted is not None:
        days = log.factors["longest_run_days"].value
        in_time, wanted = float(training.in_time), float(training.wanted)
        why = "whole hosts that hold the run" if wanted > in_time else f"whole hosts that end within {days:g} days"
        why = why if count == wanted else "the most that can be asked for"
        log.add_warning("accelerators-assumed", f"The number of accelerators was not given: {count:g}, {why}.")
    if training.limited:
        log.add_warning(
            "power-limited", "A limit below the rated power makes a run slower; its time is not changed for it."
        )
    if training.usage.has_fabric:
        log.record(run.host.fabric)
    reason = too_large(run, training, count)
    if reason is not None and run.fits is not None and training.needed_gb is not None:
        fewest = float(run.fits.fewest(training.needed_gb))
        log.add_warning("does-not-fit", f"{reason} The smallest number that holds it is {fewest:g}.")


def _count(run: ResolvedTraining, training: Training) -> float:
    """Accelerators of the run: those that the request names, or those that were found for it."""
    return float(decisive(training.usage.accelerators)) if run.count is None else run.count


def too_large(run: ResolvedTraining, training: Training, count: float) -> str | None:
    """Why accelerators do not hold a run; None if they do or nobody knows."""
    if run.fits is None or training.needed_gb is None:
        return None
    needed_gb, each_gb = float(training.needed_gb), float(run.fits.each_gb)
    if needed_gb <= count * each_gb:
        return None
    return (
        f"Weights, gradients, optimizer states and activations take {needed_gb:.4g} GB; "
        f"{count:g} x {run.machine.id} have {count * each_gb:.4g} GB to give."
    )


def canonical_run(run: TrainingRun, resolved: ResolvedRun, result: Training) -> Plain:
    """The request of a run as an answer repeats it."""
    count = _count(resolved.run, result)
    chosen = {"precision": resolved.run.precision}
    return canonical_request(run.said, resolved.run.machine, count, resolved.around.site, chosen)


def _answer(
    run: TrainingRun, resolved: ResolvedRun, result: TrainingResult, catalog: Catalog, *, explain: bool
) -> Plain:
    request = canonical_run(run, resolved, result.training)
    body, q = answer.estimate(
        request, result.footprint, _extra(resolved, result), resolved.around.site, resolved.log, catalog
    )
    return {
        **body,
        "duration_h": q["duration_h"],
        "training_flop": q["training_flop"],
        "phases": _phases(body, run.overheads),
        "sci": {"g_per_unit": q["g_per_unit"], "unit": "training run"},
        **({"explanation": _explanation(resolved)} if explain else {}),
    }


def _extra(resolved: ResolvedRun, result: TrainingResult) -> dict[str, Numeric | None]:
    known = "carbon.total_kg" not in resolved.log.unavailable
    return {
        "duration_h": result.training.duration_h,
        "training_flop": result.training.flop,
        "g_per_unit": result.footprint.total_kg * G_PER_KG if known else None,
    }


def _explanation(resolved: ResolvedRun) -> list[Plain]:
    with naming_formulas():
        result = compute_run(resolved, traced)
    ends = {**answer.amounts(result.footprint, resolved.log), **_extra(resolved, result)}
    return explanation(ends, resolved.log.values())


def _phases(body: Plain, overheads: Overheads) -> list[Plain]:
    """The totals of an answer, shared out over the phases by their work."""
    parts = {
        "final": 1.0,
        "development": overheads.development_share,
        "failed": overheads.failed_share,
        "retraining": overheads.retrainings,
    }
    whole = sum(parts.values())
    totals = {
        "hours": body["accelerator_hours"],
        "energy_kwh": body["energy_kwh"],
        "carbon_kg": body["carbon"]["total_kg"],
        "water_l": body["water"]["total_l"],
        "cost_usd": body["cost"]["total_usd"],
    }
    return [
        {"name": name, **{metric: _scaled(total, part / whole) for metric, total in totals.items()}}
        for name, part in parts.items()
        if part
    ]


def _scaled(quantity: Mapping[str, float] | None, share: float) -> dict[str, float] | None:
    return None if quantity is None else {name: number * share for name, number in quantity.items()}
