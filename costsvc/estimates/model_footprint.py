"""Footprint of the training of a known model: from its accelerator-hours, else from its FLOP or tokens.

The tables have no published energy or CO2e of a whole model, so every answer is an estimate.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace

from costsvc.answers.explanation import Explained
from costsvc.answers.model_footprint import FootprintBasis, ModelAnswer, ModelFootprint, TrainingTotals
from costsvc.answers.request_body import RequestBody
from costsvc.estimates import answer
from costsvc.estimates.training import ResolvedRun, canonicalize_run, compute_run, record_run, resolve_run
from costsvc.reference.catalog import Catalog
from costsvc.reference.grid import nearest_year
from costsvc.reference.places import WORLD
from costsvc.reference.table import Row
from costsvc.requests.workloads import Machine, Site, Subject, TrainingRun
from costsvc.resolve.log import FactorLog
from costsvc.units import PER_BILLION

AMOUNTS: Mapping[FootprintBasis, str] = {"hours": "accelerator_hours", "compute": "training_tokens_b"}
"""The field of a training request that a run is estimated from."""
RUNS = "training_runs"
ENOUGH = 5
"""Fewest models of a year from which the usual accelerator of that year is counted."""
ASSUMED = "The power is that of training an llm and the grid that of the year of release; neither is in the tables."
UNSIZED = "the active parameters are not known; give them to POST /v1/estimates/training with the tokens"
UNKNOWN = "accelerator-hours, FLOP and tokens are not known; give one of them to POST /v1/estimates/training"


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """The training run of a model in the tables.

    Attributes:
        basis: What the run is estimated from.
        run: The run.
        row: The row that has its hours, FLOP or tokens.
    """

    basis: FootprintBasis
    run: TrainingRun
    row: Row


@dataclass(frozen=True, slots=True, kw_only=True)
class EstimatedRecord:
    """The estimate of a record, and its explanation.

    Attributes:
        region: Where the model is assumed to have been trained.
        explained: Factors, sources, warnings and gaps.
        training: The training request that gives the same estimate; None if nothing is published.
        totals: The totals of that estimate.
    """

    region: str
    explained: Explained
    training: RequestBody | None = None
    totals: TrainingTotals | None = None


def estimate_model_footprint(name: str, region: str | None, catalog: Catalog) -> ModelFootprint:
    """Estimate the footprint of the training of a known model.

    Args:
        name: The model.
        region: Where it is assumed to have been trained, None for the world's average.
        catalog: The reference tables.

    Raises:
        UnknownNameError: If the model or the region is not known.
    """
    model = catalog.model(name)
    log = FactorLog()
    record = find_record(model, region, catalog, log)
    estimated = _no_estimate(model, region, catalog, log) if record is None else _estimate(record, catalog, log)
    request: RequestBody = {"model": model["model_id"], "region": estimated.region}
    return {
        "id": answer.request_id(request, catalog),
        "request": request,
        "model": _model(model),
        "basis": record.basis if record else None,
        "training": estimated.training,
        "estimate": estimated.totals,
        **estimated.explained,
    }


def _model(model: Row) -> ModelAnswer:
    return {
        "model_id": model["model_id"],
        "name": model["name"],
        "organization": model["organization"],
        "released_on": model["released_on"],
    }


def resolve_record(record: Record, catalog: Catalog, log: FactorLog) -> ResolvedRun:
    """Resolve the run of a record and its site; its hours or tokens have the table as their origin.

    Args:
        record: The record.
        catalog: The reference tables.
        log: The log of :func:`find_record`.
    """
    resolved = resolve_run(record.run, catalog)
    whole = FactorLog(warnings=dict(log.warnings), unavailable=dict(log.unavailable))
    whole.include(resolved.log)
    whole.add_warning("run-assumed", ASSUMED)
    amount = AMOUNTS[record.basis]
    source_id, locator = _source_of(record.row)
    whole.factors[amount] = replace(whole.factors[amount], origin="table", source_id=source_id, locator=locator)
    return replace(resolved, log=whole)


def _source_of(row: Row) -> tuple[str, str]:
    """Source and locator of an amount; the size of a model and its training may have different sources."""
    prefix = "training_" if row.get("training_source_id") else ""
    return row[f"{prefix}source_id"], row[f"{prefix}locator"]


def find_record(model: Row, region: str | None, catalog: Catalog, log: FactorLog) -> Record | None:
    """Find the training run of a model: by its accelerator-hours, else by its FLOP or tokens."""
    site = Site(region=region, year=_year(model))
    if model["hours_note"]:
        log.add_warning("hours-doubtful", f"Note of the table on the hours: {model['hours_note']}.")
    return _of_hours(model, site, catalog, log) or _of_compute(model, site, catalog, log)


def _estimate(record: Record, catalog: Catalog, log: FactorLog) -> EstimatedRecord:
    resolved = resolve_record(record, catalog, log)
    result = compute_run(resolved)
    record_run(resolved, result.training)
    extra = {"duration_h": result.training.duration_h, "training_flop": result.training.flop}
    request, site = canonicalize_run(record.run, resolved, result.training), resolved.around.site
    body, q = answer.build_estimate(request, result.footprint, extra, site, resolved.log, catalog)
    totals: TrainingTotals = {
        "place": body["place"],
        "accelerator_hours": body["accelerator_hours"],
        "duration_h": q["duration_h"],
        "training_flop": q["training_flop"],
        "accelerator_energy_kwh": body["accelerator_energy_kwh"],
        "it_energy_kwh": body["it_energy_kwh"],
        "energy_kwh": body["energy_kwh"],
        "carbon": body["carbon"],
        "water": body["water"],
        "cost": body["cost"],
    }
    return EstimatedRecord(
        region=site.place.region, explained=_with_prefix(body, "estimate"), training=request, totals=totals
    )


def _with_prefix(explained: Explained, prefix: str) -> Explained:
    """Factors, sources, warnings and gaps of an estimate that is part of an answer, with a prefix for its gaps."""
    return {
        "factors": explained["factors"],
        "names": explained["names"],
        "unavailable": [
            {"field": f"{prefix}.{gap['field']}", "reason": gap["reason"]} for gap in explained["unavailable"]
        ],
        "sources": explained["sources"],
        "warnings": explained["warnings"],
        "data_version": explained["data_version"],
        "version": explained["version"],
    }


def _no_estimate(model: Row, region: str | None, catalog: Catalog, log: FactorLog) -> EstimatedRecord:
    is_trained = model["training_flop"] or model["training_tokens_b"]
    for field in ("basis", "training", "estimate"):
        log.mark_unavailable(field, UNSIZED if is_trained else UNKNOWN)
    place, named = catalog.place(region or WORLD).region, {"model": model["model_id"], "region": region}
    return EstimatedRecord(region=place, explained=answer.explain_log(log, catalog, None, named))


def _of_hours(model: Row, site: Site, catalog: Catalog, log: FactorLog) -> Record | None:
    """The run in the table of runs, which is checked by hand, else in the table of models."""
    row = _runs(catalog).get(model["model_id"])
    if row is not None:
        count = None if row["accelerators"] is None else int(row["accelerators"])
        machine = Machine(accelerator=row["accelerator"], accelerators=count)
        return Record(basis="hours", run=_run(model, site, machine, hours=row["accelerator_hours"]), row=row)
    named, hours = _named(model, log), model["training_accelerator_hours"]
    if named is None or hours is None:
        return None
    return Record(basis="hours", run=_run(model, site, named, hours=hours), row=model)


def _of_compute(model: Row, site: Site, catalog: Catalog, log: FactorLog) -> Record | None:
    """A run by the model's FLOP, converted to tokens, or by its tokens."""
    tokens, active = model["training_tokens_b"], model["active_params_b"]
    if active is None:
        return None
    if model["training_flop"] is not None:
        k = catalog.default("flop_per_param_token_pretraining").value
        tokens = model["training_flop"] / (k * active * PER_BILLION**2)
        log.add_warning(
            "flop-as-tokens", f"training_tokens_b is converted from FLOP at {k:g} FLOP per parameter and token."
        )
    if tokens is None:
        return None
    if model["flop_note"]:
        log.add_warning("flop-doubtful", f"Note of the table on the FLOP: {model['flop_note']}.")
    machine = _named(model, log) or _usual(model, catalog, log)
    return Record(basis="compute", run=_run(model, site, machine, tokens_b=tokens), row=model)


def _run(
    model: Row, site: Site, machine: Machine, *, hours: float | None = None, tokens_b: float | None = None
) -> TrainingRun:
    id_ = model["model_id"]
    return TrainingRun(
        machine=machine,
        subject=Subject(model=id_),
        accelerator_hours=hours,
        training_tokens_b=tokens_b,
        site=site,
        payload={"model": id_, "accelerator_hours": hours, "training_tokens_b": tokens_b},
    )


def _runs(catalog: Catalog) -> dict[str, Row]:
    """The table of runs by model id."""
    runs: dict[str, Row] = {}
    for row in catalog.tables[RUNS].rows.values():
        match = catalog.models.exact.find(row["run_id"]) or catalog.models.exact.find(row["name"])
        if match is not None:
            runs.setdefault(match.id, row)
    return runs


def _named(model: Row, log: FactorLog) -> Machine | None:
    """The accelerator that a model was trained on; the first known one of several."""
    if not model["training_accelerator"]:
        return None
    known = model["training_accelerator"].split(",")
    others = (model["training_hardware"] or "").split(",")
    names = [name for name in (*known, *others) if name]
    if len(names) > 1:
        log.add_warning("several-accelerators", f"The model was trained on {', '.join(names)}; {known[0]} is assumed.")
    return Machine(accelerator=known[0])


def _usual(model: Row, catalog: Catalog, log: FactorLog) -> Machine:
    """The most frequent accelerator of models of the same year, or of the nearest year with enough models."""
    counts: dict[int, Counter[str]] = {}
    for row in catalog.tables["models"].rows.values():
        named, year = row["training_accelerator"], _year(row)
        if named and "," not in named and year is not None:
            counts.setdefault(year, Counter())[named] += 1
    years = [year for year, counted in counts.items() if counted.total() >= ENOUGH]
    year = nearest_year(years, _year(model) or max(years))
    if year is None:
        raise LookupError("models has no year with enough accelerators")
    usual = counts[year].most_common(1)[0][0]
    published = f" ({model['training_hardware']})" if model["training_hardware"] else ""
    text = f"The accelerator{published} is not known; {usual} is assumed, the most frequent one of models of {year}."
    log.add_warning("accelerator-assumed", text)
    return Machine(accelerator=usual)


def _year(model: Row) -> int | None:
    """The year of release."""
    return int(model["released_on"][:4]) if model["released_on"] else None
