"""JSON read into requests of the domain."""

from collections.abc import Mapping
from typing import TypeAlias

import marshmallow as ma

from costsvc.errors import BadRequestError
from costsvc.reference.catalog import Catalog
from costsvc.requests.comparisons import ApiOrOwn, ChangeSpec, Comparison, Placement, Schedule
from costsvc.requests.workloads import Serving, TrainingRun
from costsvc.schemas.amortization import ComparisonSchema
from costsvc.schemas.api_or_own import ApiOrOwnSchema
from costsvc.schemas.change import ChangeSchema
from costsvc.schemas.field_errors import by_field
from costsvc.schemas.fields import looking_up_in
from costsvc.schemas.inference import ServingSchema
from costsvc.schemas.placement import PlacementSchema
from costsvc.schemas.schedule import ScheduleSchema
from costsvc.schemas.training import TrainingRunSchema

Question: TypeAlias = TrainingRun | Serving | Comparison | ApiOrOwn | Placement | ChangeSpec | Schedule
SCHEMAS: Mapping[str, ma.Schema] = {
    "training": TrainingRunSchema(),
    "inference": ServingSchema(),
    "amortization": ComparisonSchema(),
    "api_or_own": ApiOrOwnSchema(),
    "placement": PlacementSchema(),
    "change": ChangeSchema(),
    "schedule": ScheduleSchema(),
}
"""Schema of the requests of each kind."""


def load_request(kind: str, body: Mapping[str, object], catalog: Catalog) -> Question:
    """The request that some JSON describes, for callers that answer with the errors of schemas.

    Args:
        kind: The kind of request, a key of :data:`SCHEMAS`.
        body: The request as JSON.
        catalog: The reference tables, in which names are looked up.

    Raises:
        ValidationError: If fields are invalid or names are not known.
    """
    with looking_up_in(catalog):
        request: Question = SCHEMAS[kind].load(body)
    return request


def read_request(kind: str, body: Mapping[str, object], catalog: Catalog) -> Question:
    """The request that some JSON describes.

    Args:
        kind: The kind of request, a key of :data:`SCHEMAS`.
        body: The request as JSON.
        catalog: The reference tables, in which names are looked up.

    Raises:
        BadRequestError: If fields are invalid or names are not known, with all errors by the path of the field.
    """
    try:
        return load_request(kind, body, catalog)
    except ma.ValidationError as error:
        raise BadRequestError({field: " ".join(texts) for field, texts in by_field(error).items()}) from error


def find_errors(kind: str, body: Mapping[str, object]) -> dict[str, str]:
    """The errors of some JSON by the path of the field, without a look at names.

    Args:
        kind: The kind of request, a key of :data:`SCHEMAS`.
        body: The request as JSON, or a part of one.
    """
    try:
        SCHEMAS[kind].load(dict(body))
    except ma.ValidationError as error:
        return {field: " ".join(texts) for field, texts in by_field(error).items()}
    return {}
