"""All endpoints that estimate or compare, by kind."""

from collections.abc import Mapping

import orjson

from costsvc.errors import BadRequestError
from costsvc.reference.catalog import Catalog
from costsvc.report.answers import Answer
from costsvc.schemas.reading import read_request
from costsvc.services import Services
from costsvc.web.api import amortization, api_or_own, change, inference, placement, schedule, training
from costsvc.web.endpoint import Endpoint

ENDPOINTS: Mapping[str, Endpoint] = {
    resource.ENDPOINT.kind: resource.ENDPOINT
    for resource in (training, inference, amortization, api_or_own, placement, change, schedule)
}


def cached_answer(
    endpoint: Endpoint, body: Mapping[str, object], services: Services, *, explain: bool = False
) -> Answer:
    """The answer to a body, from the cache if it is there.

    It is kept as JSON: as objects an answer takes fifteen times the memory, and callers decide how large it is.

    Args:
        endpoint: Answers the body.
        body: The request as JSON.
        services: Tables and cache.
        explain: Whether the answer contains its calculation steps.

    Raises:
        ValidationError: If a field is invalid.
        UnknownNameError: If a name is not known.
        BadRequestError: If the request is inconsistent or cannot be estimated.
    """
    request = orjson.dumps(body)
    key = orjson.dumps([endpoint.kind, explain]) + request
    kept = services.answer_cache.get(key)
    if kept is None:
        kept = orjson.dumps(endpoint.answer(orjson.loads(request), services.catalog, explain=explain))
        services.answer_cache.put(key, kept)
    answer: Answer = orjson.loads(kept)
    return answer


def answer_request(path: str, body: Mapping[str, object], tables: Catalog) -> Answer:
    """The answer to a body as it would be posted, without a server.

    Args:
        path: The address of an endpoint.
        body: The request as JSON.
        tables: The reference tables.

    Raises:
        BadRequestError: If the endpoint is unknown, or the request is invalid or cannot be estimated.
        UnknownNameError: If a name is not known.
    """
    endpoint = next((one for one in ENDPOINTS.values() if one.path == path), None)
    if endpoint is None:
        raise BadRequestError({"path": f"no endpoint at {path}"})
    return endpoint.estimate(read_request(endpoint.kind, body, tables), tables)
