"""Figures as the page shows them: by their addresses, with words for those who do not see them."""

from typing import NamedTuple
from urllib.parse import urlencode

from flask import request

from costsvc.estimates.answer import Plain
from costsvc.web.drawings import THEME, TYPES
from costsvc.web.figures.registry import FIGURES
from costsvc.web.question import Question

Pairs = list[tuple[str, str]]
FORMS = {"svg": "SVG", "png": "PNG", "csv": "data", "vl.json": "specification"}


class Picture(NamedTuple):
    """A figure of a page.

    Attributes:
        name: Its name.
        title: What it shows.
        description: Its main finding in words.
        svg: Its address.
        dark: Its address where the page is dark.
        downloads: What it can be had as, and where.
        loading: Whether it is fetched at once.
    """

    name: str
    title: str
    description: str
    svg: str
    dark: str
    downloads: list[tuple[str, str]]
    loading: str


def of(question: Question, answer: Plain, said: Pairs) -> list[Picture]:
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
                dark=f"{where['svg']}&{THEME}=dark",
                downloads=[(FORMS[form], f"{where[form]}&download=1") for form in TYPES],
                loading="lazy" if place else "eager",
            )
        )
    return pictures
