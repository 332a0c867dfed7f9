"""The client: a method for each question, and ``call`` for every operation of openapi.yaml."""

import datetime as dt
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from types import TracebackType
from typing import Any, Literal, NamedTuple, Protocol, Self, TypeAlias, Unpack, overload, runtime_checkable
from urllib.parse import urlencode

from urllib3 import BaseHTTPResponse

from costsvc.answers.amortization import Amortization
from costsvc.answers.api_or_own import ApiOrOwnAnswer
from costsvc.answers.change import ChangeAnswer
from costsvc.answers.estimate import InferenceEstimate, TrainingEstimate
from costsvc.answers.model_footprint import ModelFootprint
from costsvc.answers.operations import Health, Problem, Readiness, Tools
from costsvc.answers.placement import PlacementAnswer
from costsvc.answers.schedule import ScheduleAnswer
from costsvc.answers.short import (
    ShortAmortization,
    ShortApiOrOwn,
    ShortChange,
    ShortEstimate,
    ShortPlacement,
    ShortSchedule,
)
from costsvc.answers.validation import Validation
from costsvc.client.errors import ServiceError
from costsvc.client.fields import (
    ApiOrOwnFields,
    ChangeFields,
    PlacementFields,
    ScheduleFields,
    ServingFields,
    StrategiesFields,
    TrainingFields,
)
from costsvc.client.operations import locate
from costsvc.client.transport import Timeouts, Transport
from costsvc.limits import PAGE

View: TypeAlias = Literal["short"]
Parts: TypeAlias = dict[str, Any]
"""Some fields of an answer, in the objects that hold them."""
Question: TypeAlias = Literal["training", "inference", "amortization", "api-or-own", "placement", "change", "schedule"]
Table: TypeAlias = Literal["accelerators", "instances", "regions", "models", "prices", "sources", "data"]
LINES = "application/x-ndjson"
Kind: TypeAlias = Literal["training", "inference"]
FORM = ("view", "fields", "explain")
"""Keyword arguments that choose the form of an answer; all others are fields of the request."""


@runtime_checkable
class HasItem(Protocol):
    """A number of numpy, recognised without an import of numpy."""

    def item(self) -> object:
        """The number as one of Python."""


class BatchAnswer(NamedTuple):
    """The answer to a batch of rows.

    Attributes:
        rows: The rows with their results.
        summary: Totals, rejected rows and counts.
    """

    rows: list[dict[str, Any]]
    summary: dict[str, Any]


class Client:
    """Asks a service; several threads can share a client.

    The keyword arguments of a question are the fields of its request, under the same names as in JSON; objects inside
    it are dicts. ``view="short"`` gives the main result, ``fields=["energy_kwh", "carbon.total_kg"]`` some fields, and
    ``explain=True`` adds the steps of the calculation.

    Attributes:
        address: Address of the service.
    """

    def __init__(
        self,
        address: str,
        *,
        headers: Mapping[str, str] | None = None,
        timeouts: Timeouts | None = None,
        retries: int = 4,
    ) -> None:
        """Prepare a client; nothing is sent yet.

        Args:
            address: Address of the service, with its prefix: ``https://example.org/costs``.
            headers: Further headers of every request, as a proxy in front of the service needs them.
            timeouts: How long to wait.
            retries: Further attempts at most, where the service cannot be reached or answers 429, 502, 503 or 504.
        """
        self._transport = Transport(address, headers or {}, timeouts or Timeouts(), retries)
        self.address = self._transport.address

    def __enter__(self) -> Self:
        """The client; its connections are closed at the end of the block."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close all connections."""
        self._transport.close()

    @overload
    def estimate_training(self, *, view: View, **run: Unpack[TrainingFields]) -> ShortEstimate: ...
    @overload
    def estimate_training(
        self, *, fields: Sequence[str], explain: bool = ..., **run: Unpack[TrainingFields]
    ) -> Parts: ...
    @overload
    def estimate_training(self, *, explain: bool = ..., **run: Unpack[TrainingFields]) -> TrainingEstimate: ...
    def estimate_training(self, **run: Any) -> Any:
        """Estimate a training run."""
        return self._ask("estimateTraining", run)

    @overload
    def estimate_serving(self, *, view: View, **load: Unpack[ServingFields]) -> ShortEstimate: ...
    @overload
    def estimate_serving(
        self, *, fields: Sequence[str], explain: bool = ..., **load: Unpack[ServingFields]
    ) -> Parts: ...
    @overload
    def estimate_serving(self, *, explain: bool = ..., **load: Unpack[ServingFields]) -> InferenceEstimate: ...
    def estimate_serving(self, **load: Any) -> Any:
        """Estimate requests to a model, on a machine or at a provider that bills them."""
        return self._ask("estimateServing", load)

    @overload
    def compare_strategies(self, *, view: View, **comparison: Unpack[StrategiesFields]) -> ShortAmortization: ...
    @overload
    def compare_strategies(
        self, *, fields: Sequence[str], explain: bool = ..., **comparison: Unpack[StrategiesFields]
    ) -> Parts: ...
    @overload
    def compare_strategies(self, *, explain: bool = ..., **comparison: Unpack[StrategiesFields]) -> Amortization: ...
    def compare_strategies(self, **comparison: Any) -> Any:
        """Compare strategies over tasks, requests and time: a shared model against one per task."""
        return self._ask("compareStrategies", comparison)

    @overload
    def compare_api_or_own(self, *, view: View, **comparison: Unpack[ApiOrOwnFields]) -> ShortApiOrOwn: ...
    @overload
    def compare_api_or_own(self, *, fields: Sequence[str], **comparison: Unpack[ApiOrOwnFields]) -> Parts: ...
    @overload
    def compare_api_or_own(self, **comparison: Unpack[ApiOrOwnFields]) -> ApiOrOwnAnswer: ...
    def compare_api_or_own(self, **comparison: Any) -> Any:
        """Compare calls to a hosted model with own or rented hardware."""
        return self._ask("compareApiOrOwn", comparison)

    @overload
    def find_place(self, *, view: View, **search: Unpack[PlacementFields]) -> ShortPlacement: ...
    @overload
    def find_place(self, *, fields: Sequence[str], **search: Unpack[PlacementFields]) -> Parts: ...
    @overload
    def find_place(self, **search: Unpack[PlacementFields]) -> PlacementAnswer: ...
    def find_place(self, **search: Any) -> Any:
        """Find the best machines, regions, sellers and years for a workload."""
        return self._ask("findPlace", search)

    @overload
    def compare_change(self, *, view: View, **change: Unpack[ChangeFields]) -> ShortChange: ...
    @overload
    def compare_change(self, *, fields: Sequence[str], **change: Unpack[ChangeFields]) -> Parts: ...
    @overload
    def compare_change(self, **change: Unpack[ChangeFields]) -> ChangeAnswer: ...
    def compare_change(self, **change: Any) -> Any:
        """Compare a workload before and after a change."""
        return self._ask("compareChange", change)

    @overload
    def find_time(self, *, view: View, **search: Unpack[ScheduleFields]) -> ShortSchedule: ...
    @overload
    def find_time(self, *, fields: Sequence[str], **search: Unpack[ScheduleFields]) -> Parts: ...
    @overload
    def find_time(self, **search: Unpack[ScheduleFields]) -> ScheduleAnswer: ...
    def find_time(self, **search: Any) -> Any:
        """Find the best time to run a workload, by the grid's hourly profile."""
        return self._ask("findTime", search)

    def get_model_footprint(self, name: str, *, region: str | None = None) -> ModelFootprint:
        """The footprint of the training of a known model.

        Args:
            name: Name of the model.
            region: Where it was trained, in place of the region of the table.
        """
        footprint: ModelFootprint = self._answer("getModelFootprint", name=name, region=region)
        return footprint

    def list_rows(self, table: Table, q: str | None = None) -> Iterator[dict[str, Any]]:
        """The rows of a reference table, which are loaded page by page.

        Args:
            table: Name of the table.
            q: Words that the names of the rows contain; all rows without it.
        """
        cursor = None
        while True:
            page = self._answer(f"list{table.capitalize()}", q=q, limit=PAGE, cursor=cursor)
            yield from page["items"]
            cursor = page["next"]
            if cursor is None:
                return

    def get_row(self, table: Table, name: str) -> dict[str, Any]:
        """One row of a reference table.

        Args:
            table: Name of the table.
            name: Id or alias of the row.
        """
        row: dict[str, Any] = self._answer(f"get{table.removesuffix('s').capitalize()}", name=name)
        return row

    def draw_figure(
        self,
        question: Question,
        figure: str,
        request: Mapping[str, object],
        *,
        theme: Literal["light", "dark"] | None = None,
        size: Literal["large", "small"] | None = None,
    ) -> bytes:
        """A figure of the answer to a request, as a file.

        Args:
            question: Kind of question.
            figure: Name and format: ``breakdown.svg``, ``breakdown.png``, ``breakdown.csv``, ``breakdown.vl.json``.
            request: The request, or ``request`` of its answer.
            theme: Background; light if not given.
            size: For a wide or a narrow page; large if not given.
        """
        operation = f"draw{_in_camel_case(question)}Figure"
        return self._send(operation, None, {"figure": figure, "request": request, "theme": theme, "size": size}).data

    def export_text(self, question: Question, document: str, request: Mapping[str, object]) -> str:
        """The answer to a request as a text.

        Args:
            question: Kind of question.
            document: Name of the text: ``citation.md``, ``citation.tex``, ``model-card.md``, ``request.sh``.
            request: The request, or ``request`` of its answer.
        """
        operation = f"export{_in_camel_case(question)}"
        return self._send(operation, None, {"document": document, "request": request}).data.decode()

    def get_validation(self) -> Validation:
        """Estimates against published figures."""
        validation: Validation = self._answer("getValidation")
        return validation

    def list_tools(self) -> Tools:
        """Tools for language models, with schemas for function calling."""
        tools: Tools = self._answer("listTools")
        return tools

    def check_health(self) -> Health:
        """Versions of the service and of its tables."""
        health: Health = self._answer("checkHealth")
        return health

    def check_readiness(self) -> Readiness:
        """Whether the service uses the newest tables."""
        readiness: Readiness = self._answer("checkReadiness")
        return readiness

    def estimate_batch(
        self,
        rows: Iterable[Mapping[str, object]],
        kind: Literal["training", "inference"] = "training",
        **options: object,
    ) -> BatchAnswer:
        """Estimate many rows at once; files are for ``costsvc batch``.

        Args:
            rows: Rows with the fields of a request; further ones are kept.
            kind: Kind of the rows.
            **options: ``map`` and ``set`` (lists of FIELD=VALUE), ``by`` (a list of columns), ``intervals``.

        Raises:
            ServiceError: If the service refuses the rows or fails.
            NoAnswerError: If it cannot be reached, or does not answer in time.
            ValueError: If a number is NaN or infinite.
        """
        method, path = locate("estimateBatch", json.loads(_encode({"kind": kind})))
        repeated = [(name, one) for name, given in options.items() for one in _listed(given)]
        path = f"{path}&{urlencode(repeated)}" if repeated else path
        body = b"".join(_encode(row) + b"\n" for row in rows)
        *found, summary = self._transport.send(method, path, body, LINES).data.splitlines()
        return BatchAnswer(rows=[json.loads(line) for line in found], summary=json.loads(summary))

    def call(self, operation: str, body: Mapping[str, object] | None = None, /, **parameters: object) -> Any:
        """The answer of any operation of openapi.yaml.

        Args:
            operation: Its operationId: ``getMetrics``.
            body: The request of a POST.
            **parameters: Parameters of path and query; ``request`` of a figure or a text is a dict.

        Returns:
            JSON as Python objects, other texts as str, files as bytes.

        Raises:
            ServiceError: If the service refuses the request or fails.
            NoAnswerError: If it cannot be reached, or does not answer in time.
            ValueError: If the operation or a parameter of its path is missing, or a number is NaN or infinite.
        """
        answer = self._send(operation, body, parameters)
        media_type = answer.headers.get("Content-Type", "").partition(";")[0]
        if media_type.endswith("json"):
            return json.loads(answer.data)
        is_text = media_type.startswith("text/") or media_type.endswith("xml")
        return answer.data.decode() if is_text else answer.data

    def _ask(self, operation: str, given: Mapping[str, object]) -> Any:
        """The answer to a question, in the form that the keyword arguments choose."""
        form = {name: value for name, value in given.items() if name in FORM}
        body = {name: value for name, value in given.items() if name not in FORM}
        return self._answer(operation, body, **form)

    def _answer(self, operation: str, body: Mapping[str, object] | None = None, /, **parameters: object) -> Any:
        """The object that an operation answers with."""
        answer = self.call(operation, body, **parameters)
        if not isinstance(answer, dict):
            detail = f"{self.address} answers {operation} without a JSON object; is it the address of the service?"
            raise ServiceError(Problem(type="about:blank", title="No answer of costsvc", status=200, detail=detail))
        return answer

    def _send(
        self, operation: str, body: Mapping[str, object] | None, parameters: Mapping[str, object]
    ) -> BaseHTTPResponse:
        method, path = locate(operation, json.loads(_encode(parameters)))
        return self._transport.send(method, path, None if body is None else _encode(body))


def _listed(given: object) -> Sequence[object]:
    """The values of an option of a batch."""
    if isinstance(given, bool):
        return ["true" if given else "false"]
    return given if isinstance(given, list | tuple) else [given]


def _encode(value: object) -> bytes:
    try:
        return json.dumps(value, allow_nan=False, default=_plain).encode()
    except ValueError as error:
        raise ValueError("NaN and infinity cannot be sent; leave fields without a value out") from error


def _plain(value: object) -> object:
    """A date, or a number of a data frame, as JSON has it."""
    if isinstance(value, dt.date):
        return value.isoformat()
    if isinstance(value, HasItem):
        return value.item()
    raise TypeError(f"{value!r} of type {type(value).__name__} cannot be sent as JSON")


def _in_camel_case(words: str) -> str:
    return "".join(word.capitalize() for word in words.split("-"))
