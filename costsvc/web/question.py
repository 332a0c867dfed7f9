"""A question that the service answers, whichever way it is asked."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import marshmallow as ma
import orjson

from costsvc.estimates.answer import Plain
from costsvc.reference.catalog import Catalog

KEPT = 32
"""Answers that a worker keeps for the figures and texts that a page asks for right after it."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Question:
    """One kind of question.

    Attributes:
        kind: What the metrics and the documents call it.
        path: The address to which it is posted.
        schema: Reads a JSON body as the domain takes it.
        ask: Answers it.
        example: A body.
        explains: Whether it can be asked to explain its answer.
    """

    kind: str
    path: str
    schema: ma.Schema
    ask: Callable[..., Plain]
    example: Plain
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
    """Answers to questions on the same tables; the last few are kept."""

    def __init__(self, tables: Catalog) -> None:
        def find(question: Question, body: bytes, explain: bool) -> Plain:
            return question.answer(orjson.loads(body), tables, explain=explain)

        self._find: Any = lru_cache(maxsize=KEPT)(find)

    def find(self, question: Question, body: Plain, *, explain: bool = False) -> Plain:
        """As :meth:`Question.answer`; whoever gets the answer must not change it."""
        found: Plain = self._find(question, orjson.dumps(body), explain)
        return found
