"""GET and POST /batch: a file of rows by upload, its totals with intervals, and the rows with their results."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

from flask import Blueprint, Response, abort, render_template, request

from costsvc.answers.quantities import Metric, Quantity
from costsvc.errors import BadRequestError
from costsvc.web.compression import compressed
from costsvc.web.http import services

pages = Blueprint("batch", __name__, template_folder="../templates")
pages.after_request(compressed)
KINDS = ("training", "inference")
FORMATS = ("slurm", "focus", "codecarbon", "boamps", "litellm", "otel")
SUFFIXES = (".csv", ".txt", ".ndjson", ".jsonl", ".json", ".parquet", ".csv.gz", ".ndjson.gz")
METRICS: Mapping[Metric, str] = {
    "energy_kwh": "energy_kwh",
    "carbon_kg": "carbon_total_kg",
    "water_l": "water_total_l",
    "cost_usd": "cost_total_usd",
}
"""The column of totals of each metric."""
SHOWN_GROUPS = 50
DOWNLOAD = "rows"


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Totals of a group.

    Attributes:
        label: Its value.
        rows: Its rows.
        totals: Each metric, None if no row has it.
        place: Low end, value and high end of its energy on the chart, from 0 to 100.
    """

    label: str
    rows: int
    totals: Mapping[Metric, Quantity | None]
    place: tuple[float, float, float]


@pages.get("/batch")
def form() -> str:
    """Show the form."""
    return _page()


@pages.post("/batch")
def estimate() -> Any:
    """Estimate the rows of the uploaded file; show the totals, or save the rows with their results as CSV."""
    try:
        from costsvc.batch.running import Job  # noqa: PLC0415 - the service runs without pyarrow
        from costsvc.web import batch_answers  # noqa: PLC0415 - as above
    except ModuleNotFoundError as error:
        if error.name is None or error.name.partition(".")[0] != "pyarrow":
            raise
        abort(501)
    sizes = services().settings.batch_limits
    request.max_content_length = sizes.body_bytes
    typed = {name: request.form.get(name, "").strip() for name in ("kind", "from", "by", "map", "set")}
    try:
        job = Job(
            kind=cast("Any", typed["kind"] if typed["kind"] in KINDS else KINDS[0]),
            mapping=_pairs("map", typed["map"]),
            constants=_pairs("set", typed["set"]),
            by=_words(typed["by"]),
        )
        with batch_answers.folder() as folder:
            source, target = folder / f"body{_suffix()}", folder / "answer.csv"
            batch_answers.save(request.files["file"].stream, source, sizes, is_gzip=False)
            summary = batch_answers.estimate(source, target, job, typed["from"] or None, services())
            if request.form.get("as") == DOWNLOAD:
                return _saved(target.read_bytes())
    except BadRequestError as error:
        return _page(typed=typed, problems=error.problems), 422
    return _page(typed=typed, summary=summary, groups=_groups(cast("Any", summary["totals"]), job.by))


def _page(**fields: Any) -> str:
    known = {"typed": {}, "problems": {}, "summary": None, "groups": [], **fields}
    known |= {"kinds": KINDS, "formats": FORMATS, "suffixes": SUFFIXES, "shown": SHOWN_GROUPS}
    return render_template("page/batch.html", **known, settings=services().settings)


def _saved(rows: bytes) -> Response:
    response = Response(rows, content_type="text/csv; charset=utf-8")
    response.headers.set("Content-Disposition", "attachment", filename="estimates.csv")
    return response


def _suffix() -> str:
    """The end of the name of the uploaded file."""
    name = (request.files["file"].filename or "").lower() if "file" in request.files else ""
    found = next((suffix for suffix in sorted(SUFFIXES, key=len, reverse=True) if name.endswith(suffix)), None)
    if found is None:
        raise BadRequestError({"file": f"is required, with a name that ends with one of {', '.join(SUFFIXES)}"})
    return found


def _words(text: str) -> list[str]:
    return [word.strip() for word in text.split(",") if word.strip()]


def _pairs(name: str, text: str) -> dict[str, str]:
    pairs = [one.partition("=") for one in _words(text)]
    wrong = next((field for field, _, value in pairs if not (field.strip() and value.strip())), None)
    if wrong is not None:
        raise BadRequestError({name: f"must be FIELD=VALUE, separated by commas, got {wrong!r}"})
    return {field.strip(): value.strip() for field, _, value in pairs}


def _groups(rows: list[dict[str, Any]], by: Sequence[str]) -> list[Group]:
    """Groups, those with most energy first."""
    ordered = sorted(rows, key=lambda row: -(row["energy_kwh"] or 0.0))
    most = max((row["energy_kwh_high"] or 0.0 for row in rows), default=0.0) or 1.0
    return [
        Group(
            label=", ".join(row[name] or "(none)" for name in by) or "all rows",
            rows=row["rows"],
            totals={metric: _quantity(row, column) for metric, column in METRICS.items()},
            place=cast(
                "tuple[float, float, float]",
                tuple(100 * (row[f"energy_kwh{end}"] or 0.0) / most for end in ("_low", "", "_high")),
            ),
        )
        for row in ordered
    ]


def _quantity(row: Mapping[str, Any], column: str) -> Quantity | None:
    if row[column] is None:
        return None
    return {"value": row[column], "low": row[f"{column}_low"], "high": row[f"{column}_high"]}
