"""Compares the published energy of requests with estimates."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import get_args

from costsvc.evidence.estimating import Machine, Plain, Precision, Serving, Site, Subject, Task, estimate_serving
from costsvc.evidence.validation.comparisons import (
    Comparison,
    captured,
    compare,
    mentions,
    number,
    published_rows,
    running_batch,
)
from costsvc.evidence.validation.cross_validation.serving import ServingCrossValidation
from costsvc.evidence.validation.provenance import Row, fitted_sources
from costsvc.reference.catalog import Catalog
from costsvc.units import J_PER_WH

PRECISIONS: tuple[tuple[str, Precision], ...] = (
    (r"fp4|mxfp4", "fp4"),
    (r"fp8", "fp8"),
    (r"int8", "int8"),
    (r"bf(loat)?16", "bf16"),
    (r"fp16", "fp16"),
)
TASKS = (
    (r"image-chat|mllm", "image-chat"),
    (r"video-chat", "video-chat"),
    (r"fim", "code-completion"),
    (r"/code", "code-generation"),
    (r"gpqa", "reasoning"),
    (r"chat", "chat"),
)
"""Pattern of a row's task and the name of the task in a request."""
CHIPS_ONLY, WALL = r"^GPU", r"^WALL"
SOFTWARE_NOW = 2025
COLUMNS = (
    *("id", "task", "model", "params_total_b", "params_active_b", "hardware", "n_gpus", "batch_size", "precision"),
    *("tokens_in", "tokens_out", "unit", "energy_per_request_wh", "energy_per_output_token_j"),
    *("measurement_scope", "evidence_kind", "source", "notes"),
)
"""Required columns of inference.csv."""
KNOWN = ("layers", "cached_values")


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishedRequest:
    """A published row as the parts of a request."""

    row: Row
    model_id: str | None
    accelerator_id: str
    sizes: Subject
    serving: Serving

    def named(self) -> Serving:
        """The request with the model's name, if the catalog has it."""
        return self._of(Subject(model=self.model_id) if self.model_id else self.sizes)

    def sized(self) -> Serving:
        """The request with the model's parameters only."""
        return self._of(self.sizes)

    def _of(self, subject: Subject) -> Serving:
        fields = {name: getattr(self.serving, name) for name in Serving.__dataclass_fields__}
        return Serving(**{**fields, "subject": subject})


def serving_comparisons(
    folder: Path, cross_validation: ServingCrossValidation, sources: frozenset[str] | None = None
) -> Iterator[Comparison]:
    """Compare the rows of inference.csv that were measured at the chips.

    Args:
        folder: Folder of the file.
        cross_validation: The catalog, and fits that exclude the tested model.
        sources: Only rows published in these sources of the fits; by default all rows.
    """
    for one in _published_requests(folder / "inference.csv", cross_validation.catalog):
        if is_measured(one.row) and (sources is None or fitted_sources(one.row) == sources):
            yield from (_pictures if one.serving.task in ("image", "video") else _text)(one, cross_validation)


def is_measured(row: Row) -> bool:
    """Whether a row was measured at the chips."""
    return row["evidence_kind"] == "measured" and mentions(row["measurement_scope"], CHIPS_ONLY)


def _text(one: PublishedRequest, cross_validation: ServingCrossValidation) -> Iterator[Comparison]:
    joules = number(one.row["energy_per_output_token_j"])
    if joules is None or (one.serving.batch_size is None and one.serving.requests_per_s is None):
        return
    named = cross_validation.model("text", one.model_id) if one.model_id else cross_validation.catalog
    kind = f"serving: joules per token, {_era(one, named)}"
    ways = {kind: (one.named(), named)} if _has_shape(one, named) else {}
    if one.sizes.total_params_b:
        ways[f"{kind}, sizes only"] = (one.sized(), named)
        if one.model_id:
            ways[f"{kind}, sizes of a shape not catalogued"] = (
                one.sized(),
                cross_validation.unnamed("text", one.model_id),
            )
    for name, (request, catalog) in ways.items():
        yield compare(
            name, one.row, estimate_serving(request, catalog)["per_output_token"]["accelerator_energy_j"], joules
        )
    compare_estimators = estimate_serving(one.named(), cross_validation.reading("text", joules))
    if _rests_on_measurements(compare_estimators):
        quantity = compare_estimators["per_output_token"]["accelerator_energy_j"]
        yield compare("serving: joules per token, between two measured batches", one.row, quantity, joules)


def _rests_on_measurements(answer: Plain) -> bool:
    """Whether an answer rests on measurements of the same configuration."""
    return any(factor["origin"] == "measured" for factor in answer["factors"])


def _era(one: PublishedRequest, catalog: Catalog) -> str:
    if one.serving.requests_per_s is not None:
        return "at a rate of requests"
    year = one.serving.software_year or SOFTWARE_NOW
    row = catalog.row("accelerators", one.accelerator_id)
    return "current software" if year >= SOFTWARE_NOW else f"software of {year}, {row['family'] if row else ''}"


def _has_shape(one: PublishedRequest, catalog: Catalog) -> bool:
    row = catalog.row("models", one.model_id) if one.model_id else None
    return row is not None and all(row[name] is not None for name in KNOWN)


def _pictures(one: PublishedRequest, cross_validation: ServingCrossValidation) -> Iterator[Comparison]:
    watt_hours = number(one.row["energy_per_request_wh"])
    if watt_hours is None or one.serving.steps is None or not (one.model_id or one.sizes.total_params_b):
        return
    catalog = cross_validation.model("picture", one.model_id) if one.model_id else cross_validation.catalog
    result = estimate_serving(one.named(), catalog)["per_request"]["accelerator_energy_j"]
    yield compare("serving: images and video", one.row, result, watt_hours, 1 / J_PER_WH)
    compare_estimators = estimate_serving(one.named(), cross_validation.reading("picture", watt_hours * J_PER_WH))
    if _rests_on_measurements(compare_estimators):
        quantity = compare_estimators["per_request"]["accelerator_energy_j"]
        yield compare(
            "serving: images and video, between two measured batches", one.row, quantity, watt_hours, 1 / J_PER_WH
        )


def _published_requests(path: Path, catalog: Catalog) -> Iterator[PublishedRequest]:
    for row in published_rows(path, COLUMNS):
        chip, model = catalog.accelerators.find(row["hardware"]), catalog.models.exact.find(row["model"])
        total, active = number(row["params_total_b"]), number(row["params_active_b"])
        if chip is not None and (model or total):
            yield PublishedRequest(
                row=row,
                model_id=model.id if model else None,
                accelerator_id=chip.id,
                sizes=Subject(total_params_b=total, active_params_b=active),
                serving=_serving(row, chip.id),
            )


def _serving(row: Row, accelerator_id: str) -> Serving:
    notes, count = row["notes"], number(row["n_gpus"])
    size = re.search(r"(\d+)x(\d+)", notes)
    return Serving(
        machine=Machine(accelerator=accelerator_id, accelerators=int(count) if count else None),
        task=_task(row),
        precision=next((name for pattern, name in PRECISIONS if mentions(row["precision"], pattern)), None),
        batch_size=running_batch(row),
        requests_per_s=captured(r"arrival ([\d.]+) req/s", row["batch_size"]),
        input_tokens=_middle(row["tokens_in"]),
        output_tokens=_middle(row["tokens_out"]),
        steps=_whole(captured(r"(\d+) steps", notes)),
        width_px=int(size[1]) if size else None,
        height_px=int(size[2]) if size else None,
        frames=_whole(captured(r"(\d+) frames", notes)),
        software_year=_whole(captured(r"\b(20\d\d)\b", row["source"])),
        site=Site(region="world"),
    )


def _task(row: Row) -> Task:
    if row["unit"] in ("image", "video"):
        return "image" if row["unit"] == "image" else "video"
    known: dict[str, Task] = {name: name for name in get_args(Task)}
    return next((known[name] for pattern, name in TASKS if name in known and mentions(row["task"], pattern)), "text")


def _whole(value: float | None) -> int | None:
    return None if value is None else int(value)


def _middle(text: str) -> float | None:
    """The number in a cell, or the midpoint of a range."""
    ends = re.fullmatch(r"([\d.]+)-([\d.]+)", text)
    return (float(ends[1]) + float(ends[2])) / 2 if ends else number(text)
