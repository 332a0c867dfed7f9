"""GET / and the other views: a form, and the answer to what it says."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, redirect, render_template, request
from marshmallow import ValidationError

from costsvc import __version__
from costsvc.errors import CostsvcError
from costsvc.estimates.answer import Plain
from costsvc.web import metrics, problems, query
from costsvc.web.api import amortization, placement
from costsvc.web.compression import compressed
from costsvc.web.context import catalog, private, services
from costsvc.web.endpoint import Endpoint
from costsvc.web.page import forms, headlines, pictures, results, words
from costsvc.web.page.pictures import Pairs
from costsvc.web.registry import ENDPOINTS, cached_answer
from costsvc.web.texts import documents

pages = Blueprint("page", __name__, template_folder="../templates")
REACH = {"tasks": 10_000, "requests_per_task": 1e9}
"""How far the map of an example goes."""
SERVED = {"model": "llama-3.1-8b", "accelerator": "h100", "batch_size": 32, "requests": 1e6, "region": "aws:us-east-1"}
"""Requests that the examples of comparisons are about."""
EXPLAIN = "explain"
"""The one parameter of a view that is no field of the request."""


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """A page with a form and its answer.

    Attributes:
        name: Its endpoint.
        path: Its address.
        title: What the navigation calls it.
        asks: The question that it answers.
        kind: Kind of the question.
        workload: What its empty form is for, where there is a choice.
            other: Name and title of the view of the other workload.
        examples: A request to begin with, where that of the question is for another workload.
    """

    name: str
    path: str
    title: str
    asks: str
    kind: str
    workload: str = "training"
    other: tuple[str, str] | None = None
    examples: Plain | None = None

    @property
    def example(self) -> Plain:
        """A request to begin with."""
        return self.examples or self.question.example

    @property
    def question(self) -> Endpoint:
        """What is asked."""
        return ENDPOINTS[self.kind]


VIEWS = (
    View(name="training", path="/", title="Training", asks="What does a training run cost?", kind="training"),
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
        examples={"inference": SERVED, "accelerators": ["h100", "b200", "l40s"], "regions": "all"},
        other=("placement", "Place a training run instead of requests"),
    ),
    View(
        name="change",
        path="/change",
        title="What if",
        asks="What would a change of the run come to?",
        kind="change",
        other=("change_serving", "Change how requests are served instead of a training run"),
    ),
    View(
        name="change_serving",
        path="/change/serving",
        title="What if",
        asks="What would a change of serving come to?",
        kind="change",
        workload="inference",
        examples={"before": {"inference": SERVED}, "after": {"inference": SERVED | {"precision": "fp8"}}},
        other=("change", "Change a training run instead of how requests are served"),
    ),
    View(name="schedule", path="/schedule", title="Schedule", asks="When is it best run?", kind="schedule"),
)
"""All views, in the order of the navigation; those for serving stand behind their first."""


def address(view: View, said: Sequence[tuple[str, str]]) -> str:
    """Where a view's answer to some fields lies."""
    where = request.script_root + view.path
    return f"{where}?{urlencode(said)}" if said else where


def _add(view: View) -> None:
    @pages.get(view.path, endpoint=view.name)
    def show() -> Any:
        given = list(request.args.items(multi=True))
        if any(not text.strip() for _, text in given):
            return redirect(address(view, [(name, text) for name, text in given if text.strip()]))
        return _shown(view, given)


def _shown(view: View, given: Pairs) -> str:
    body = query.body([pair for pair in given if pair[0] != EXPLAIN], view.question.schema)
    said = list(query.pairs(body))
    explain = view.question.explains and (EXPLAIN, "true") in given
    answer, errors = _answer(view.question, body, explain=explain) if said else (None, {})
    form = forms.form(view.kind, view.workload, view.question.schema, dict(said), errors)
    return render_template(
        f"page/{view.kind}.html" if answer else "page/view.html",
        view=view,
        form=form,
        said=said,
        answer=answer,
        example=list(query.pairs(view.example)),
        suggestions=services().suggestions,
        **(_told(view, answer, form, said) if answer else {}),
    )


def _told(view: View, answer: Plain, form: forms.Form, said: Pairs) -> dict[str, Any]:
    """What the template of an answer shows beside it."""
    told: dict[str, Any] = {
        "headline": headlines.headline(view.kind, answer),
        "figures": pictures.of(view.question, answer, said),
        "documents": [_taken(view.question, document, said) for document in documents.of(view.kind)],
        "fields": {one.name.rpartition(".")[2]: one.name for one in form.controls()},
    }
    if view.kind in forms.WORKLOADS:
        things = {str(id_): row for id_, row in catalog().tables["equivalences"].rows.items()}
        told |= {"totals": results.totals(answer), "pictured": results.equivalents(answer, things)}
    return told


def _taken(question: Endpoint, document: documents.Document, said: Pairs) -> dict[str, str]:
    """What an answer can be taken away as, and where."""
    where = f"{request.script_root}{question.path}/{document.name}?{urlencode(said)}"
    return {
        "title": f"{document.what[:1].upper()}{document.what[1:]}",
        "href": where,
        "download": f"{where}&download=1",
    }


def _answer(question: Endpoint, body: Plain, *, explain: bool) -> tuple[Plain | None, dict[str, list[str]]]:
    """The answer, or what is wrong by field."""
    try:
        found = cached_answer(question, body, services(), explain=explain)
    except (ValidationError, CostsvcError) as error:
        return None, problems.by_field(error)
    metrics.estimated(question.kind, found)
    return found, {}


@pages.app_context_processor
def _around() -> dict[str, Any]:
    """What every template may use."""
    return {
        "views": VIEWS,
        "address": address,
        "results": results,
        "override": results.override,
        "units": words.UNITS,
        "version": __version__,
        "data_version": catalog().version,
    }


pages.after_request(compressed)
pages.after_request(private)
for _view in VIEWS:
    _add(_view)
