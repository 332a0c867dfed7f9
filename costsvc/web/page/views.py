"""GET / and the other pages: a form for a question, and the answer."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any, cast
from urllib.parse import urlencode

from flask import Blueprint, Response, redirect, render_template, request
from marshmallow import ValidationError
from werkzeug.exceptions import NotFound

from costsvc import __version__
from costsvc.errors import CostsvcError
from costsvc.report.answers import Answer, AnyEstimate, totals
from costsvc.report.breakdown import breakdown, other_amounts
from costsvc.report.equivalents import equivalents
from costsvc.report.headlines import headline
from costsvc.report.inputs import grouped_inputs, leading_inputs
from costsvc.report.labels import (
    ALTERNATIVES,
    BOUNDARIES,
    COMPARED,
    DIMENSIONS,
    ORIGINS,
    TOTALS,
    VALUE_PARTS,
    ghg_scopes,
)
from costsvc.report.per_unit import per_unit
from costsvc.report.texts.formats import ExportFormat, formats_of
from costsvc.schemas import query
from costsvc.schemas.field_errors import by_field
from costsvc.web import metrics, problems
from costsvc.web.api import amortization, placement
from costsvc.web.compression import compressed
from costsvc.web.endpoint import Endpoint
from costsvc.web.http import catalog, private, services
from costsvc.web.page import forms, pictures
from costsvc.web.page.comparisons import Links, comparison_report
from costsvc.web.page.completions import complete, without_repeats
from costsvc.web.page.defaults import form_defaults
from costsvc.web.page.field_labels import UNITS, label
from costsvc.web.page.improvements import improvements
from costsvc.web.page.next_questions import next_questions
from costsvc.web.page.overrides import IMPOSSIBLE, SETTLED_BY, override
from costsvc.web.page.pictures import Pairs
from costsvc.web.page.starts import starts_of
from costsvc.web.registry import ENDPOINTS, cached_answer

pages = Blueprint("page", __name__, template_folder="../templates")
REACH = {"tasks": 10_000, "requests_per_task": 1e9}
"""The upper ends of the map of an example."""
SERVED = {"model": "llama-3.1-8b", "accelerator": "h100", "batch_size": 32, "requests": 1e6, "region": "aws:us-east-1"}
"""The requests of the examples of comparisons."""
BLOOM = {
    "model": "bloom-176b",
    "accelerator_hours": 1_082_990,
    "accelerator": "a100-sxm4-80gb",
    "accelerators": 384,
    "region": "FRA",
    "year": 2022,
    "pue": 1.2,
}
"""The training of BLOOM as Luccioni et al. 2022 (arXiv:2211.02001, table 3) describe it."""
API = "/v1/"
EXPLAIN = "explain"
"""The only parameter of a page that is not a field of the request."""


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """A page with a form and its answer.

    Attributes:
        name: Its endpoint.
        path: Its path.
        title: Its name in the navigation.
        asks: The question that it answers, its heading.
        kind: The kind of question.
        workload: The workload of its empty form.
        other: Name and title of the page for the other workload; None if there is none.
        examples: Its example, if it differs from that of the question.
        about: What the example is.
    """

    name: str
    path: str
    title: str
    asks: str
    kind: str
    workload: str = "training"
    other: tuple[str, str] | None = None
    examples: Mapping[str, object] | None = None
    about: str = ""

    @property
    def example(self) -> Mapping[str, object]:
        """The request of its example."""
        return self.examples or self.question.example

    @property
    def question(self) -> Endpoint:
        """The endpoint of its question."""
        return ENDPOINTS[self.kind]


VIEWS = (
    View(
        name="training",
        path="/",
        title="Training",
        asks="What does a training run cost?",
        kind="training",
        examples=BLOOM,
        about="The training of BLOOM at Jean Zay in France, from the hours that its authors published. They report "
        "50.5 t of CO2e for it, with the manufacture of the machines and their idle time (arXiv:2211.02001).",
    ),
    View(name="serving", path="/serving", title="Serving", asks="What do requests to a model cost?", kind="inference"),
    View(
        name="shared",
        path="/shared",
        title="Shared or per task",
        asks="One shared model, or one model per task?",
        kind="amortization",
        examples=amortization.EXAMPLE
        | {"tasks": 100, "surface": {name: {"low": 1, "high": high, "points": 20} for name, high in REACH.items()}},
    ),
    View(
        name="api_or_own",
        path="/api-or-own",
        title="API or own",
        asks="Calls to a hosted model, or own hardware?",
        kind="api_or_own",
    ),
    View(
        name="placement",
        path="/placement",
        title="Placement",
        asks="Where, and on what, should it run?",
        kind="placement",
        examples=placement.EXAMPLE | {"regions": "all", "limit": 10},
        other=("placement_serving", "Place requests instead of a training run"),
    ),
    View(
        name="placement_serving",
        path="/placement/serving",
        title="Placement",
        asks="Where, and on what, should requests be served?",
        kind="placement",
        workload="inference",
        examples={
            "inference": SERVED,
            "accelerators": ["h100", "b200", "l40s"],
            "regions": "all",
            "weights": placement.EXAMPLE["weights"],
        },
        other=("placement", "Place a training run instead of requests"),
    ),
    View(
        name="change",
        path="/change",
        title="What if",
        asks="What would a change of the run save or cost?",
        kind="change",
        other=("change_serving", "Change how requests are served instead of a training run"),
    ),
    View(
        name="change_serving",
        path="/change/serving",
        title="What if",
        asks="What would a change of serving save or cost?",
        kind="change",
        workload="inference",
        examples={"before": {"inference": SERVED}, "after": {"inference": SERVED | {"precision": "fp8"}}},
        other=("change", "Change a training run instead of how requests are served"),
    ),
    View(name="schedule", path="/schedule", title="Schedule", asks="When should it run?", kind="schedule"),
)
"""All pages, in the order of the navigation; the variant for serving follows the one for training."""


def address(view: View, fields: Sequence[tuple[str, str]]) -> str:
    """The URL of a page with the answer to some fields."""
    where = request.script_root + view.path
    return f"{where}?{urlencode(fields)}" if fields else where


def _add(view: View) -> None:
    @pages.get(view.path, endpoint=view.name)
    def show() -> Any:
        given = list(request.args.items(multi=True))
        filled = [(name, text) for name, text in given if text.strip()]
        if filled and len(filled) < len(given):
            return redirect(address(view, filled))
        return _render(view, filled, pressed=bool(given))


def _render(view: View, given: Pairs, *, pressed: bool) -> str:
    """The answer to the fields, the errors in them, or the example while there are none.

    Args:
        view: The view.
        given: The fields that are filled in.
        pressed: Whether a form was sent, even without any field.
    """
    is_example = not (given or pressed)
    body = query.body([pair for pair in given if pair[0] != EXPLAIN], view.question.schema)
    completed = complete(view.kind, dict(query.pairs(body)), catalog())
    asked = dict(view.example) if is_example else query.body(completed.sent.items(), view.question.schema)
    explain = view.question.explains and (EXPLAIN, "true") in given
    answer, errors = _answer(view.question, asked, explain=explain)
    if answer and not is_example:
        metrics.estimated(view.kind, answer)
    defaults = form_defaults(view.kind, answer) if answer and not is_example else {}
    form = forms.form(
        view.kind,
        view.workload,
        view.question.schema,
        completed.shown,
        without_repeats(errors),
        {**defaults, **completed.defaults},
    )
    fields = list(query.pairs(asked))
    return render_template(
        f"page/{view.kind}.html" if answer else "page/view.html",
        view=view,
        form=form,
        request_fields=fields,
        answer=answer,
        is_example=is_example,
        starts=_starts(view) if is_example else [],
        example=list(query.pairs(view.example)),
        suggestions=services().suggestions,
        **(_report(view, answer, asked, form) if answer else {}),
    )


def _starts(view: View) -> list[dict[str, object]]:
    by_name = {one.name: one for one in VIEWS}
    return [{"start": one, "action": address(by_name[one.view], [])} for one in starts_of(view.name)]


def _report(view: View, answer: Answer, body: Mapping[str, Any], form: forms.Form) -> dict[str, Any]:
    """The reports of an answer that its template shows."""
    fields = list(query.pairs(body))
    report: dict[str, Any] = {
        "headline": headline(view.kind, answer),
        "figures": pictures.of(view.question, answer, fields),
        "exports": [_export(view.question, one, fields) for one in formats_of(view.kind)],
        "fields": {one.name.rpartition(".")[2]: one.name for one in form.controls()},
        "given": [(label(name), value) for name, value in fields],
        "next_questions": [],
    }
    if view.kind in forms.WORKLOADS:
        return report | _estimate_report(view, cast("AnyEstimate", answer), body)
    return report | comparison_report(view.kind, answer, _links(view, fields), catalog())


def _estimate_report(view: View, estimate: AnyEstimate, body: Mapping[str, Any]) -> dict[str, Any]:
    """The further reports of an estimate."""
    by_name = {one.name: one for one in VIEWS}
    things = {str(id_): row for id_, row in catalog().tables["equivalences"].rows.items()}
    return {
        "totals": totals(estimate),
        "breakdown": breakdown(estimate),
        "other_amounts": list(other_amounts(estimate)),
        "equivalents": equivalents(estimate, things),
        "ghg_scopes": ghg_scopes(estimate),
        "leading": leading_inputs(estimate),
        "inputs": grouped_inputs(estimate),
        "per_unit": per_unit(estimate) if "per_request" in estimate else {},
        "improvements": [
            {"title": one.title, "effect": one.effect, "href": address(view, list(query.pairs(one.body)))}
            for one in improvements(view.question, body, estimate, catalog())
        ],
        "next_questions": [
            (title, address(by_name[name], list(query.pairs(following))))
            for title, name, following in next_questions(view.kind, body)
        ],
    }


def _links(view: View, fields: Pairs) -> Links:
    """Makes addresses from the fields of a page."""
    by_kind = {one.kind: one for one in reversed(VIEWS)}
    return Links(
        estimate=lambda kind, body: address(by_kind[kind], list(query.pairs(body))),
        of=lambda body: address(view, list(query.pairs(body))),
        again=lambda changed: address(view, list({**dict(fields), **changed}.items())),
    )


def _export(question: Endpoint, export_format: ExportFormat, fields: Pairs) -> dict[str, str]:
    """The title and the URLs of an export."""
    where = f"{request.script_root}{question.path}/{export_format.name}?{urlencode(fields)}"
    title = f"{export_format.description[:1].upper()}{export_format.description[1:]}"
    return {"title": title, "href": where, "download": f"{where}&download=1"}


def _answer(
    question: Endpoint, body: Mapping[str, object], *, explain: bool
) -> tuple[Answer | None, dict[str, list[str]]]:
    """The answer, or the errors by field."""
    try:
        answer = cached_answer(question, body, services(), explain=explain)
    except (ValidationError, CostsvcError) as error:
        return None, by_field(error)
    return answer, {}


@pages.app_errorhandler(HTTPStatus.NOT_FOUND)
def _missing(error: NotFound) -> Response | tuple[str, int]:
    """A page for a browser at an address that has none, a problem for everybody else and for the API."""
    forms_of_answer = (problems.PROBLEM_JSON, "application/json", "text/html")
    is_browser = request.accept_mimetypes.best_match(forms_of_answer) == "text/html"
    if is_browser and not request.path.startswith(API):
        return render_template("page/missing.html"), HTTPStatus.NOT_FOUND
    return problems.refuse(error)


@pages.app_context_processor
def _common() -> dict[str, Any]:
    """The variables of every template."""
    return {
        "views": VIEWS,
        "address": address,
        "metrics": COMPARED,
        "total_metrics": TOTALS,
        "dimensions": DIMENSIONS,
        "boundaries": BOUNDARIES,
        "alternatives": ALTERNATIVES,
        "value_parts": VALUE_PARTS,
        "override": override,
        "settled_by": SETTLED_BY,
        "impossible_codes": IMPOSSIBLE,
        "origins": ORIGINS,
        "today": datetime.now(UTC).date().isoformat(),
        "units": UNITS,
        "version": __version__,
        "data_version": catalog().version,
    }


pages.after_request(compressed)
pages.after_request(private)
for _view in VIEWS:
    _add(_view)
