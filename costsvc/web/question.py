"""A question that the service answers, whichever way it is asked."""

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from threading import Lock
from typing import TypeAlias

import marshmallow as ma
import orjson

from costsvc.estimates.answer import Plain
from costsvc.reference.catalog import Catalog

KEPT_BYTES = 16 * 2**20
"""Room for the answers that a worker keeps for the figures and texts that a page asks for right after it."""
LARGEST_SHARE = 4
"""An answer larger than this part of the room is not kept: it would drive out those of everybody else."""
Key: TypeAlias = tuple[str, bytes, bool]


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
    """Answers to questions on the same tables; the last ones are kept, as JSON and so many bytes of it.

    As objects an answer takes fifteen times the memory of its JSON, and how large it is its asker decides.
    """

    def __init__(self, tables: Catalog, room: int = KEPT_BYTES) -> None:
        self._tables, self._room = tables, room
        self._kept: OrderedDict[Key, bytes] = OrderedDict()
        self._lock = Lock()
        self.size = 0

    def find(self, question: Question, body: Plain, *, explain: bool = False) -> Plain:
        """As :meth:`Question.answer`, read from JSON as a client would."""
        key = question.kind, orjson.dumps(body), explain
        with self._lock:
            found = self._kept.get(key)
            if found is not None:
                self._kept.move_to_end(key)
        if found is None:
            found = orjson.dumps(question.answer(orjson.loads(key[1]), self._tables, explain=explain))
            self._keep(key, found)
        answer: Plain = orjson.loads(found)
        return answer

    def _keep(self, key: Key, found: bytes) -> None:
        if _size(key, found) > self._room // LARGEST_SHARE:
            return
        with self._lock:
            if key not in self._kept:
                self._kept[key] = found
                self.size += _size(key, found)
            while self.size > self._room:
                self.size -= _size(*self._kept.popitem(last=False))


def _size(key: Key, found: bytes) -> int:
    return len(key[1]) + len(found)
