"""What the API, the page, the figures and the texts share of an endpoint."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import marshmallow as ma

from costsvc.reference.catalog import Catalog
from costsvc.report.answers import Answer
from costsvc.web.fields import Request


class ExplainQuery(Request):
    """Whether an answer contains its calculation steps."""

    explain = ma.fields.Boolean(
        load_default=False,
        truthy={"true"},
        falsy={"false"},
        error_messages={"invalid": "must be true or false"},
        metadata={
            "description": "true adds explanation: the calculation steps with formulas, inputs, results and references"
        },
    )


QUERY = ExplainQuery()


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Endpoint:
    """An endpoint that estimates or compares.

    Attributes:
        kind: Its name in metrics and documents.
        path: Its address.
        schema: Reads a JSON body into the request of the domain.
        estimate: Answers a request from the tables.
        example: A body.
        answer_type: The TypedDict of its answers.
        explains: Whether it takes ``explain``.
    """

    kind: str
    path: str
    schema: ma.Schema
    estimate: Callable[..., Answer]
    example: Mapping[str, object]
    answer_type: type
    explains: bool = False

    def answer(self, body: Mapping[str, object], tables: Catalog, *, explain: bool = False) -> Answer:
        """The answer to a body.

        Args:
            body: The request as JSON.
            tables: The reference tables.
            explain: Whether the answer contains its calculation steps; only if the endpoint explains.

        Raises:
            ValidationError: If a field is invalid.
            UnknownNameError: If a name is not known.
            BadRequestError: If the request is inconsistent or cannot be estimated.
        """
        return self.estimate(self.schema.load(body), tables, **({"explain": True} if explain else {}))
