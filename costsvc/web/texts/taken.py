"""What texts are made of."""

from dataclasses import dataclass, field
from typing import Any

from costsvc.estimates.answer import Plain
from costsvc.web.texts.words import plain, web_address

ASSUMPTION = "assumption"
"""The source of what nobody has published."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """An answer and how it was asked for.

    Attributes:
        kind: The kind of question.
        answer: The answer, as the API gives it.
        body: The request, as it was posted.
        address: Where it is posted to.
    """

    kind: str
    answer: Plain
    body: Plain
    address: str


@dataclass(frozen=True, slots=True)
class References:
    """The sources of an answer, numbered in the order in which a text cites them."""

    known: dict[str, Plain]
    cited: list[str] = field(default_factory=list)

    @classmethod
    def of(cls, answer: Plain) -> "References":
        """Those of an answer; none is cited yet."""
        return cls({source["source_id"]: source for source in answer["sources"]})

    def mark(self, source_id: str | None) -> str:
        """A mark behind what the source says; nothing for what no publication says."""
        source = self.known.get(source_id or "")
        if source is None or source_id == ASSUMPTION:
            return ""
        if source["source_id"] not in self.cited:
            self.cited.append(source["source_id"])
        return f" [S{self.cited.index(source['source_id']) + 1}]"

    def listed(self) -> list["Reference"]:
        """What the text cited."""
        return [_reference(number, self.known[name]) for number, name in enumerate(self.cited, start=1)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reference:
    """One source: its mark, who published what and when, and where."""

    mark: str
    said: str
    url: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Citation:
    """A paragraph for a paper or a report, what to know of it, and its sources."""

    paragraph: str
    notes: list[str]
    references: list[Reference]
    more_sources: int


def citation(sentences: list[str], answer: Plain, references: References) -> Citation:
    """The parts of a citation, from its sentences and the answer that they are of."""
    return Citation(
        paragraph=" ".join(sentence for sentence in sentences if sentence),
        notes=[plain(warning["message"]) for warning in answer["warnings"]],
        references=references.listed(),
        more_sources=len(answer["sources"]) - len(references.cited),
    )


def identity(answer: Plain) -> str:
    """The sentence that lets somebody else find the same numbers again."""
    return (
        f"Computed with costsvc {answer['version']} on reference data {answer['data_version']}; "
        f"the answer is {answer['id']}."
    )


def reason(answer: Plain, *fields: str) -> str:
    """Why the first of some fields that is not available is not, without the advice; or nothing."""
    said = {gap["field"]: gap["reason"] for gap in answer["unavailable"]}
    found: Any = next((said[name] for name in fields if name in said), "")
    return plain(found.partition(";")[0].rstrip("."))


def _reference(number: int, source: Plain) -> Reference:
    said = f"{source['producer']}: {source['title']}, {source['published']}."
    return Reference(mark=f"[S{number}]", said=plain(said), url=web_address(source["url"]))
