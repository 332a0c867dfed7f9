"""GET {question}/figures/{figure}: a figure of an answer, its data or its specification."""

from collections.abc import Mapping
from functools import partial
from typing import Any, cast, get_args

import orjson
from flask import Response, current_app

from costsvc import limits
from costsvc.report.figures.csv_table import to_csv
from costsvc.report.figures.registry import FIGURES
from costsvc.report.figures.theme import Size, Spec, Theme, with_theme
from costsvc.web import asking, problems
from costsvc.web.api import CostsvcBlueprint
from costsvc.web.context import private, tagged
from costsvc.web.packing import packed
from costsvc.web.question import Question
from costsvc.web.questions import QUESTIONS, answered

blueprint = CostsvcBlueprint("drawings", __name__, description="Answers as figures")
THEME = "theme"
THEMES = get_args(Theme)
SIZE = "size"
SIZES = get_args(Size)
TYPES: Mapping[str, str] = {
    "svg": "image/svg+xml",
    "png": "image/png",
    "csv": "text/csv; charset=utf-8",
    "vl.json": "application/vnd.vegalite.v6+json",
}
"""The formats of a figure: extension and media type."""
POLICY = "default-src 'none'; sandbox"
"""A figure that is opened by itself may load nothing."""


def _add(question: Question) -> None:
    """Add the URL of the figures of a question."""

    @blueprint.get(
        f"{question.path}/figures/<figure>",
        endpoint=f"draw_{question.kind}",
        parameters=[_figures_of(question.kind)],
    )
    @blueprint.doc(
        summary=f"Draw a figure of an answer of {question.kind}.",
        description=_described(question.kind),
        parameters=[
            asking.fields_of(question),
            asking.words_of(THEME, THEMES, "The colours of the page; default light"),
            asking.words_of(SIZE, SIZES, "For a wide or a narrow page; default large"),
            asking.download(),
        ],
        responses={"200": {"description": "The figure", "content": _content()}},
    )
    @blueprint.alt_response(304, description="Not modified since the ETag")
    @blueprint.problem(404)
    @blueprint.problem(422)
    @blueprint.problem(503)
    def draw(figure: str) -> Response:
        name, _, form = figure.partition(".")
        if name not in FIGURES[question.kind] or form not in TYPES:
            known = ", ".join(FIGURES[question.kind])
            name = figure[: limits.NAME_LENGTH]
            return problems.problem(404, "not-found", f"{question.kind} has no figure {name!r}; it has {known}.")
        return tagged(partial(_figure, question, name, form))


def _figure(question: Question, name: str, form: str) -> Response:
    theme, size = (asking.one_of(name, words, words[0]) for name, words in ((THEME, THEMES), (SIZE, SIZES)))
    download = asking.is_download()
    spec = FIGURES[question.kind][name].of(answered(question, asking.body(question, THEME, SIZE)))
    if spec is None:
        return problems.problem(
            404, "not-found", f"This answer lacks the data of the figure {name}; there is nothing to draw."
        )
    themed = with_theme(spec, cast("Theme", theme), cast("Size", size))
    response = Response(_in_format(themed, form), content_type=TYPES[form])
    response.headers["Content-Security-Policy"] = POLICY
    if download:
        response.headers.set("Content-Disposition", "attachment", filename=f"{question.kind}-{name}.{form}")
    return response


def _in_format(spec: Spec, form: str) -> bytes | str:
    if form == "csv":
        return to_csv(spec)
    if form == "vl.json":
        return orjson.dumps(spec)
    figure: bytes = current_app.extensions["renderer"].render(spec, form)
    return figure


def _figures_of(kind: str) -> dict[str, Any]:
    names = [f"{name}.{form}" for name in FIGURES[kind] for form in TYPES]
    return {
        "name": "figure",
        "in": "path",
        "required": True,
        "schema": {"type": "string", "enum": names},
        "example": names[0],
    }


def _described(kind: str) -> str:
    listed = "\n".join(f"- `{name}`: {figure.title}" for name, figure in FIGURES[kind].items())
    return f"As SVG or PNG, its data as CSV, or its Vega-Lite specification; one of\n\n{listed}"


def _content() -> dict[str, Any]:
    text, file = {"type": "string"}, {"type": "string", "format": "binary"}
    schemas = {"png": file, "vl.json": {"type": "object"}}
    parts = {form: media_type.split(";") for form, media_type in TYPES.items()}
    return {media_type: {"schema": schemas.get(form, text)} for form, (media_type, *_) in parts.items()}


blueprint.after_request(packed)
blueprint.after_request(private)
for _question in QUESTIONS.values():
    _add(_question)
