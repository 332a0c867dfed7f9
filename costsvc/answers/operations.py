"""Answers about the service itself, pages of the reference tables, and errors."""

from typing import Annotated, Literal, NotRequired

from typing_extensions import TypedDict

from costsvc.answers.request_body import RequestBody
from costsvc.docs import Doc
from costsvc.limits import ERRORS, WRONG_ENTRIES


class Health(TypedDict):
    """State and versions of the service."""

    status: Annotated[str, Doc("ok")]
    version: Annotated[str, Doc("Version of the service")]
    data_version: Annotated[str, Doc("Version of the reference tables")]


class Readiness(Health):
    """Whether the service can answer requests, and whether it uses the newest tables."""

    rejected: Annotated[str | None, Doc("Why newer tables were rejected; null if none were")]


class Items(TypedDict):
    """A page of rows."""

    items: Annotated[list[dict[str, object]], Doc("Rows of the page")]
    total: Annotated[int, Doc("Number of rows on all pages")]
    next: Annotated[str | None, Doc("Cursor of the next page; null on the last page")]


class ToolAnswer(TypedDict):
    """An endpoint as a tool for a language model."""

    name: Annotated[str, Doc("Name of the tool, that of the operation")]
    description: Annotated[str, Doc("What the tool does, for the model")]
    input_schema: Annotated[dict[str, object], Doc("JSON schema of the arguments")]
    method: Annotated[Literal["POST"], Doc("How the arguments are sent")]
    path: Annotated[str, Doc("Where the arguments are sent, as the JSON body")]
    example: Annotated[RequestBody, Doc("Arguments that are answered")]


class Tools(TypedDict):
    """Tools for language models."""

    tools: Annotated[list[ToolAnswer], Doc("The tools")]
    version: Annotated[str, Doc("Version of the service")]
    data_version: Annotated[str, Doc("Version of the reference tables")]


class Problem(TypedDict):
    """Problem details, RFC 9457."""

    type: Annotated[str, Doc("Address of the documentation of this kind of problem")]
    title: Annotated[str, Doc("The kind of problem")]
    status: Annotated[int, Doc("HTTP status")]
    detail: Annotated[str, Doc("What went wrong")]
    errors: NotRequired[Annotated[dict[str, list[str]], Doc(f"The first {ERRORS} errors by path of the field")]]
    error_count: NotRequired[
        Annotated[int, Doc(f"Number of errors; a list is read up to {WRONG_ENTRIES} entries with errors")]
    ]
