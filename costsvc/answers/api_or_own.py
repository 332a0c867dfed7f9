"""Comparison of calls to a hosted model with own or rented hardware."""

from typing import Annotated

from typing_extensions import TypedDict

from costsvc.answers.amortization import Verdict
from costsvc.answers.explanation import Provenance
from costsvc.answers.quantities import Amounts, CarbonBasis, Metric, OpenQuantity, Quantity
from costsvc.answers.request_body import RequestBody
from costsvc.docs import Doc, nullable


class Side(TypedDict):
    """One of the two sides at the traffic of the request."""

    per_month: Annotated[Amounts, Doc("Of all requests of a month")]
    per_request: Annotated[Amounts, Doc("Of one request, idle time included")]


class ApiOrOwnBreakEven(TypedDict):
    """When own hardware is cheaper than calls, in one metric."""

    metric: Annotated[Metric, Doc("What is compared")]
    verdict: Annotated[
        Verdict | None, Doc("For which traffic own hardware is cheaper; null if an amount is not available")
    ]
    requests_per_month: Annotated[
        OpenQuantity | None, nullable("Traffic at which both cost the same, with one replica")
    ]
    utilization: Annotated[OpenQuantity | None, nullable("Share of that replica's time that the traffic takes", "1")]
    probability_own_cheaper: Annotated[
        float | None, Doc("Probability that own hardware is cheaper at the request's traffic")
    ]
    reason: Annotated[str, Doc("The verdict as a sentence")]


class TrafficPoint(TypedDict):
    """Both sides at one traffic, ready to plot."""

    requests_per_month: Annotated[float, Doc("Traffic")]
    replicas: Annotated[float, Doc("Own replicas that serve it")]
    api: Annotated[Amounts, Doc("Calls of a month")]
    own: Annotated[Amounts, Doc("Own replicas of a month")]


class ApiOrOwnAnswer(Provenance):
    """A hosted model against own or rented hardware for the same traffic."""

    id: Annotated[str, Doc("Equal requests on equal versions have equal ids")]
    request: Annotated[RequestBody, Doc("The request with its defaults")]
    carbon_basis: Annotated[CarbonBasis, Doc("Which CO2e counts")]
    requests_per_month: Annotated[float, Doc("Traffic of the request")]
    api: Annotated[Side, Doc("Calls to the hosted model")]
    own: Annotated[Side, Doc("Replicas that stand by all month")]
    replicas: Annotated[float, Doc("Own replicas that serve the traffic")]
    accelerators: Annotated[float, Doc("Accelerators of one replica")]
    capacity_requests_per_month: Annotated[Quantity, Doc("Requests that one replica serves in a month")]
    utilization: Annotated[Quantity, Doc("Share of the month in which the replicas work", "1")]
    break_even: Annotated[list[ApiOrOwnBreakEven], Doc("One entry per metric")]
    curve: Annotated[list[TrafficPoint], Doc("Both sides over the traffic")]
