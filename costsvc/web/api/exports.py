"""GET {endpoint}/{document}: an answer as a document."""

from typing import Any

from flask import Response

from costsvc import limits
from costsvc.web import problems, query_params
from costsvc.web.blueprint import CostsvcBlueprint, reference
from costsvc.web.context import JSON, private, revalidated, services
from costsvc.web.endpoint import Endpoint
from costsvc.web.proxy import own_address
from costsvc.web.registry import ENDPOINTS, cached_answer
from costsvc.web.texts import documents
from costsvc.web.texts.documents import Document
from costsvc.web.texts.taken import Taken

blueprint = CostsvcBlueprint("exports", __name__, description="Answers as documents")


def _add(endpoint: Endpoint) -> None:
    """Give a endpoint the address of its documents."""

    @blueprint.get(
        f"{endpoint.path}/<document>", endpoint=f"take_{endpoint.kind}", parameters=[_documents_of(endpoint.kind)]
    )
    @blueprint.doc(
        summary=f"Get an answer of {endpoint.kind} as a document.",
        description=_described(endpoint),
        parameters=[query_params.fields_of(endpoint), query_params.download()],
        responses={"200": {"description": "The document", "content": _content(endpoint)}},
    )
    @blueprint.alt_response(304, description="Not modified since the ETag")
    @blueprint.problem(404)
    @blueprint.problem(422)
    def take(document: str) -> Response:
        found = documents.DOCUMENTS.get(document)
        if found is None or endpoint.kind not in found.kinds:
            known = ", ".join(one.name for one in documents.of(endpoint.kind))
            shown = document[: limits.NAME_LENGTH]
            return problems.problem(404, "not-found", f"{endpoint.kind} has no document {shown!r}; available: {known}.")
        return _taken(endpoint, found)


def _taken(endpoint: Endpoint, document: Document) -> Response:
    download, body = query_params.is_download(), query_params.body(endpoint)
    taken = Taken(
        kind=endpoint.kind,
        answer=cached_answer(endpoint, body, services()),
        body=body,
        address=own_address() + endpoint.path,
    )
    response = Response(document.write(taken), content_type=_content_type(document))
    if download:
        response.headers.set("Content-Disposition", "attachment", filename=f"{endpoint.kind}-{document.name}")
    return revalidated(response)


def _content_type(document: Document) -> str:
    return JSON if document.media_type == JSON else f"{document.media_type}; charset=utf-8"


def _described(endpoint: Endpoint) -> str:
    listed = "\n".join(f"- `{document.name}`: {document.what}" for document in documents.of(endpoint.kind))
    return f"The answer to the request in the query, as one of\n\n{listed}"


def _documents_of(kind: str) -> dict[str, Any]:
    names = [document.name for document in documents.of(kind)]
    return {
        "name": "document",
        "in": "path",
        "required": True,
        "schema": {"type": "string", "enum": names},
        "example": names[0],
    }


def _content(endpoint: Endpoint) -> dict[str, Any]:
    types = {document.media_type for document in documents.of(endpoint.kind)}
    answer = reference(endpoint.answer_type)
    return {name: {"schema": answer if name == JSON else {"type": "string"}} for name in sorted(types)}


blueprint.after_request(private)
for _endpoint in ENDPOINTS.values():
    _add(_endpoint)
