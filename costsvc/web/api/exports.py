"""GET {endpoint}/{document}: an answer in an export format."""

from typing import Any

from flask import Response

from costsvc import limits
from costsvc.report.texts.export import ExportInput
from costsvc.report.texts.formats import FORMATS, ExportFormat, formats_of
from costsvc.web import problems, query_params
from costsvc.web.blueprint import CostsvcBlueprint, answer_schema
from costsvc.web.endpoint import Endpoint
from costsvc.web.http import JSON, answer, private, revalidated, services
from costsvc.web.proxy import own_address
from costsvc.web.registry import ENDPOINTS, cached_answer

blueprint = CostsvcBlueprint("exports", __name__, tag="exports")


def _add(endpoint: Endpoint) -> None:
    """Add the URL of the exports of a endpoint."""

    @blueprint.get(
        f"{endpoint.path}/<document>", endpoint=f"export_{endpoint.kind}", parameters=[_documents_of(endpoint.kind)]
    )
    @blueprint.doc(
        summary=f"Export an answer of {endpoint.kind}.",
        description=_described(endpoint),
        parameters=[
            query_params.fields_of(endpoint),
            *query_params.form_of(endpoint),
            query_params.download(),
        ],
        responses={"200": {"description": "The export", "content": _content(endpoint)}},
    )
    @blueprint.alt_response(304, description="Not modified since the ETag")
    @blueprint.problem(404)
    @blueprint.problem(422)
    def export(document: str) -> Response:
        export_format = FORMATS.get(document)
        if export_format is None or endpoint.kind not in export_format.kinds:
            known = ", ".join(one.name for one in formats_of(endpoint.kind))
            name = document[: limits.NAME_LENGTH]
            return problems.problem(404, "not-found", f"{endpoint.kind} has no document {name!r}; it has {known}.")
        return _export(endpoint, export_format)


def _export(endpoint: Endpoint, export_format: ExportFormat) -> Response:
    is_answer, download = export_format.media_type == JSON, query_params.is_download()
    asked = query_params.form(endpoint) if is_answer else {}
    body = query_params.body(endpoint, *(endpoint.form.fields if is_answer else ()))
    export = ExportInput(
        kind=endpoint.kind,
        answer=cached_answer(endpoint, body, services()),
        body=body,
        address=own_address() + endpoint.path,
    )
    if asked:
        response = answer(endpoint.formed(export.answer, asked))
    else:
        response = Response(export_format.write(export), content_type=_content_type(export_format))
    if download:
        response.headers.set("Content-Disposition", "attachment", filename=f"{endpoint.kind}-{export_format.name}")
    return revalidated(response)


def _content_type(export_format: ExportFormat) -> str:
    return JSON if export_format.media_type == JSON else f"{export_format.media_type}; charset=utf-8"


def _described(endpoint: Endpoint) -> str:
    listed = "\n".join(f"- `{one.name}`: {one.description}" for one in formats_of(endpoint.kind))
    return f"The query has the fields of the request; fields and view go with answer.json only. One of\n\n{listed}"


def _documents_of(kind: str) -> dict[str, Any]:
    names = [one.name for one in formats_of(kind)]
    return {
        "name": "document",
        "in": "path",
        "required": True,
        "schema": {"type": "string", "enum": names},
        "example": names[0],
    }


def _content(endpoint: Endpoint) -> dict[str, Any]:
    types = {one.media_type for one in formats_of(endpoint.kind)}
    schema = answer_schema(endpoint)
    return {name: {"schema": schema if name == JSON else {"type": "string"}} for name in sorted(types)}


blueprint.after_request(private)
for _endpoint in ENDPOINTS.values():
    _add(_endpoint)
