"""What the API, the page, the figures and the texts share of an endpoint."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import marshmallow as ma
from webargs.fields import DelimitedList

from costsvc.errors import UnknownNameError
from costsvc.reference.catalog import Catalog
from costsvc.report.answers import Answer
from costsvc.report.selection import FIELD, check_name, select
from costsvc.report.short import SHORT_TYPES, shorten
from costsvc.schemas.field_errors import UnknownName
from costsvc.schemas.fields import Choice, Request, raise_if, refuse
from costsvc.schemas.reading import SCHEMAS, load_request

VIEW = "view"
SHORT = "short"
STEPS = "explanation"
EXPLAIN = ma.fields.Boolean(
    truthy={"true"},
    falsy={"false"},
    error_messages={"invalid": "must be true or false"},
    metadata={
        "description": "true adds explanation: the calculation steps with formulas, inputs, results and references"
    },
)


class AnswerField(ma.fields.String):
    """The dotted name of a field of an answer."""

    def __init__(self, answer_type: type) -> None:
        self.answer_type = answer_type
        super().__init__()

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        name: str = super()._deserialize(value, attr, data, **kwargs).strip()
        try:
            check_name(self.answer_type, name)
        except UnknownNameError as error:
            raise ma.ValidationError([UnknownName(error)]) from error
        return name


class FormQuery(Request):
    """The form of an answer: whole, short, or some of its fields."""

    error_messages: dict[str, str] = {  # noqa: RUF012 - the library declares it so
        **Request.error_messages,
        "unknown": "is not a parameter; send the fields of a request in the JSON body",
    }

    view = Choice((SHORT,), "short: the main result, id, versions and codes of warnings only")

    @ma.validates_schema
    def _one_form(self, data: dict[str, Any], **_: Any) -> None:
        names, explains = data.get(FIELD), bool(data.get("explain"))
        if names is not None:
            raise_if(refuse(data, [VIEW], "together with fields; give one of them"))
        if explains and data.get(VIEW) is not None:
            raise_if({"explain": ["not allowed together with view, whose answer has no steps"]})
        if not explains and any(STEPS in name.split(".") for name in names or ()):
            raise_if({FIELD: [f"{STEPS} requires explain=true"]})


@dataclass(frozen=True, kw_only=True, eq=False)
class Endpoint:
    """An endpoint that estimates or compares.

    Attributes:
        kind: Its name in metrics and documents.
        path: Its address.
        estimate: Answers a request from the tables.
        example: A body.
        answer_type: The TypedDict of its answers.
        explains: Whether it takes ``explain``.
    """

    kind: str
    path: str
    estimate: Callable[..., Answer]
    example: Mapping[str, object]
    answer_type: type
    explains: bool = False

    @property
    def schema(self) -> ma.Schema:
        """Reads a JSON body into the request of the domain."""
        return SCHEMAS[self.kind]

    @property
    def short_type(self) -> type:
        """The TypedDict of its short answers."""
        return SHORT_TYPES[self.kind]

    @cached_property
    def form(self) -> ma.Schema:
        """Reads which fields of an answer are wanted, or its short form."""
        return self.form_with()

    @cached_property
    def query(self) -> ma.Schema:
        """Reads the parameters of a POST: the form of the answer, and ``explain`` where there are steps."""
        return self.form_with(**({"explain": EXPLAIN} if self.explains else {}))

    def form_with(self, **others: ma.fields.Field[Any]) -> ma.Schema:
        """Reads the form of an answer, and other parameters.

        Args:
            **others: The other parameters.
        """
        names = DelimitedList(
            AnswerField(self.answer_type),
            metadata={
                "description": "Fields of the answer, separated by commas, in place of all: "
                "energy_kwh,carbon.total_kg; a field of a list is that of each entry",
            },
            validate=ma.validate.Length(min=1, error="must name a field"),
        )
        return FormQuery.from_dict({FIELD: names, **others}, name=f"{self.answer_type.__name__}Query")()

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
        return self.estimate(load_request(self.kind, body, tables), tables, **({"explain": True} if explain else {}))

    def formed(self, answer: Answer, asked: Mapping[str, Any]) -> object:
        """An answer in the form that was asked for.

        Args:
            answer: The whole answer.
            asked: As :attr:`query` reads it.
        """
        if asked.get(VIEW) == SHORT:
            return shorten(self.kind, answer)
        names = asked.get(FIELD)
        return answer if names is None else select(answer, names)
