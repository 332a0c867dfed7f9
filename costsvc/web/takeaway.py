"""GET {question}/{document}: an answer as a text to take away."""

from typing import Any

from flask import Response

from costsvc import limits
from costsvc.web import asking, problems
from costsvc.web.api import CostsvcBlueprint, reference
from costsvc.web.context import JSON, private, revalidated
from costsvc.web.proxy import own_address
from costsvc.web.question import Question
from costsvc.web.questions import QUESTIONS, answered
from costsvc.web.texts import documents
from costsvc.web.texts.documents import Document
from costsvc.web.texts.taken import Taken

blueprint = CostsvcBlueprint("takeaway", __name__, description="Answers as texts to take away")


def _add(question: Question) -> None:
    """Give a question the address of its documents."""

    @blueprint.get(
        f"{question.path}/<document>", endpoint=f"take_{question.kind}", parameters=[_documents_of(question.kind)]
    )
    @blueprint.doc(
        summary=f"Take an answer of {question.kind} away as a text.",
        description=_described(question),
        parameters=[asking.fields_of(question), asking.download()],
        responses={"200": {"description": "The document", "content": _content(question)}},
    )
    @blueprint.alt_response(304, description="Nothing has changed since the ETag")
    @blueprint.problem(404)
    @blueprint.problem(422)
    def take(document: str) -> Response:
        found = documents.DOCUMENTS.get(document)
        if found is None or question.kind not in found.kinds:
            known = ", ".join(one.name for one in documents.of(question.kind))
            shown = document[: limits.NAME_LENGTH]
            return problems.problem(404, "not-found", f"{question.kind} has no document {shown!r}; it has {known}.")
        return _taken(question, found)


def _taken(question: Question, document: Document) -> Response:
    download, body = asking.is_download(), asking.body(question)
    taken = Taken(
        kind=question.kind,
        answer=answered(question, body),
        body=body,
        address=own_address() + question.path,
    )
    response = Response(document.write(taken), content_type=_content_type(document))
    if download:
        response.headers.set("Content-Disposition", "attachment", filename=f"{question.kind}-{document.name}")
    return revalidated(response)


def _content_type(document: Document) -> str:
    return JSON if document.media_type == JSON else f"{document.media_type}; charset=utf-8"


def _described(question: Question) -> str:
    listed = "\n".join(f"- `{document.name}`: {document.what}" for document in documents.of(question.kind))
    return f"The answer to the question whose fields the query gives, as one of\n\n{listed}"


def _documents_of(kind: str) -> dict[str, Any]:
    names = [document.name for document in documents.of(kind)]
    return {
        "name": "document",
        "in": "path",
        "required": True,
        "schema": {"type": "string", "enum": names},
        "example": names[0],
    }


def _content(question: Question) -> dict[str, Any]:
    types = {document.media_type for document in documents.of(question.kind)}
    answer = reference(question.answer_type)
    return {name: {"schema": answer if name == JSON else {"type": "string"}} for name in sorted(types)}


blueprint.after_request(private)
for _question in QUESTIONS.values():
    _add(_question)
