"""GET /healthz, /readyz, /metrics, /openapi.json and /docs."""

from pathlib import Path

import flask_swagger_ui
from flask import Blueprint, Response, make_response, render_template, request, send_from_directory

from costsvc import __version__
from costsvc.answers.operations import Health, Readiness
from costsvc.web import metrics, problems
from costsvc.web.blueprint import CostsvcBlueprint
from costsvc.web.http import answer, catalog, services

blueprint = CostsvcBlueprint("operations", __name__, tag="operations")
pages = Blueprint("docs", __name__, template_folder="templates")
SWAGGER_UI = Path(flask_swagger_ui.__file__).parent / "dist"
SWAGGER_POLICY = "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; frame-ancestors 'none'"
"""What the page of the API may load: it draws with inline styles."""


@blueprint.get("/healthz")
@blueprint.answers(Health, example={"status": "ok", "version": "0.1.0", "data_version": "0123456789abcdef"})
def check_health() -> Response:
    """Report that the process is alive."""
    return answer(_status())


@blueprint.get("/readyz")
@blueprint.answers(
    Readiness,
    example={"status": "ok", "version": "0.1.0", "data_version": "0123456789abcdef", "rejected": None},
)
def check_readiness() -> Response:
    """Report that requests can be answered: the tables are loaded before the process listens."""
    return answer({**_status(), "rejected": services().rejected})


@blueprint.get("/metrics")
@blueprint.response(200, {"type": "string"}, content_type="text/plain", example="costsvc_requests_total 1.0\n")
def get_metrics() -> Response:
    """Show requests and latencies for Prometheus."""
    return metrics.exposition()


@blueprint.get("/openapi.json")
@blueprint.response(200, {"type": "object"}, description="This document", example={"openapi": "3.1.0"})
def get_openapi() -> Response:
    """Show this document."""
    return answer(services().openapi() | {"servers": [{"url": request.script_root or "/"}]})


@pages.get("/docs")
def docs() -> Response:
    """Show the API in Swagger UI, which comes from an installed package."""
    response = make_response(render_template("docs.html"))
    response.headers["Content-Security-Policy"] = SWAGGER_POLICY
    return response


@pages.get("/docs/assets/<name>")
def docs_asset(name: str) -> Response:
    """Serve a file of Swagger UI."""
    return send_from_directory(SWAGGER_UI, name)


@pages.get("/docs/problems")
def docs_problems() -> str:
    """Explain every kind of error."""
    return render_template("problems.html", problems=problems.KINDS)


def _status() -> Health:
    return Health(status="ok", version=__version__, data_version=catalog().version)
