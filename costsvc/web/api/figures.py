"""GET {endpoint}/figures/{figure}: an answer as a figure, as its data, as its specification."""

from collections.abc import Mapping
from functools import partial
from typing import Any, cast, get_args

import orjson
from flask import Response

from costsvc import limits
from costsvc.report.figures.csv_table import to_csv
from costsvc.report.figures.registry import FIGURES
from costsvc.report.figures.theme import Size, Theme, with_theme
from costsvc.report.rendering import Format, Spec
from costsvc.web import problems, query_params
from costsvc.web.blueprint import CostsvcBlueprint
from costsvc.web.compression import compressed
from costsvc.web.endpoint import Endpoint
from costsvc.web.http import private, services, tagged
from costsvc.web.registry import ENDPOINTS, cached_answer

blueprint = CostsvcBlueprint("figures", __name__, tag="figures")
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
"""Formats of figures: the suffix of the address, and the media type."""
POLICY = "default-src 'none'; sandbox"
"""A figure that is opened by itself may load nothing."""


def _add(endpoint: Endpoint) -> None:
    """Give a endpoint the address of its figures."""

    @blueprint.get(
        f"{endpoint.path}/figures/<figure>",
        endpoint=f"draw_{endpoint.kind}_figure",
        parameters=[_figures_of(endpoint.kind)],
    )
    @blueprint.doc(
        summary=f"Draw a figure of an answer of {endpoint.kind}.",
        description=_described(endpoint.kind),
        parameters=[
            query_params.fields_of(endpoint),
            *variants(),
        ],
        responses={"200": {"description": "The figure", "content": content()}},
    )
    @blueprint.alt_response(304, description="Not modified since the ETag")
    @blueprint.problem(404)
    @blueprint.problem(422)
    @blueprint.problem(503)
    def draw(figure: str) -> Response:
        name, _, form = figure.partition(".")
        if name not in FIGURES[endpoint.kind] or form not in TYPES:
            known = ", ".join(FIGURES[endpoint.kind])
            known_name = figure[: limits.NAME_LENGTH]
            return problems.problem(
                404, "not-found", f"{endpoint.kind} has no figure {known_name!r}; available: {known}."
            )
        return tagged(partial(_figure, endpoint, name, form))


def _figure(endpoint: Endpoint, name: str, form: str) -> Response:
    variant = asked_variant()
    download = query_params.is_download()
    spec = FIGURES[endpoint.kind][name].of(
        cached_answer(endpoint, query_params.body(endpoint, THEME, SIZE), services())
    )
    if spec is None:
        return problems.problem(404, "not-found", f"This answer has no data for the figure {name}.")
    return drawn(with_theme(spec, *variant), form, f"{endpoint.kind}-{name}" if download else None)


def drawn(spec: Spec, form: str, saved_as: str | None) -> Response:
    """A figure as a response.

    Args:
        spec: Its specification with a theme.
        form: One of :data:`TYPES`.
        saved_as: The name, without its ending, under which the browser saves it; None if it shows it.
    """
    response = Response(_in_format(spec, form), content_type=TYPES[form])
    response.headers["Content-Security-Policy"] = POLICY
    if saved_as:
        response.headers.set("Content-Disposition", "attachment", filename=f"{saved_as}.{form}")
    return response


def variants() -> list[dict[str, Any]]:
    """The parameters that document theme, size and download."""
    return [
        query_params.words_of(THEME, THEMES, "Background; default light"),
        query_params.words_of(SIZE, SIZES, "Size for a wide or a narrow page; default large"),
        query_params.download(),
    ]


def asked_variant() -> tuple[Theme, Size]:
    """The theme and the size that the query asks for.

    Raises:
        ValidationError: If it names others.
    """
    theme, size = (query_params.one_of(name, words, words[0]) for name, words in ((THEME, THEMES), (SIZE, SIZES)))
    return cast("Theme", theme), cast("Size", size)


def _in_format(spec: Spec, form: str) -> bytes | str:
    if form == "csv":
        return to_csv(spec)
    if form == "vl.json":
        return orjson.dumps(spec)
    return services().renderer.render(spec, cast("Format", form))


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


def content() -> dict[str, Any]:
    """The media types of figures, as OpenAPI documents them."""
    text, file = {"type": "string"}, {"type": "string", "format": "binary"}
    schemas = {"png": file, "vl.json": {"type": "object"}}
    parts = {form: media_type.split(";") for form, media_type in TYPES.items()}
    return {media_type: {"schema": schemas.get(form, text)} for form, (media_type, *_) in parts.items()}


blueprint.after_request(compressed)
blueprint.after_request(private)
for _endpoint in ENDPOINTS.values():
    _add(_endpoint)
