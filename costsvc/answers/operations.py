"""Answers about the service itself, pages of the reference tables, and errors."""

from typing import Annotated, NotRequired

from typing_extensions import TypedDict

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


class Problem(TypedDict):
    """Problem details, RFC 9457."""

    type: Annotated[str, Doc("Address of the documentation of this kind of problem")]
    title: Annotated[str, Doc("Phrase of the HTTP status")]
    status: Annotated[int, Doc("HTTP status")]
    detail: Annotated[str, Doc("What went wrong")]
    errors: NotRequired[Annotated[dict[str, list[str]], Doc(f"The first {ERRORS} errors by path of the field")]]
    error_count: NotRequired[
        Annotated[int, Doc(f"Number of errors; a list is read up to {WRONG_ENTRIES} entries with errors")]
    ]
