"""Estimates of runs whose energy was measured: its carbon, water and price in a place."""

from dataclasses import dataclass

from costsvc.answers.estimate import TrainingEstimate
from costsvc.answers.request_body import RequestBody
from costsvc.estimates import answer
from costsvc.estimates.explanation import list_steps
from costsvc.estimates.phases import list_phases
from costsvc.model.chains.footprint import Footprint
from costsvc.model.chains.metered import MeteredEnergy, metered_footprint
from costsvc.model.explanation import naming_formulas
from costsvc.model.inputs import FactorsOf, Number, traced
from costsvc.model.uncertainty import sample
from costsvc.reference.catalog import Catalog
from costsvc.requests.workloads import TrainingRun
from costsvc.resolve.log import FactorLog
from costsvc.resolve.price import find_electricity_price
from costsvc.resolve.surroundings import ResolvedSurroundings, resolve_place
from costsvc.resolve.training import resolve_overheads

NO_MACHINE = "the energy was measured, and the machine is not part of the request"
WITHOUT_MACHINE = (
    *("accelerator_hours", "accelerator_energy_kwh", "duration_h", "training_flop", "carbon.embodied_kg"),
    "sci.g_per_unit",
    *("cost.rental_usd", "cost.hardware_usd", "cost.facility_usd", "cost.api_usd"),
)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ResolvedMetered:
    """Resolved measured energy.

    Attributes:
        inputs: Inputs of its chain.
        around: Its place.
        log: The factors, warnings and gaps.
    """

    inputs: FactorsOf[MeteredEnergy]
    around: ResolvedSurroundings
    log: FactorLog


def is_metered(run: TrainingRun) -> bool:
    """Whether a run is described by its measured energy."""
    return run.energy_kwh is not None or run.it_energy_kwh is not None


def resolve_metered(run: TrainingRun, catalog: Catalog) -> ResolvedMetered:
    """Resolve a run whose energy was measured.

    Args:
        run: The run.
        catalog: The reference tables.

    Raises:
        UnknownNameError: If the region is not known.
    """
    log = FactorLog()
    around = resolve_place(run.site, catalog, log)
    fields: dict[str, object] = {"it_energy_kwh": None, "energy_kwh": None, "electricity_usd_per_kwh": None}
    for name in ("it_energy_kwh", "energy_kwh"):
        measured: float | None = getattr(run, name)
        if measured is not None:
            fields[name] = log.record_input(name, measured, "kWh")
    fields["overheads"] = resolve_overheads(run, log)
    given = run.site.pricing.electricity_usd_per_kwh
    price = find_electricity_price(around.site, catalog)
    if given is not None:
        fields["electricity_usd_per_kwh"] = log.record_input("electricity_usd_per_kwh", given, "USD/kWh")
    elif price is not None:
        fields["electricity_usd_per_kwh"] = log.record(price)
    else:
        reason = f"no electricity price is known for {around.site.place.region}"
        for name in ("electricity_usd", "total_usd"):
            log.mark_unavailable(f"cost.{name}", f"{reason}; give pricing.electricity_usd_per_kwh")
    for name in WITHOUT_MACHINE:
        log.mark_unavailable(name, NO_MACHINE)
    text = "Manufacture and price of the machines are not included, because the request describes only their energy."
    log.add_warning("energy-only", text)
    return ResolvedMetered(inputs=FactorsOf(MeteredEnergy, fields), around=around, log=log)


def compute_metered(resolved: ResolvedMetered, number: Number = sample) -> Footprint:
    """Run the chain of measured energy.

    Args:
        resolved: The run.
        number: Converts each factor to a number.
    """
    return metered_footprint(resolved.inputs.numbers(number), resolved.around.inputs.numbers(number))


def estimate_metered(run: TrainingRun, catalog: Catalog, *, explain: bool = False) -> TrainingEstimate:
    """Estimate carbon, water and electricity cost of a run whose energy was measured.

    Args:
        run: The run.
        catalog: The reference tables.
        explain: Whether the answer contains its calculation steps.

    Raises:
        UnknownNameError: If a name is not known.
    """
    resolved = resolve_metered(run, catalog)
    footprint = compute_metered(resolved)
    request = canonicalize_metered(run, resolved)
    body, _ = answer.build_estimate(request, footprint, {}, resolved.around.site, resolved.log, catalog)
    estimate: TrainingEstimate = {
        **body,
        "duration_h": None,
        "training_flop": None,
        "phases": list_phases(body, run.overheads),
        "sci": {"g_per_unit": None, "unit": "training run"},
    }
    if explain:
        with naming_formulas():
            steps = compute_metered(resolved, traced)
        estimate["explanation"] = list_steps(answer.available_amounts(steps, resolved.log), resolved.log.values())
    return estimate


def canonicalize_metered(run: TrainingRun, resolved: ResolvedMetered) -> RequestBody:
    """The request that an answer repeats; it gives the same estimate.

    Args:
        run: The run.
        resolved: The resolved run.
    """
    site = resolved.around.site
    fields: RequestBody = {**run.payload, "region": site.place.region, "year": site.year, "date": site.date.isoformat()}
    return {name: fields[name] for name in sorted(fields) if fields[name] is not None}
