"""Figures as the page shows them: by their addresses, with words for those who do not see them."""

from typing import NamedTuple
from urllib.parse import urlencode

from flask import request

from costsvc.estimates.answer import Plain
from costsvc.evidence.published import Scoreboard, cases_of
from costsvc.web.api.figures import SIZE, THEME, TYPES
from costsvc.web.endpoint import Endpoint
from costsvc.web.figures.registry import FIGURES

Pairs = list[tuple[str, str]]
NARROW, DARK = "(max-width: 40rem)", "(prefers-color-scheme: dark)"
SOURCES = (
    (f"{NARROW} and {DARK}", {THEME: "dark", SIZE: "small"}),
    (NARROW, {SIZE: "small"}),
    (DARK, {THEME: "dark"}),
)
"""How a figure is drawn where its page is not wide and light."""
FORMS = {"svg": "SVG", "png": "PNG", "csv": "data", "vl.json": "specification"}


class Picture(NamedTuple):
    """A figure of a page.

    Attributes:
        name: Its name.
        title: What it shows.
        description: Its main finding in words.
        svg: Its address.
        sources: Its addresses where the page is dark or narrow, each with the condition.
        downloads: What it can be had as, and where.
        loading: Whether it is fetched at once.
    """

    name: str
    title: str
    description: str
    svg: str
    sources: list[tuple[str, str]]
    downloads: list[tuple[str, str]]
    loading: str


def of(question: Endpoint, answer: Plain, said: Pairs) -> list[Picture]:
    """The figures that an answer has.

    Args:
        question: What was asked.
        answer: Its answer.
        said: The fields of the request.
    """
    found = [(name, figure) for name, figure in FIGURES[question.kind].items() if figure.specify(answer) is not None]
    pictures = []
    for place, (name, figure) in enumerate(found):
        where = {
            form: f"{request.script_root}{question.path}/figures/{name}.{form}?{urlencode(said)}" for form in TYPES
        }
        pictures.append(
            Picture(
                name=name,
                title=figure.title,
                description=figure.describe(answer),
                svg=where["svg"],
                sources=[(media, f"{where['svg']}&{urlencode(how)}") for media, how in SOURCES],
                downloads=[(FORMS[form], f"{where[form]}&download=1") for form in TYPES],
                loading="lazy" if place else "eager",
            )
        )
    return pictures


def scoreboard(board: Scoreboard) -> Picture:
    """The figure of the scoreboard.

    Args:
        board: What was measured.
    """
    begin = f"{request.script_root}/v1/validation/figure"
    rows = len(cases_of(board))
    return Picture(
        name="scoreboard",
        title="Predicted against published figures, by kind",
        description=f"{rows} published figures against what the service answers, by kind; medians stand in the table.",
        svg=f"{begin}.svg",
        sources=[],
        downloads=[(FORMS[form], f"{begin}.{form}") for form in ("svg", "png")],
        loading="eager",
    )
