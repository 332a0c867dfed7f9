"""Every document that can be taken away, by its name."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import orjson

from costsvc.web.texts import comparisons, latex, markdown
from costsvc.web.texts.card import card
from costsvc.web.texts.command import script
from costsvc.web.texts.estimate import estimate
from costsvc.web.texts.sci import statement
from costsvc.web.texts.taken import Citation, Taken

CITATIONS: Mapping[str, Callable[[Taken], Citation]] = {
    "training": estimate,
    "inference": estimate,
    "amortization": comparisons.amortization,
    "placement": comparisons.placement,
    "change": comparisons.change,
    "schedule": comparisons.schedule,
}
"""What composes the paragraph of each kind of question."""
ALL = frozenset(CITATIONS)
ESTIMATES = frozenset({"training", "inference"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A text that an answer can be taken away as.

    Attributes:
        name: The last part of its address.
        what: What it is.
        media_type: What it is served as.
        kinds: The questions whose answers have one.
        write: Writes it.
    """

    name: str
    what: str
    media_type: str
    kinds: frozenset[str]
    write: Callable[[Taken], str]


def _as_markdown(taken: Taken) -> str:
    return markdown.written(CITATIONS[taken.kind](taken))


def _as_latex(taken: Taken) -> str:
    return latex.written(CITATIONS[taken.kind](taken))


def _as_json(taken: Taken) -> str:
    return orjson.dumps(taken.answer).decode()


MARKDOWN = "text/markdown"
DOCUMENTS: Mapping[str, Document] = {
    document.name: document
    for document in (
        Document(
            name="citation.md",
            what="a paragraph for a paper or report, with its sources, in Markdown",
            media_type=MARKDOWN,
            kinds=ALL,
            write=_as_markdown,
        ),
        Document(
            name="citation.tex",
            what="the same paragraph in LaTeX",
            media_type="text/x-tex",
            kinds=ALL,
            write=_as_latex,
        ),
        Document(
            name="model-card.md",
            what="metadata and a section for a model card of the Hugging Face Hub",
            media_type=MARKDOWN,
            kinds=frozenset({"training"}),
            write=card,
        ),
        Document(
            name="sci.md",
            what="a statement of software carbon intensity by ISO/IEC 21031:2024",
            media_type=MARKDOWN,
            kinds=ESTIMATES,
            write=statement,
        ),
        Document(
            name="request.sh",
            what="the request as a shell script with curl",
            media_type="text/x-shellscript",
            kinds=ALL,
            write=script,
        ),
        Document(
            name="answer.json",
            what="the answer itself",
            media_type="application/json",
            kinds=ALL,
            write=_as_json,
        ),
    )
}


def of(kind: str) -> list[Document]:
    """The documents of an answer to a kind of question."""
    return [document for document in DOCUMENTS.values() if kind in document.kinds]
