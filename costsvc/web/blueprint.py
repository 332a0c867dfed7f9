"""Blueprints of the API: strict parsing, documented errors, and corrections of the libraries."""

from collections.abc import Mapping
from functools import partial, update_wrapper
from typing import Any, Literal

from flask import Flask
from flask_smorest import Api, Blueprint
from marshmallow import Schema

from costsvc import __version__
from costsvc.answers.operations import Problem
from costsvc.schemas.fields import Choice, Name, Number, WholeNumber
from costsvc.web import problems
from costsvc.web.endpoint import Endpoint
from costsvc.web.http import PARSER, private, respond

DESCRIPTION = (
    "Energy, CO2, water and cost of training and serving AI models, before or after a run, with uncertainty and "
    "sources; and whether one shared model or one model per task is cheaper. "
    "Every quantity is a value with a 90 % interval. Errors are problem details of RFC 9457."
)
BODY_ERRORS = (400, 413, 415, 422)
QUERY_ERRORS = (422,)
SCHEMAS = "#/components/schemas/"
Tag = Literal["estimates", "comparisons", "tables", "figures", "exports", "validation", "agents", "operations"]
TAGS: Mapping[Tag, str] = {
    "estimates": "What a training run or requests to a model cost in energy, CO2, water and dollars",
    "comparisons": "Shared model or one per task, API or own hardware, where, when, and before against after a change",
    "tables": "Accelerators, instances, regions, models, prices and their sources",
    "figures": "Any answer as a figure",
    "exports": "Any answer as a citation, a model card, a script or JSON",
    "validation": "Estimates against published figures",
    "agents": "Tools for language models",
    "operations": "Health, metrics and this document",
}
"""Groups of operations, in the order of the document."""


def reference(kind: type) -> dict[str, str]:
    """The reference to the schema of a type of answers in the OpenAPI document.

    Args:
        kind: A TypedDict.
    """
    return {"$ref": SCHEMAS + kind.__name__}


def answer_schema(endpoint: Endpoint) -> dict[str, Any]:
    """The schema of the answers of an endpoint: whole, short, or some fields.

    Args:
        endpoint: The endpoint.
    """
    whole = endpoint.answer_type
    some = {
        "type": "object",
        "description": f"With the parameter fields: these fields of {whole.__name__}",
        "propertyNames": {"enum": list(whole.__annotations__)},
        "maxProperties": len(whole.__required_keys__) - 1,  # type: ignore[attr-defined] # a TypedDict has them
    }
    return {"anyOf": [reference(whole), reference(endpoint.short_type), some]}


class CostsvcBlueprint(Blueprint):
    """A blueprint that parses strictly, and documents its errors as problems and its operations under stable ids."""

    ARGUMENTS_PARSER = PARSER

    def __init__(self, name: str, import_name: str, *, tag: Tag, **kwargs: Any) -> None:
        """See flask-smorest.

        Args:
            name: Name of the blueprint.
            import_name: Name of its module.
            tag: The group of its operations.
            **kwargs: As of the library.
        """
        super().__init__(name, import_name, **kwargs)
        self.tag = tag

    def _store_endpoint_docs(self, endpoint: str, obj: Any, parameters: Any, tags: Any, **options: Any) -> None:
        """Name an operation as its view: find_place is findPlace."""
        super()._store_endpoint_docs(endpoint, obj, parameters, tags or [self.tag], **options)
        first, *others = endpoint.split("_")
        name = first + "".join(map(str.capitalize, others))
        for method in self._docs[endpoint].keys() - {"parameters"}:
            self._docs[endpoint][method].setdefault("manual_doc", {})["operationId"] = name

    def question(self, endpoint: Endpoint) -> Any:
        """Make a view of an endpoint: a POST that is answered in the form that its query asks for.

        Args:
            endpoint: The endpoint. The decorated function gives the operation its name and its description.
        """

        def decorator(described: Any) -> Any:
            view = update_wrapper(partial(respond, endpoint), described)
            documented = self.response(200, answer_schema(endpoint))(view)
            documented = self.query(endpoint.query)(documented)
            documented = self.arguments(endpoint.schema, example=endpoint.example)(documented)
            self.after_request(private)
            return self.post(endpoint.path)(documented)

        return decorator

    def arguments(self, schema: Any, *, location: str = "json", **kwargs: Any) -> Any:
        """See flask-smorest; also documents the errors of the location."""
        if isinstance(schema, type):  # webargs would build a schema for each request
            schema = schema()
        parsed = super().arguments(schema, location=location, **kwargs)
        codes = BODY_ERRORS if location == "json" else QUERY_ERRORS

        def decorator(view: Any) -> Any:
            for code in codes:
                view = self.problem(code)(view)
            return parsed(view)

        return decorator

    def query(self, schema: Schema) -> Any:
        """Document the parameters and the errors of a query that the view reads by :func:`parameters`."""
        documented = self.arguments(schema, location="query")

        def decorator(view: Any) -> Any:
            # only the documentation is wanted: a parser around each request would cost time
            view._apidoc = documented(view)._apidoc
            return view

        return decorator

    def answers(self, kind: type, **kwargs: Any) -> Any:
        """Document the answer of a view.

        Args:
            kind: A TypedDict.
            **kwargs: As of :meth:`response`.
        """
        return self.response(200, reference(kind), **kwargs)

    def problem(self, code: int, meaning: str | None = None) -> Any:
        """Document an error of a view, with its usual meaning or another."""
        documented = self.alt_response(
            code,
            schema=reference(Problem),
            description=meaning or problems.MEANINGS[code],
            content_type=problems.PROBLEM_JSON,
        )

        def decorator(view: Any) -> Any:
            # only the documentation is wanted: a call per error around each request would cost time
            view._apidoc = documented(view)._apidoc
            return view

        return decorator


class CostsvcApi(Api):
    """The API, whose errors are problem details and whose numbers document their range."""

    DEFAULT_ERROR_RESPONSE_NAME = None  # errors are documented one by one, in their own media type

    def __init__(self, app: Flask) -> None:
        app.config.update(
            API_TITLE="costsvc",
            API_VERSION=__version__,
            OPENAPI_VERSION="3.1.0",
            API_SPEC_OPTIONS={
                "info": {
                    "description": DESCRIPTION,
                    "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
                },
                "servers": [{"url": "/"}],
            },
        )
        super().__init__(app)
        for field, kind in ((Name, "string"), (Choice, "string"), (Number, "number"), (WholeNumber, "integer")):
            self.register_field(field, kind, None)

    def _register_error_handlers(self) -> None:
        problems.register(self._app)

    def _register_responses(self) -> None:
        """No response is shared by all paths."""
