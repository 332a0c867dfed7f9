"""Inputs that the service accepts and that no fit and no comparison has measured."""

import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, get_args

from costsvc.evidence.estimating import Precision, Task, Training, Workload
from costsvc.evidence.fits.training_rows import Evidence, load_evidence
from costsvc.evidence.validation.provenance import Row
from costsvc.reference.catalog import Catalog
from costsvc.reference.scoreboard import UntestedInput

TRAINING, SERVING = "training", "inference"
SERVED = ("inference_measurements", "generation_measurements", "serving_readings")
REQUEST_TASKS = {"text-to-image": "image", "text-to-video": "video", "image-to-video": "video"}
"""Measured image tasks and their names in a request."""
ANY_TEXT = "text"
"""The default task of text generation; every measured task of text covers it."""
PRETRAINING = "pretraining"

BY_HAND = (
    UntestedInput(
        input="processors in training",
        what="training on processors alone",
        why="no published run states its energy and its work; power is a share of the thermal design power",
    ),
    UntestedInput(
        input="serving with speculative decoding or a layout",
        what="what the formulas say of it",
        why="what is published of it does not state the tokens accepted, or has no counterpart",
    ),
    UntestedInput(
        input="hosted models by provider",
        what="energy, CO2e and water of a call",
        why="who hosts them publishes prices, and at best the footprint of a prompt; machine and batch are assumed",
    ),
    UntestedInput(
        input="models of undisclosed size",
        what="what closed models are and use",
        why="their size is inferred from their price; open models of hidden size test that, but not the closed margin",
    ),
    UntestedInput(
        input="region",
        what="grid intensity, marginal emissions and water of a place",
        why="authorities report them or models compute them; nobody measures them a second time",
    ),
    UntestedInput(
        input="manufacture",
        what="embodied CO2e of machines",
        why="makers publish assessments, which differ by more than a factor of two; none is a measurement",
    ),
    UntestedInput(
        input="price",
        what="what a customer pays",
        why="list prices are looked up; contracts are rarely published, and most published costs assume a rate",
    ),
    UntestedInput(
        input="overheads",
        what="development, failures and retraining",
        why="the shares are the caller's; publications put development at half to more than twice the final run",
    ),
)
"""Untested inputs that do not follow from a table, with the reason."""


def not_tested(folder: Path, catalog: Catalog, rows: Iterable[Row]) -> list[UntestedInput]:
    """List inputs without a measurement.

    Args:
        folder: The data package.
        catalog: Its tables.
        rows: Published rows that estimates were compared with; ``body_json`` has the request, if any.

    Returns:
        Those that follow from the tables, then those that do not.
    """
    requests = [(row["path"], json.loads(row["body_json"])) for row in rows if "body_json" in row]
    training = [body for path, body in requests if path.endswith(TRAINING)]
    serving = [body for path, body in requests if path.endswith(SERVING)]
    evidence = load_evidence(folder)
    served = [row for name in SERVED if name in catalog.tables for row in catalog.tables[name].rows.values()]
    trained = {*evidence.readings["accelerator_id"], *evidence.runs["accelerator_id"]}
    tasks = {ANY_TEXT, *(str(REQUEST_TASKS.get(row["task"], row["task"])) for row in served if "task" in row)}
    options: tuple[tuple[str, Any, set[str], set[str]], ...] = (
        ("precision of training", Precision, _precisions(evidence), _values(training, "precision")),
        ("method of training", Training, {PRETRAINING}, _values(training, "method")),
        ("workload of training", Workload, {*evidence.readings["workload"].dropna()}, _values(training, "workload")),
        ("precision of serving", Precision, {row["precision"] for row in served}, _values(serving, "precision")),
        ("task of serving", Task, tasks, _values(serving, "task")),
    )
    derived = [_options(name, _literals(known), measured | requested) for name, known, measured, requested in options]
    machines = (
        ("accelerators in training", trained, training),
        ("accelerators in serving", {row["accelerator_id"] for row in served}, serving),
    )
    derived += [_machines(name, catalog, {*ids, *_values(bodies, "accelerator")}) for name, ids, bodies in machines]
    return [*(one for one in derived if one), *BY_HAND]


def _precisions(evidence: Evidence) -> set[str]:
    """Precisions of measured utilisations and of runs that report theirs."""
    frames = (evidence.utilizations, evidence.runs)
    return {str(result) for frame in frames if "precision" in frame for result in frame["precision"].dropna()}


def _values(bodies: Iterable[Mapping[str, Any]], field: str) -> set[str]:
    return {str(body[field]) for body in bodies if field in body}


def _literals(literal: Any) -> Sequence[str]:
    """The values of a literal type, including nested literals."""
    return [word for part in get_args(literal) for word in (_literals(part) or [part])]


def _options(name: str, words: Iterable[str], measured: set[str]) -> UntestedInput | None:
    missing = [word for word in words if word not in measured]
    why = "no measurement of a fit and no compared row has it"
    return UntestedInput(input=name, what=", ".join(missing), why=why) if missing else None


def _machines(name: str, catalog: Catalog, measured: set[str]) -> UntestedInput | None:
    """Families of accelerators without a measurement; vendors without any are named."""
    rows = catalog.tables["accelerators"].rows.values()
    ids = {match.id for one in measured if (match := catalog.accelerators.find(one))}
    families = {row["family"] for row in rows if row["accelerator_id"] in ids}
    vendors = {row["vendor"] for row in rows if row["family"] in families}
    missing = {row["family"] for row in rows} - families
    whole = sorted({row["vendor"] for row in rows} - vendors)
    if not missing:
        return None
    of_vendors = f", all of {', '.join(whole)} among them" if whole else ""
    return UntestedInput(
        input=name,
        what=f"{len(missing)} of {len(missing | families)} families{of_vendors}",
        why=f"measured are {', '.join(sorted(families))}; others borrow from them, with a wider interval",
    )
