"""GET {question}/{document}: an answer in an export format."""

from collections.abc import Mapping
from typing import Any

import marshmallow as ma
from flask import Response

from costsvc import limits
from costsvc.report.texts.export import ExportInput
from costsvc.report.texts.formats import FORMATS, ExportFormat, formats_of
from costsvc.web import asking, problems
from costsvc.web.api import CostsvcBlueprint
from costsvc.web.context import JSON, private, revalidated
from costsvc.web.proxy import own_address
from costsvc.web.question import Question
from costsvc.web.questions import QUESTIONS, answered
from costsvc.web.schemas.answer import TrainingEstimate
from costsvc.web.schemas.change import ChangeAnswer
from costsvc.web.schemas.decision import AmortizationSchema
from costsvc.web.schemas.inference import InferenceEstimate
from costsvc.web.schemas.placement import PlacementAnswer
from costsvc.web.schemas.schedule import ScheduleAnswer

blueprint = CostsvcBlueprint("takeaway", __name__, description="Answers in export formats")
SCHEMAS: Mapping[str, type[ma.Schema]] = {
    "training": TrainingEstimate,
    "inference": InferenceEstimate,
    "amortization": AmortizationSchema,
    "placement": PlacementAnswer,
    "change": ChangeAnswer,
    "schedule": ScheduleAnswer,
}
"""The JSON of each kind of question."""


def _add(question: Question) -> None:
    """Add the URL of the exports of a question."""

    @blueprint.get(
        f"{question.path}/<document>", endpoint=f"take_{question.kind}", parameters=[_documents_of(question.kind)]
    )
    @blueprint.doc(
        summary=f"Export an answer of {question.kind}.",
        description=_described(question),
        parameters=[asking.fields_of(question), asking.download()],
        responses={"200": {"description": "The export", "content": _content(question.kind)}},
    )
    @blueprint.alt_response(304, description="Not modified since the ETag")
    @blueprint.problem(404)
    @blueprint.problem(422)
    def take(document: str) -> Response:
        export_format = FORMATS.get(document)
        if export_format is None or question.kind not in export_format.kinds:
            known = ", ".join(one.name for one in formats_of(question.kind))
            name = document[: limits.NAME_LENGTH]
            return problems.problem(404, "not-found", f"{question.kind} has no document {name!r}; it has {known}.")
        return _export(question, export_format)


def _export(question: Question, export_format: ExportFormat) -> Response:
    download, body = asking.is_download(), asking.body(question)
    export = ExportInput(
        kind=question.kind,
        answer=answered(question, body),
        body=body,
        address=own_address() + question.path,
    )
    response = Response(export_format.write(export), content_type=_content_type(export_format))
    if download:
        response.headers.set("Content-Disposition", "attachment", filename=f"{question.kind}-{export_format.name}")
    return revalidated(response)


def _content_type(export_format: ExportFormat) -> str:
    return JSON if export_format.media_type == JSON else f"{export_format.media_type}; charset=utf-8"


def _described(question: Question) -> str:
    listed = "\n".join(f"- `{one.name}`: {one.description}" for one in formats_of(question.kind))
    return f"The query has the fields of the request. One of\n\n{listed}"


def _documents_of(kind: str) -> dict[str, Any]:
    names = [one.name for one in formats_of(kind)]
    return {
        "name": "document",
        "in": "path",
        "required": True,
        "schema": {"type": "string", "enum": names},
        "example": names[0],
    }


def _content(kind: str) -> dict[str, Any]:
    types = {one.media_type for one in formats_of(kind)}
    return {name: {"schema": SCHEMAS[kind] if name == JSON else {"type": "string"}} for name in sorted(types)}


blueprint.after_request(private)
for _question in QUESTIONS.values():
    _add(_question)
