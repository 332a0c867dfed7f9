"""GET /v1/accelerators, /instances, /regions, /models, /prices, /sources, /data: the reference tables."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import marshmallow as ma
from flask import Response

from costsvc import limits
from costsvc.answers.operations import Items
from costsvc.errors import BadRequestError
from costsvc.reference.catalog import Catalog
from costsvc.reference.listing import Listing
from costsvc.schemas.fields import Request
from costsvc.web import problems
from costsvc.web.blueprint import CostsvcBlueprint
from costsvc.web.http import answer, catalog, services, tagged

blueprint = CostsvcBlueprint("reference", __name__, url_prefix="/v1", tag="tables")
DEFAULT_LIMIT = 100
LIMIT_WANTED = f"must be a whole number between 1 and {limits.PAGE}"


class Query(Request):
    """Search text and page."""

    q = ma.fields.String(
        load_default="", validate=ma.validate.Length(max=limits.NAME_LENGTH), metadata={"description": "Part of a name"}
    )
    limit = ma.fields.Integer(
        load_default=DEFAULT_LIMIT,
        validate=ma.validate.Range(1, limits.PAGE, error=f"{LIMIT_WANTED}, got {{input}}"),
        error_messages={"invalid": LIMIT_WANTED},
        metadata={"description": "Maximum number of items", "example": 10},
    )
    cursor = ma.fields.String(
        load_default="",
        validate=ma.validate.Length(max=limits.NAME_LENGTH),
        metadata={"description": "next of the previous page"},
    )


Find = Callable[[Catalog, str], str | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Resource:
    """A kind of rows."""

    name: str
    what: str
    example: str
    find: Find

    @property
    def singular(self) -> str:
        """The name of one of the rows."""
        return self.name.removesuffix("s")


def _exact(_: Catalog, name: str) -> str:
    return name


def _model(tables: Catalog, name: str) -> str | None:
    match = tables.models.read(name)
    return match.id if match else None


def _accelerator(tables: Catalog, name: str) -> str | None:
    match = tables.accelerators.read(name)
    return match.id if match else None


def _instance(tables: Catalog, name: str) -> str | None:
    match = tables.instances.find(name)
    return match.id if match else None


def _region(tables: Catalog, name: str) -> str | None:
    reading = tables.place_names.read(name)
    return reading.id if reading else None


RESOURCES = (
    Resource(name="accelerators", what="accelerators and processors", example="h100-sxm5-80gb", find=_accelerator),
    Resource(name="instances", what="cloud instances", example="p5.48xlarge", find=_instance),
    Resource(name="regions", what="cloud regions", example="aws:us-east-1", find=_region),
    Resource(name="models", what="models with their parameters", example="llama-3.1-8b", find=_model),
    Resource(
        name="prices",
        what="prices of instances, accelerators, APIs and electricity",
        example="electricity:USA:2024",
        find=_exact,
    ),
    Resource(name="sources", what="publications that figures come from", example="kaplan-2020", find=_exact),
    Resource(name="data", what="tables with their licence and columns", example="accelerators", find=_exact),
)


def _add(resource: Resource) -> None:
    """Give a resource its two addresses."""
    named = {"name": "name", "in": "path", "required": True, "schema": {"type": "string"}, "example": resource.example}

    @blueprint.get(f"/{resource.name}", endpoint=f"list_{resource.name}")
    @blueprint.doc(summary=f"List {resource.what}.")
    @blueprint.arguments(Query, location="query")
    @blueprint.answers(Items)
    @blueprint.alt_response(304, description="Not modified since the ETag")
    def list_items(query: dict[str, Any]) -> Response:
        return tagged(lambda: _page(resource, query))

    @blueprint.get(f"/{resource.name}/<path:name>", endpoint=f"get_{resource.singular}", parameters=[named])
    @blueprint.doc(summary=f"Show one of the {resource.what}, by id or alias.")
    @blueprint.problem(404)
    @blueprint.response(200, {"type": "object"})
    @blueprint.alt_response(304, description="Not modified since the ETag")
    def show_item(name: str) -> Response:
        found = resource.find(catalog(), name)
        item = _listing(resource).items.get(found) if found else None
        if item is None:
            return problems.problem(404, "not-found", f"No {name[: limits.NAME_LENGTH]!r} in {resource.name}.")
        return tagged(lambda: answer(item))


def _page(resource: Resource, query: dict[str, Any]) -> Response:
    version, _, last = query["cursor"].partition(":")
    if version and version != catalog().version:
        text = f"belongs to other tables ({version}; now {catalog().version}); start again without cursor"
        raise BadRequestError({"cursor": text})
    page = _listing(resource).page(q=query["q"], limit=query["limit"], cursor=last)
    following = None if page.next is None else f"{catalog().version}:{page.next}"
    return answer({"items": page.items, "total": page.total, "next": following})


def _listing(resource: Resource) -> Listing:
    return services().listings[resource.name]


for _resource in RESOURCES:
    _add(_resource)
