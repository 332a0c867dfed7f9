"""The figures of a page: URLs, titles and descriptions."""

from typing import NamedTuple
from urllib.parse import urlencode

from flask import request

from costsvc.reference.scoreboard import Scoreboard
from costsvc.report.answers import Answer
from costsvc.report.figures import accuracy
from costsvc.report.figures.registry import FIGURES
from costsvc.web.api.figures import SIZE, THEME, TYPES
from costsvc.web.api.validation import FIGURE
from costsvc.web.endpoint import Endpoint

Pairs = list[tuple[str, str]]
NARROW, DARK = "(max-width: 40rem)", "(prefers-color-scheme: dark)"
SOURCES = (
    (f"{NARROW} and {DARK}", {THEME: "dark", SIZE: "small"}),
    (NARROW, {SIZE: "small"}),
    (DARK, {THEME: "dark"}),
)
"""The variants of a figure for pages that are narrow or dark."""
FORMS = {"svg": "SVG", "png": "PNG", "csv": "data", "vl.json": "specification"}


class Picture(NamedTuple):
    """A figure of a page.

    Attributes:
        name: Its name.
        title: Its title.
        description: Its main finding in words.
        svg: Its URL.
        sources: Media conditions and URLs of its variants.
        downloads: Names and URLs of its formats.
        loading: ``eager`` or ``lazy``.
    """

    name: str
    title: str
    description: str
    svg: str
    sources: list[tuple[str, str]]
    downloads: list[tuple[str, str]]
    loading: str


def of(question: Endpoint, answer: Answer, fields: Pairs) -> list[Picture]:
    """The figures of an answer.

    Args:
        question: The endpoint of the question.
        answer: The answer.
        fields: The fields of the request.
    """
    figures = [(name, figure) for name, figure in FIGURES[question.kind].items() if figure.specify(answer) is not None]
    begin, query = f"{request.script_root}{question.path}/figures", urlencode(fields)
    return [
        _picture(
            {form: f"{begin}/{name}.{form}?{query}" for form in TYPES},
            name=name,
            title=figure.title,
            description=figure.describe(answer),
            lazy=place > 0,
        )
        for place, (name, figure) in enumerate(figures)
    ]


def _picture(urls: dict[str, str], *, name: str, title: str, description: str, lazy: bool) -> Picture:
    return Picture(
        name=name,
        title=title,
        description=description,
        svg=urls["svg"],
        sources=[(media, f"{urls['svg']}&{urlencode(variant)}") for media, variant in SOURCES],
        downloads=[(FORMS[form], f"{url}&download=1") for form, url in urls.items()],
        loading="lazy" if lazy else "eager",
    )


def of_scoreboard(board: Scoreboard) -> dict[str, list[Picture]]:
    """The figures of the scoreboard by group.

    Args:
        board: The scoreboard.
    """
    begin = f"{request.script_root}/v1/validation/figure"
    grouped: dict[str, list[Picture]] = {}
    for name, figure in accuracy.FIGURES.items():
        picture = _picture(
            {form: f"{begin}.{form}?{urlencode({FIGURE: name})}" for form in TYPES},
            name=name,
            title=figure.title,
            description=figure.describe(board),
            lazy=figure.group != "peers",
        )
        grouped.setdefault(figure.group, []).append(picture)
    return grouped
