"""A question that the service answers, whichever way it is asked."""

from collections.abc import Callable
from dataclasses import dataclass

import marshmallow as ma
import orjson

from costsvc.estimates.answer import Plain
from costsvc.reference.catalog import Catalog
from costsvc.store import Store

KEPT_BYTES = 16 * 2**20
"""Room for the answers that a worker keeps for the figures and texts that a page asks for right after it."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Question:
    """One kind of question.

    Attributes:
        kind: What the metrics and the documents call it.
        path: The address to which it is posted.
        schema: Reads a JSON body as the domain takes it.
        ask: Answers it.
        example: A body.
        answer_type: The TypedDict of its answers.
        explains: Whether it can be asked to explain its answer.
    """

    kind: str
    path: str
    schema: ma.Schema
    ask: Callable[..., Plain]
    example: Plain
    answer_type: type
    explains: bool = False

    def answer(self, body: Plain, tables: Catalog, *, explain: bool = False) -> Plain:
        """The answer to a body.

        Args:
            body: The request, as JSON has it.
            tables: What is known.
            explain: Whether the answer shows its steps; only where the question explains.

        Raises:
            ValidationError: If a field is not as it must be.
            UnknownNameError: If a name is not known.
            BadRequestError: If what is asked has no answer.
        """
        return self.ask(self.schema.load(body), tables, **({"explain": True} if explain else {}))


class Answers:
    """Answers to questions on the same tables; the last ones are kept, as JSON and so many bytes of it.

    As objects an answer takes fifteen times the memory of its JSON, and how large it is its asker decides.
    """

    def __init__(self, tables: Catalog, room: int = KEPT_BYTES) -> None:
        self._tables, self._kept = tables, Store(room)

    @property
    def size(self) -> int:
        """Bytes that are kept."""
        return self._kept.size

    def find(self, question: Question, body: Plain, *, explain: bool = False) -> Plain:
        """As :meth:`Question.answer`, read from JSON as a client would."""
        said = orjson.dumps(body)
        key = orjson.dumps([question.kind, explain]) + said
        found = self._kept.get(key)
        if found is None:
            found = orjson.dumps(question.answer(orjson.loads(said), self._tables, explain=explain))
            self._kept.put(key, found)
        answer: Plain = orjson.loads(found)
        return answer
