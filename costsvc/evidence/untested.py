"""Kinds of input that are answered, and that neither a fit nor a compared row has measured."""

import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, get_args

from costsvc.evidence.provenance import Row
from costsvc.evidence.published import NotTested
from costsvc.evidence.training_rows import Evidence, load_evidence
from costsvc.reference.catalog import Catalog
from costsvc.requests.workloads import Precision, Task, Training, Workload

TRAINING, SERVING = "training", "inference"
SERVED = ("inference_measurements", "generation_measurements", "serving_readings")
ASKED = {"text-to-image": "image", "text-to-video": "video", "image-to-video": "video"}
"""Measured tasks of pictures, and what a request calls them."""
ANY_TEXT = "text"
"""The task of a request that does not say its kind of text: each measured kind stands behind it."""
PRETRAINING = "pretraining"

BY_HAND = (
    NotTested(
        input="processors in training",
        what="training on processors alone",
        why="no published run states its energy and its work; power is a share of the thermal design power",
    ),
    NotTested(
        input="serving with speculative decoding, a prompt cache, a layout or a cache precision",
        what="what the formulas say of it",
        why="what is published of it states neither the tokens accepted nor the share of hits, or has no counterpart",
    ),
    NotTested(
        input="hosted models by provider",
        what="energy, CO2e and water of a call",
        why="who hosts them publishes prices, and at best the energy of a median prompt; machine and batch are assumed",
    ),
    NotTested(
        input="models of undisclosed size",
        what="everything",
        why="their size is a range of guesses, and the interval is that of the range",
    ),
    NotTested(
        input="region",
        what="grid intensity, marginal emissions and water of a place",
        why="authorities report them or models compute them; nobody measures them a second time",
    ),
    NotTested(
        input="manufacture",
        what="embodied CO2e of machines",
        why="makers publish assessments, which differ by more than a factor of two; none is a measurement",
    ),
    NotTested(
        input="price",
        what="what a customer pays",
        why="list prices are looked up; contracts are rarely published, and most published costs assume a rate",
    ),
    NotTested(
        input="overheads",
        what="development, failures and retraining",
        why="the shares are the caller's; publications put development at half to more than twice the final run",
    ),
)
"""What follows from no table, with the reason."""


def not_tested(folder: Path, catalog: Catalog, rows: Iterable[Row]) -> list[NotTested]:
    """Kinds of input without a measurement.

    Args:
        folder: The data package.
        catalog: Its tables.
        rows: Published rows that estimates were compared with; those with ``body_json`` say what they ask.

    Returns:
        Those that follow from the tables, then those that do not.
    """
    requests = [(row["path"], json.loads(row["body_json"])) for row in rows if "body_json" in row]
    training = [body for path, body in requests if path.endswith(TRAINING)]
    serving = [body for path, body in requests if path.endswith(SERVING)]
    evidence = load_evidence(folder)
    served = [row for name in SERVED if name in catalog.tables for row in catalog.tables[name].rows.values()]
    trained = {*evidence.readings["accelerator_id"], *evidence.runs["accelerator_id"]}
    tasks = {ANY_TEXT, *(str(ASKED.get(row["task"], row["task"])) for row in served if "task" in row)}
    options: tuple[tuple[str, Any, set[str], set[str]], ...] = (
        ("precision of training", Precision, _precisions(evidence), _said(training, "precision")),
        ("method of training", Training, {PRETRAINING}, _said(training, "method")),
        ("workload of training", Workload, {*evidence.readings["workload"].dropna()}, _said(training, "workload")),
        ("precision of serving", Precision, {row["precision"] for row in served}, _said(serving, "precision")),
        ("task of serving", Task, tasks, _said(serving, "task")),
    )
    derived = [_options(name, _words(known), measured | said) for name, known, measured, said in options]
    machines = (
        ("accelerators in training", trained, training),
        ("accelerators in serving", {row["accelerator_id"] for row in served}, serving),
    )
    derived += [_machines(name, catalog, {*ids, *_said(bodies, "accelerator")}) for name, ids, bodies in machines]
    return [*(one for one in derived if one), *BY_HAND]


def _precisions(evidence: Evidence) -> set[str]:
    """Precisions of measured utilisation and, where runs say theirs, of runs."""
    frames = (evidence.utilizations, evidence.runs)
    return {str(found) for frame in frames if "precision" in frame for found in frame["precision"].dropna()}


def _said(bodies: Iterable[Mapping[str, Any]], field: str) -> set[str]:
    return {str(body[field]) for body in bodies if field in body}


def _words(literal: Any) -> Sequence[str]:
    """The words of a literal, those of the literals within it included."""
    return [word for part in get_args(literal) for word in (_words(part) or [part])]


def _options(name: str, words: Iterable[str], measured: set[str]) -> NotTested | None:
    missing = [word for word in words if word not in measured]
    why = "no measurement of a fit and no compared row has it"
    return NotTested(input=name, what=", ".join(missing), why=why) if missing else None


def _machines(name: str, catalog: Catalog, measured: set[str]) -> NotTested | None:
    """Families of accelerators that nobody measured, by vendor where that is the whole vendor."""
    rows = catalog.tables["accelerators"].rows.values()
    ids = {match.id for one in measured if (match := catalog.accelerators.find(one))}
    families = {row["family"] for row in rows if row["accelerator_id"] in ids}
    vendors = {row["vendor"] for row in rows if row["family"] in families}
    missing = {row["family"] for row in rows} - families
    whole = sorted({row["vendor"] for row in rows} - vendors)
    if not missing:
        return None
    of_vendors = f", all of {', '.join(whole)} among them" if whole else ""
    return NotTested(
        input=name,
        what=f"{len(missing)} of {len(missing | families)} families{of_vendors}",
        why=f"measured are {', '.join(sorted(families))}; others borrow from them, with a wider interval",
    )
