"""The OpenAPI document: paths from the blueprints, schemas of answers from their types, examples from the tables."""

from functools import lru_cache
from typing import Any

import orjson
import yaml as pyyaml
from apispec import APISpec

from costsvc.answers.model_footprint import ModelFootprint
from costsvc.answers.operations import Health, Items, Problem, Readiness, Tools
from costsvc.answers.validation import Validation
from costsvc.reference.catalog import Catalog
from costsvc.report.short import SHORT_TYPES
from costsvc.web.blueprint import SCHEMAS, TAGS
from costsvc.web.registry import ENDPOINTS

ANSWERS: tuple[type, ...] = (
    *(endpoint.answer_type for endpoint in ENDPOINTS.values()),
    *dict.fromkeys(SHORT_TYPES.values()),
    *(ModelFootprint, Validation, Items, Tools, Health, Readiness, Problem),
)
"""Types of all answers."""
SHOWN = 3
"""Items of a list that an example shows."""
DIGITS = ".6g"
"""Digits of an example's numbers, so that the document is the same on every processor."""


def document(spec: APISpec, catalog: Catalog) -> dict[str, Any]:
    """The document of an application's API.

    Args:
        spec: Its paths and request schemas.
        catalog: The tables from which the examples are estimated.
    """
    found: dict[str, Any] = spec.to_dict()
    found["components"]["schemas"] |= schemas(ANSWERS)
    found["tags"] = [{"name": tag, "description": text} for tag, text in TAGS.items()]
    for endpoint in ENDPOINTS.values():
        content = found["paths"][endpoint.path]["post"]["responses"]["200"]["content"]["application/json"]
        content["example"] = _short(endpoint.answer(endpoint.example, catalog))
    return found


@lru_cache(maxsize=1)
def schemas(kinds: tuple[type, ...]) -> dict[str, Any]:
    """The JSON schemas of some types of answers and of all types inside them, by name.

    Args:
        kinds: TypedDicts.
    """
    from pydantic import ConfigDict, TypeAdapter  # noqa: PLC0415 - 20 MB that only the document needs

    adapter = TypeAdapter(tuple[kinds], config=ConfigDict(extra="forbid"))  # type: ignore[valid-type] # made here
    whole = adapter.json_schema(mode="serialization", ref_template=SCHEMAS + "{model}")
    return {name: _plain(schema) for name, schema in whole["$defs"].items()}


def yaml(document: dict[str, Any]) -> str:
    """The document as YAML, in its own order and without anchors for parts that it holds twice.

    Args:
        document: As :func:`document` makes it.
    """
    plain = orjson.loads(orjson.dumps(document))
    text: str = pyyaml.safe_dump(plain, sort_keys=False, allow_unicode=True, width=110)
    return text


def _plain(schema: Any) -> Any:
    """A schema without titles that repeat names, and with null among the types where there is one other type."""
    if isinstance(schema, list):
        return [_plain(inner) for inner in schema]
    if not isinstance(schema, dict):
        return schema
    plain = {name: _plain(inner) for name, inner in schema.items() if name != "title" or not isinstance(inner, str)}
    either = plain.get("anyOf", [])
    if len(either) == 2 and either[1] == {"type": "null"} and "type" in either[0]:  # noqa: PLR2004 - one and null
        del plain["anyOf"]
        plain |= either[0] | {"type": [either[0]["type"], "null"]}
        if "enum" in plain:
            plain["enum"] = [*plain["enum"], None]
    return plain


def _short(answer: Any) -> Any:
    if isinstance(answer, dict):
        return {name: _short(inner) for name, inner in answer.items()}
    if isinstance(answer, list):
        return [_short(inner) for inner in answer[:SHOWN]]
    return float(format(answer, DIGITS)) if isinstance(answer, float) else answer
