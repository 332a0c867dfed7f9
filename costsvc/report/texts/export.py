"""The input of exports, and the parts of a citation."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import cast

from costsvc.answers.estimate import Estimate
from costsvc.answers.explanation import Provenance
from costsvc.answers.request_body import RequestBody
from costsvc.report.answers import Answer, AnyEstimate, Source, sources_of, unavailable_reason
from costsvc.report.texts.phrases import one_line, safe_url

ASSUMPTION = "assumption"
"""The source of values that nobody has published."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportInput:
    """An answer with its request.

    Attributes:
        kind: The kind of question.
        answer: The answer, as the API gives it.
        body: The request, as it was posted.
        address: The URL that it is posted to.
    """

    kind: str
    answer: Answer
    body: RequestBody
    address: str

    @property
    def estimate(self) -> AnyEstimate:
        """The answer of a kind of question that estimates a training run or requests."""
        return cast("AnyEstimate", self.answer)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reference:
    """A source in a list: its mark, its publication and its URL."""

    mark: str
    text: str
    url: str | None


@dataclass(frozen=True, slots=True)
class References:
    """The sources of an answer, numbered in the order in which a text cites them."""

    sources: dict[str, Source]
    cited: list[str] = field(default_factory=list)

    @classmethod
    def of(cls, answer: Provenance) -> "References":
        """The sources of an answer, none of them cited yet."""
        return cls({source["source_id"]: source for source in sources_of(answer)})

    def mark(self, source_id: str | None) -> str:
        """Cite a source.

        Returns:
            A space and its mark; empty for values without a publication.
        """
        if source_id is None or source_id == ASSUMPTION or source_id not in self.sources:
            return ""
        if source_id not in self.cited:
            self.cited.append(source_id)
        return f" [S{self.cited.index(source_id) + 1}]"

    def listed(self) -> list[Reference]:
        """The cited sources."""
        return [_reference(number, self.sources[name]) for number, name in enumerate(self.cited, start=1)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Citation:
    """A paragraph for a paper or a report, the warnings of its answer, and its sources."""

    paragraph: str
    notes: list[str]
    references: list[Reference]
    more_sources: int


def citation(sentences: Sequence[str], answer: Provenance, references: References) -> Citation:
    """Compose a citation.

    Args:
        sentences: The sentences of its paragraph; empty ones are left out.
        answer: The answer.
        references: The sources, with those that the sentences cite.
    """
    return Citation(
        paragraph=" ".join(sentence for sentence in sentences if sentence),
        notes=[one_line(warning["message"]) for warning in answer["warnings"]],
        references=references.listed(),
        more_sources=len(answer["sources"]) - len(references.cited),
    )


def identity(answer: Answer | Estimate) -> str:
    """The sentence with the versions and the id, by which the numbers can be reproduced."""
    return (
        f"Computed with costsvc {answer['version']} on reference data {answer['data_version']}; "
        f"the answer is {answer['id']}."
    )


def short_reason(answer: Provenance, *fields: str) -> str:
    """The reason of the first of some fields that is unavailable, without advice; empty if none is."""
    return one_line(unavailable_reason(answer, *fields).partition(";")[0].rstrip("."))


def _reference(number: int, source: Source) -> Reference:
    text = f"{source['producer']}: {source['title']}, {source['published']}."
    return Reference(mark=f"[S{number}]", text=one_line(text), url=safe_url(source["url"]))
