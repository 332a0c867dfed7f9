"""The formats in which an answer can be exported, by name."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import orjson

from costsvc.report.answers import A, of_kind
from costsvc.report.texts import comparisons, latex, markdown
from costsvc.report.texts.curl import script
from costsvc.report.texts.estimate import estimate
from costsvc.report.texts.export import Citation, ExportInput
from costsvc.report.texts.model_card import model_card
from costsvc.report.texts.sci_statement import sci_statement


def _of_answer(compose: Callable[[A], Citation]) -> Callable[[ExportInput], Citation]:
    """A citation that needs only the answer."""
    return lambda export: of_kind(compose)(export.answer)


CITATIONS: Mapping[str, Callable[[ExportInput], Citation]] = {
    "training": estimate,
    "inference": estimate,
    "amortization": _of_answer(comparisons.amortization),
    "api_or_own": _of_answer(comparisons.api_or_own),
    "placement": _of_answer(comparisons.placement),
    "change": _of_answer(comparisons.change),
    "schedule": _of_answer(comparisons.schedule),
}
"""The citation of each kind of question."""
ALL = frozenset(CITATIONS)
ESTIMATES = frozenset({"training", "inference"})


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportFormat:
    """A format in which an answer can be exported.

    Attributes:
        name: The last part of its URL.
        description: What the export contains.
        media_type: Its media type.
        kinds: The kinds of question that have it.
        write: Writes the export.
    """

    name: str
    description: str
    media_type: str
    kinds: frozenset[str]
    write: Callable[[ExportInput], str]


def _as_markdown(export: ExportInput) -> str:
    return markdown.render(CITATIONS[export.kind](export))


def _as_latex(export: ExportInput) -> str:
    return latex.render(CITATIONS[export.kind](export))


def _as_json(export: ExportInput) -> str:
    return orjson.dumps(export.answer).decode()


MARKDOWN = "text/markdown"
FORMATS: Mapping[str, ExportFormat] = {
    one.name: one
    for one in (
        ExportFormat(
            name="citation.md",
            description="a paragraph for a paper or report, with its sources, in Markdown",
            media_type=MARKDOWN,
            kinds=ALL,
            write=_as_markdown,
        ),
        ExportFormat(
            name="citation.tex",
            description="the same paragraph in LaTeX",
            media_type="text/x-tex",
            kinds=ALL,
            write=_as_latex,
        ),
        ExportFormat(
            name="model-card.md",
            description="metadata and a section for a model card of the Hugging Face Hub",
            media_type=MARKDOWN,
            kinds=frozenset({"training"}),
            write=model_card,
        ),
        ExportFormat(
            name="sci.md",
            description="a statement of software carbon intensity by ISO/IEC 21031:2024",
            media_type=MARKDOWN,
            kinds=ESTIMATES,
            write=sci_statement,
        ),
        ExportFormat(
            name="request.sh",
            description="the request as a shell script with curl",
            media_type="text/x-shellscript",
            kinds=ALL,
            write=script,
        ),
        ExportFormat(
            name="answer.json",
            description="the answer itself",
            media_type="application/json",
            kinds=ALL,
            write=_as_json,
        ),
    )
}


def formats_of(kind: str) -> list[ExportFormat]:
    """The formats of the answers to a kind of question."""
    return [one for one in FORMATS.values() if kind in one.kinds]
