"""Answers as reports read them: their union, the requests and sources that they repeat, and accessors."""

from collections.abc import Callable, Iterable, Mapping
from typing import TypeAlias, TypeVar, cast

from typing_extensions import TypedDict

from costsvc.answers.amortization import Amortization
from costsvc.answers.api_or_own import ApiOrOwnAnswer
from costsvc.answers.change import ChangeAnswer
from costsvc.answers.estimate import Estimate, InferenceEstimate, Phase, TrainingEstimate
from costsvc.answers.explanation import FactorAnswer, Provenance
from costsvc.answers.placement import Difference, PlacementAnswer
from costsvc.answers.quantities import Metric, OpenQuantity, Quantity
from costsvc.answers.schedule import ScheduleAnswer

A = TypeVar("A")
T = TypeVar("T")
Answer: TypeAlias = (
    TrainingEstimate
    | InferenceEstimate
    | Amortization
    | ApiOrOwnAnswer
    | PlacementAnswer
    | ChangeAnswer
    | ScheduleAnswer
)
"""An answer to any question."""
AnyEstimate: TypeAlias = TrainingEstimate | InferenceEstimate
"""An estimate of a training run or of requests."""


class Pricing(TypedDict, total=False):
    """The object ``pricing`` of a request, as far as reports read it."""

    kind: str


class Request(TypedDict, total=False):
    """A request of a workload or a schedule, as far as reports read it."""

    accelerator: str
    accelerators: float
    active_params_b: float
    batch_size: float
    cores: float
    deadline: str
    energy_kwh: float
    it_energy_kwh: float
    earliest: str
    input_tokens: float
    instance: str
    instances: float
    method: str
    model: str
    output_tokens: float
    pricing: Pricing
    processing: str
    provider: str
    region: str
    requests: float
    requests_per_s: float
    task: str
    total_params_b: float
    training_tokens_b: float
    workload: str


class Source(TypedDict):
    """A row of the table of sources, as far as reports read it."""

    source_id: str
    producer: str
    title: str
    published: str
    url: str | None


ASSUMED: Mapping[str, str] = {"accelerators-assumed": "accelerators", "batch-assumed": "batch_size"}
"""The field of a request whose number was assumed, by the code of the warning that says so."""


def of_kind(read: Callable[[A], T]) -> Callable[[Answer], T]:
    """A function that reads answers of one kind, for a table of such functions by kind.

    Args:
        read: The function; the table passes it only answers of its kind.
    """
    return cast("Callable[[Answer], T]", read)


def read_request(body: object, names: Mapping[str, str] | None = None) -> Request:
    """A request that an answer repeats; the endpoint has validated its fields.

    Args:
        body: The request.
        names: Names for people by id, which replace the ids; None keeps the ids.
    """
    if not names or not isinstance(body, Mapping):
        return cast("Request", body)
    named = {field: names[id_] for field, id_ in body.items() if isinstance(id_, str) and id_ in names}
    return cast("Request", {**body, **named})


def stated_request(estimate: Estimate) -> Request:
    """The request of an estimate for texts: names in place of ids, without numbers that the service assumed."""
    codes = {warning["code"] for warning in estimate["warnings"]}
    hidden = {field for code, field in ASSUMED.items() if code in codes}
    request = read_request(estimate["request"], estimate["names"])
    return cast("Request", {field: value for field, value in request.items() if field not in hidden})


def sources_of(answer: Provenance) -> list[Source]:
    """The sources of an answer; the table has these columns."""
    return cast("list[Source]", answer["sources"])


def totals(estimate: Estimate) -> dict[Metric, Quantity | None]:
    """The four totals of an estimate by metric.

    Args:
        estimate: The estimate.
    """
    return {
        "energy_kwh": estimate["energy_kwh"],
        "carbon_kg": estimate["carbon"]["total_kg"],
        "water_l": estimate["water"]["total_l"],
        "cost_usd": estimate["cost"]["total_usd"],
    }


def central_value(quantity: Quantity | None) -> float | None:
    """The central value of a quantity; None if it is not known."""
    return quantity["value"] if quantity else None


def upper_ends(quantities: Iterable[Quantity]) -> list[float]:
    """The upper end of each quantity."""
    return [quantity["high"] for quantity in quantities]


def percent_of(difference: Difference | None) -> OpenQuantity | None:
    """The relative part of a difference; None if the difference or its reference is not known."""
    return difference["percent"] if difference else None


def factor_of(estimate: Estimate, name: str) -> FactorAnswer | None:
    """A factor of an estimate by its name; None if the estimate did not use it."""
    return next((factor for factor in estimate["factors"] if factor["name"] == name), None)


def unavailable_reason(answer: Provenance, *fields: str) -> str:
    """The reason of the first of some fields that is unavailable; empty if none is.

    Args:
        answer: The answer.
        *fields: Dotted names of fields.
    """
    reasons = {gap["field"]: gap["reason"] for gap in answer["unavailable"]}
    return next((reasons[field] for field in fields if field in reasons), "")


def workload_kind(body: object) -> str | None:
    """The kind of workload inside a request, ``training`` or ``inference``; None if it has neither."""
    return next((kind for kind in ("training", "inference") if isinstance(body, Mapping) and kind in body), None)


def used_phases(estimate: AnyEstimate) -> list[Phase]:
    """The phases of a training run that take time; none of requests."""
    return [phase for phase in estimate["phases"] if central_value(phase["hours"])] if "phases" in estimate else []
