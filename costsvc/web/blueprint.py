"""Blueprints of the API: strict parsing, documented errors, and corrections of the libraries."""

from typing import Any

from flask import Flask
from flask_smorest import Api, Blueprint
from marshmallow import Schema

from costsvc import __version__
from costsvc.answers.operations import Problem
from costsvc.web import problems
from costsvc.web.fields import Choice, Name, Number, WholeNumber
from costsvc.web.http import PARSER

DESCRIPTION = (
    "Energy, CO2, water and cost of training and serving AI models, before or after a run, with uncertainty and "
    "sources; and whether one shared model or one model per task is cheaper. "
    "Every quantity is a value with a 90 % interval. Errors are problem details of RFC 9457."
)
BODY_ERRORS = (400, 413, 415, 422)
QUERY_ERRORS = (422,)
SCHEMAS = "#/components/schemas/"


def reference(kind: type) -> dict[str, str]:
    """The reference to the schema of a type of answers in the OpenAPI document.

    Args:
        kind: A TypedDict.
    """
    return {"$ref": SCHEMAS + kind.__name__}


class CostsvcBlueprint(Blueprint):
    """A blueprint that parses strictly and documents its errors as problems."""

    ARGUMENTS_PARSER = PARSER

    def arguments(self, schema: Any, *, location: str = "json", **kwargs: Any) -> Any:
        """See flask-smorest; also documents the errors of the location."""
        schema = schema()  # given the class, webargs would build a schema for each request
        parsed = super().arguments(schema, location=location, **kwargs)
        codes = BODY_ERRORS if location == "json" else QUERY_ERRORS

        def decorator(view: Any) -> Any:
            for code in codes:
                view = self.problem(code)(view)
            return parsed(view)

        return decorator

    def query(self, schema: type[Schema]) -> Any:
        """Document the parameters and the errors of a query that the view reads by :func:`parameters`."""
        documented = self.arguments(schema, location="query")

        def decorator(view: Any) -> Any:
            # only the documentation is wanted: a parser around each request would cost time
            view._apidoc = documented(view)._apidoc
            view.takes_query = True
            return view

        return decorator

    def answers(self, kind: type, **kwargs: Any) -> Any:
        """Document the answer of a view.

        Args:
            kind: A TypedDict.
            **kwargs: As of :meth:`response`.
        """
        return self.response(200, reference(kind), **kwargs)

    def problem(self, code: int) -> Any:
        """Document an error of a view."""
        documented = self.alt_response(
            code, schema=reference(Problem), description=problems.MEANINGS[code], content_type=problems.PROBLEM_JSON
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
