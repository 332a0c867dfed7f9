"""Fields that hold names of the tables; an unknown name is an error beside those of other fields."""

from collections.abc import Callable, Mapping
from typing import Any, Literal

import marshmallow as ma
from flask import has_app_context

from costsvc.errors import UnknownNameError
from costsvc.reference.catalog import Catalog
from costsvc.web.fields import BoundedList, Name, NameList
from costsvc.web.http import catalog

Kind = Literal["accelerator", "instance", "region", "model", "seller", "provider"]
READERS: Mapping[Kind, Callable[[Catalog, str, str], object]] = {
    "accelerator": lambda tables, name, field: tables.is_instance(name) or tables.accelerator(name, field),
    "instance": lambda tables, name, field: tables.instance(name, field),
    "region": lambda tables, name, field: tables.place(name, field),
    "model": lambda tables, name, field: tables.model(name, field),
    "seller": lambda tables, name, field: tables.hosted.provider(name) or tables.provider(name, field),
    "provider": lambda tables, name, field: tables.api_provider(name, field),
}
"""How a name of each kind is looked up; it raises an UnknownNameError."""


class _UnknownName(str):
    """The error of an unknown name."""

    __slots__ = ()


def is_unknown_name(text: str) -> bool:
    """Whether an error of a field is that of an unknown name."""
    return isinstance(text, _UnknownName)


def name_errors(check: Callable[[Catalog], object]) -> dict[str, list[str]]:
    """The error of an unknown name by its field; none outside of a request, where estimates raise it.

    Args:
        check: Looks the name up in the tables; it may raise an UnknownNameError.
    """
    if not has_app_context():
        return {}
    try:
        check(catalog())
    except UnknownNameError as error:
        return {error.field: [_UnknownName(error)]}
    return {}


class KnownName(Name):
    """A name of one of the tables, which is looked up when the request is read."""

    def __init__(self, kind: Kind, description: str, example: str | None = None, **kwargs: Any) -> None:
        self.kind: Kind = kind
        super().__init__(description, example, **kwargs)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        name = super()._deserialize(value, attr, data, **kwargs)
        read = READERS[self.kind]
        errors = name_errors(lambda tables: read(tables, name, ""))
        if errors:
            raise ma.ValidationError(errors[""])
        return name


class KnownNames(NameList):
    """A list of names of one of the tables, or one word that stands for all."""

    def __init__(self, kind: Kind, description: str, length: tuple[int, int], word: str | None = None) -> None:
        super().__init__(description, length, word)
        self._list = BoundedList(KnownName(kind, "A name"), description, length, "names")
