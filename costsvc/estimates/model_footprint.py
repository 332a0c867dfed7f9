"""What the training of a known model has cost: from its accelerator-hours, else from its arithmetic.

No table holds energy or CO2e that somebody published for a whole model, so no answer claims to be such.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Literal

from costsvc.estimates import answer
from costsvc.estimates.answer import Plain
from costsvc.estimates.training import ResolvedRun, canonical_run, compute_run, record_run, resolve_run
from costsvc.reference.catalog import Catalog
from costsvc.reference.grid import nearest_year
from costsvc.reference.places import WORLD
from costsvc.reference.table import Row
from costsvc.requests.workloads import Machine, Site, Subject, TrainingRun
from costsvc.resolve.log import FactorLog
from costsvc.units import PER_BILLION

Basis = Literal["hours", "compute"]
AMOUNTS: Mapping[Basis, str] = {"hours": "accelerator_hours", "compute": "training_tokens_b"}
RUNS = "training_runs"
ENOUGH = 5
"""Models of a year from which on it is told what they were usually trained on."""
TOTALS = (
    "place",
    "accelerator_hours",
    "duration_h",
    "training_flop",
    "accelerator_energy_kwh",
    "it_energy_kwh",
    "energy_kwh",
    "carbon",
    "water",
    "cost",
)
EXPLAINED = ("factors", "unavailable", "sources", "warnings", "data_version", "version")
ASSUMED = "The power is that of training an llm and the grid that of the year of release; the tables know neither."
UNSIZED = "the active parameters are not known; give them to POST /v1/estimates/training with the tokens"
UNKNOWN = "neither accelerator-hours nor FLOP nor tokens are known; give them to POST /v1/estimates/training"


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """The training of a model, as far as a table knows it.

    Attributes:
        basis: What the run is made from.
        run: The run.
        row: Where its amount stands.
    """

    basis: Basis
    run: TrainingRun
    row: Row


def model_footprint(name: str, region: str | None, catalog: Catalog) -> Plain:
    """Answer what the training of a model has cost.

    Args:
        name: The model.
        region: Where it is taken to have been trained, None for the world's average.
        catalog: The tables.

    Raises:
        UnknownNameError: If the model or the region is not known.
    """
    model = catalog.model(name)
    log = FactorLog()
    record = find_record(model, region, catalog, log)
    found = _nothing(model, region, catalog, log) if record is None else _estimate(record, catalog, log)
    request = {"model": model["model_id"], "region": found["region"]}
    return {
        "id": answer.identity(request, catalog),
        "request": request,
        "model": {column: model[column] for column in ("model_id", "name", "organization", "released_on")},
        "basis": record.basis if record else None,
        "training": found["training"],
        "estimate": found["estimate"],
        **found["explained"],
    }


def resolve_record(record: Record, catalog: Catalog, log: FactorLog) -> ResolvedRun:
    """Complete the run of a record and its place; what the table knows of it counts as the table's.

    Args:
        record: The record.
        catalog: The tables.
        log: What finding the record has collected.
    """
    resolved = resolve_run(record.run, catalog)
    whole = FactorLog(warnings=dict(log.warnings), unavailable=dict(log.unavailable))
    whole.include(resolved.log)
    whole.add_warning("run-assumed", ASSUMED)
    amount = AMOUNTS[record.basis]
    source_id, locator = _stands(record.row)
    whole.factors[amount] = replace(whole.factors[amount], origin="table", source_id=source_id, locator=locator)
    return replace(resolved, log=whole)


def _stands(row: Row) -> tuple[str, str]:
    """Where an amount stands; the sizes of a model may come from elsewhere than its training."""
    found = "training_" if row.get("training_source_id") else ""
    return row[f"{found}source_id"], row[f"{found}locator"]


def find_record(model: Row, region: str | None, catalog: Catalog, log: FactorLog) -> Record | None:
    """The training of a model, from the best that the tables know of it."""
    place = Site(region=region, year=_year(model))
    if model["hours_note"]:
        log.add_warning("hours-doubtful", f"The table says of the hours: {model['hours_note']}.")
    return _of_hours(model, place, catalog, log) or _of_compute(model, place, catalog, log)


def _estimate(record: Record, catalog: Catalog, log: FactorLog) -> Plain:
    resolved = resolve_record(record, catalog, log)
    result = compute_run(resolved)
    record_run(resolved, result.training)
    extra = {"duration_h": result.training.duration_h, "training_flop": result.training.flop}
    request, site = canonical_run(record.run, resolved, result.training), resolved.around.site
    body, q = answer.estimate(request, result.footprint, extra, site, resolved.log, catalog)
    totals = {**body, **q}
    explained = {name: body[name] for name in EXPLAINED}
    explained["unavailable"] = [{**gap, "field": f"estimate.{gap['field']}"} for gap in body["unavailable"]]
    return {
        "region": site.place.region,
        "training": request,
        "estimate": {name: totals[name] for name in TOTALS},
        "explained": explained,
    }


def _nothing(model: Row, region: str | None, catalog: Catalog, log: FactorLog) -> Plain:
    is_trained = model["training_flop"] or model["training_tokens_b"]
    for field in ("basis", "training", "estimate"):
        log.mark_unavailable(field, UNSIZED if is_trained else UNKNOWN)
    named = catalog.place(region or WORLD).region
    return {"region": named, "training": None, "estimate": None, "explained": answer.explained(log, catalog)}


def _of_hours(model: Row, place: Site, catalog: Catalog, log: FactorLog) -> Record | None:
    """The run of the table of runs, which is checked by hand, else that of the table of models."""
    row = _runs(catalog).get(model["model_id"])
    if row is not None:
        count = None if row["accelerators"] is None else int(row["accelerators"])
        machine = Machine(accelerator=row["accelerator"], accelerators=count)
        return Record(basis="hours", run=_run(model, place, machine, hours=row["accelerator_hours"]), row=row)
    named, hours = _named(model, log), model["training_accelerator_hours"]
    if named is None or hours is None:
        return None
    return Record(basis="hours", run=_run(model, place, named, hours=hours), row=model)


def _of_compute(model: Row, place: Site, catalog: Catalog, log: FactorLog) -> Record | None:
    """A run of the model's FLOP, told as tokens, or of its tokens."""
    tokens, active = model["training_tokens_b"], model["active_params_b"]
    if active is None:
        return None
    if model["training_flop"] is not None:
        k = catalog.default("flop_per_param_token_pretraining").value
        tokens = model["training_flop"] / (k * active * PER_BILLION**2)
        log.add_warning("flop-as-tokens", f"training_tokens_b is what gives the FLOP at {k:g} per parameter and token.")
    if tokens is None:
        return None
    if model["flop_note"]:
        log.add_warning("flop-doubtful", f"The table says of the FLOP: {model['flop_note']}.")
    machine = _named(model, log) or _usual(model, catalog, log)
    return Record(basis="compute", run=_run(model, place, machine, tokens_b=tokens), row=model)


def _run(
    model: Row, place: Site, machine: Machine, *, hours: float | None = None, tokens_b: float | None = None
) -> TrainingRun:
    id_ = model["model_id"]
    return TrainingRun(
        machine=machine,
        subject=Subject(model=id_),
        accelerator_hours=hours,
        training_tokens_b=tokens_b,
        site=place,
        said={"model": id_, "accelerator_hours": hours, "training_tokens_b": tokens_b},
    )


def _runs(catalog: Catalog) -> dict[str, Row]:
    """The table of runs by the names of the table of models."""
    found: dict[str, Row] = {}
    for row in catalog.tables[RUNS].rows.values():
        match = catalog.models.find(row["run_id"]) or catalog.models.find(row["name"])
        if match is not None:
            found.setdefault(match.id, row)
    return found


def _named(model: Row, log: FactorLog) -> Machine | None:
    """What the table says that the model was trained on; of several accelerators the first that is known."""
    if not model["training_accelerator"]:
        return None
    known = model["training_accelerator"].split(",")
    others = (model["training_hardware"] or "").split(",")
    names = [name for name in (*known, *others) if name]
    if len(names) > 1:
        log.add_warning("several-accelerators", f"It was trained on {', '.join(names)}; {known[0]} is taken.")
    return Machine(accelerator=known[0])


def _usual(model: Row, catalog: Catalog, log: FactorLog) -> Machine:
    """What most models of the same year, or of the nearest with enough of them, were trained on."""
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
    said = model["training_hardware"] or "not known"
    text = f"What it was trained on is {said}; {usual} is taken, on which most models of {year} were trained."
    log.add_warning("accelerator-assumed", text)
    return Machine(accelerator=usual)


def _year(model: Row) -> int | None:
    """The year of release."""
    return int(model["released_on"][:4]) if model["released_on"] else None
