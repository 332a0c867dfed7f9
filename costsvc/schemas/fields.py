"""Request schemas and their fields: errors name the valid values, and no string or NaN passes for a number."""

import json
import math
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date
from itertools import islice
from typing import Any, Literal, TypeVar

import marshmallow as ma

from costsvc.errors import LONGEST_QUOTE, UnknownNameError
from costsvc.limits import ERRORS, NAME_LENGTH, WRONG_ENTRIES, YEAR, Limit
from costsvc.reference.catalog import Catalog
from costsvc.reference.place_groups import read_regions
from costsvc.schemas.field_errors import Several, UnknownName
from costsvc.schemas.misspelt import UNKNOWN, describe_unknown

MESSAGES: dict[str, str | list[Any] | dict[Any, Any]] = {
    "required": "is required",
    "null": "must not be null; omit the field instead",
    "invalid": "must be an array",
}
"""Errors of missing values, and of values that are not arrays."""


class Number(ma.fields.Float):
    """A finite JSON number inside a limit."""

    def __init__(self, limit: Limit, description: str, **kwargs: Any) -> None:
        self.limit = limit
        unit = "" if limit.unit == "1" else f" [{limit.unit}]"
        metadata = {"description": description + unit, **described(limit), **kwargs.pop("metadata", {})}
        super().__init__(metadata=metadata, error_messages=MESSAGES, **kwargs)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> float:
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise ma.ValidationError(f"{self.wanted('a number')}, got {shown(value)}")
        number = float(value)
        limit = self.limit
        inside = limit.low <= number <= limit.high and (number == 0 or abs(number) >= limit.least)
        if not inside or (limit.whole and not number.is_integer()):
            raise ma.ValidationError(f"{self.wanted()}, got {shown(value)}")
        return self.convert(number)

    def convert(self, number: float) -> float:
        """The number as the domain takes it."""
        return int(number) if self.limit.whole else number

    def wanted(self, kind: str = "") -> str:
        """The valid values in words: ``must be a whole number between 1 and 10 px``.

        Args:
            kind: What the value must be besides, empty if it is that.
        """
        limit = self.limit
        unit = "" if limit.unit == "1" else f" {limit.unit}"
        what = "a whole number " if limit.whole else f"{kind} ".lstrip()
        low, size = limit.low, ""
        if limit.least and low == 0:
            what, low = f"0 or {what}", limit.least
        elif limit.least:
            size = f", and 0 or at least {limit.least:g} in absolute value"
        return f"must be {what}between {low:g} and {limit.high:g}{unit}{size}"


def described(limit: Limit) -> dict[str, Any]:
    """A limit as JSON Schema.

    Args:
        limit: The limit.
    """
    schema: dict[str, Any] = {"minimum": limit.low, "maximum": limit.high}
    if limit.least:
        gaps = [{"exclusiveMinimum": 0, "exclusiveMaximum": limit.least}]
        gaps += [{"exclusiveMinimum": -limit.least, "exclusiveMaximum": 0}] if limit.low < 0 else []
        schema["not"] = gaps[0] if len(gaps) == 1 else {"anyOf": gaps}
    return schema


class WholeNumber(Number):
    """A whole JSON number inside a limit; documented as an integer."""


class Name(ma.fields.String):
    """A name of one of the tables."""

    def __init__(self, description: str, example: str | None = None, **kwargs: Any) -> None:
        metadata: dict[str, Any] = {"description": description, "minLength": 1, "maxLength": NAME_LENGTH}
        if example is not None:
            metadata["examples"] = [example]
        super().__init__(metadata=metadata, error_messages=MESSAGES, **kwargs)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        if not isinstance(value, str) or not 0 < len(value.strip()) <= NAME_LENGTH:
            raise ma.ValidationError(f"must be a string of 1 to {NAME_LENGTH} characters, got {shown(value)}")
        return value.strip()


Kind = Literal["accelerator", "instance", "region", "regions", "model", "seller", "provider"]
READERS: Mapping[Kind, Callable[[Catalog, str], object]] = {
    "accelerator": lambda tables, name: tables.is_instance(name) or tables.accelerator(name),
    "instance": lambda tables, name: tables.instance(name),
    "region": lambda tables, name: tables.place(name),
    "regions": read_regions,
    "model": lambda tables, name: tables.read_model(name),
    "seller": lambda tables, name: tables.hosted.provider(name) or tables.provider(name),
    "provider": lambda tables, name: tables.api_provider(name),
}
"""How a name of each kind is looked up; it raises an UnknownNameError. Known names are kept in the catalog's memos."""
TABLES: ContextVar[Catalog | None] = ContextVar("tables", default=None)
"""The tables in which names are looked up while a request is read."""


@contextmanager
def looking_up_in(tables: Catalog) -> Iterator[None]:
    """Look up names of the requests that are read inside, so that unknown ones are reported with all other errors.

    Args:
        tables: The reference tables.
    """
    token = TABLES.set(tables)
    try:
        yield
    finally:
        TABLES.reset(token)


def unknown_name(read: Callable[..., object], *names: str) -> list[str]:
    """The error of an unknown name, none if it is known; none without tables, where estimates raise it.

    Args:
        read: Looks the names up in a catalog; it may raise an UnknownNameError.
        names: The names.
    """
    tables = TABLES.get()
    if tables is None:
        return []
    try:
        tables.memos[read](*names)
    except UnknownNameError as error:
        return [UnknownName(error)]
    return []


class KnownName(Name):
    """A name of one of the tables, which is looked up when the request is read."""

    def __init__(self, kind: Kind, description: str, example: str | None = None, **kwargs: Any) -> None:
        self.kind: Kind = kind
        super().__init__(description, example, **kwargs)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        name = super()._deserialize(value, attr, data, **kwargs)
        errors = unknown_name(READERS[self.kind], name)
        if errors:
            raise ma.ValidationError(errors)
        return name


class Day(ma.fields.Date):
    """A day as ISO 8601 writes it."""

    def __init__(self, description: str, example: str) -> None:
        metadata = {"description": description, "examples": [example]}
        super().__init__(metadata=metadata, error_messages=MESSAGES)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> date:
        try:
            found = date.fromisoformat(value)
        except (TypeError, ValueError):
            found = None
        if found is None or not YEAR.low <= found.year < YEAR.high:
            wanted = f"must be a date such as 2026-11-26, from {YEAR.low:g} to {YEAR.high - 1:g}"
            raise ma.ValidationError(f"{wanted}, got {shown(value)}")
        return found


class BoundedList(ma.fields.List[Any]):
    """A list of limited length, which is checked before its entries."""

    def __init__(
        self, inner: ma.fields.Field[Any], description: str, length: tuple[int, int], things: str, **kwargs: Any
    ) -> None:
        self.length, self.things = length, things
        low, high = length
        metadata = {"description": description, "minItems": low, "maxItems": high}
        super().__init__(inner, metadata=metadata, error_messages=MESSAGES, **kwargs)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> list[Any]:
        if not isinstance(value, list):
            raise self.make_error("invalid")
        low, high = self.length
        if not low <= len(value) <= high:
            raise ma.ValidationError(f"must have {low} to {high} {self.things}, got {len(value)}")
        found, errors = [], {}
        for place, one in enumerate(value):
            try:
                found.append(self.inner.deserialize(one, **kwargs))
            except ma.ValidationError as error:
                errors[place] = error.messages
                if len(errors) == WRONG_ENTRIES:
                    break
        if errors:
            raise ma.ValidationError(errors)
        return found


class NameList(ma.fields.Field[Any]):
    """A list of names, or one word that stands for all."""

    def __init__(self, description: str, length: tuple[int, int], word: str | None = None) -> None:
        low, high = length
        self.word = word
        self._list = BoundedList(Name("A name"), description, length, "names")
        name = {"type": "string", "minLength": 1, "maxLength": NAME_LENGTH}
        array = {"type": "array", "items": name, "minItems": low, "maxItems": high}
        either = array if word is None else {"oneOf": [array, {"type": "string", "enum": [word]}]}
        super().__init__(metadata={"description": description, **either}, error_messages=MESSAGES)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **_: Any) -> Any:
        if self.word is not None and value in (self.word, [self.word]):
            return self.word
        return self._list.deserialize(value, attr, data)


class KnownNames(NameList):
    """A list of names of one of the tables, or one word that stands for all."""

    def __init__(self, kind: Kind, description: str, length: tuple[int, int], word: str | None = None) -> None:
        super().__init__(description, length, word)
        self._list = BoundedList(KnownName(kind, "A name"), description, length, "names")


class StrictBoolean(ma.fields.Boolean):
    """true or false; nothing else is converted."""

    def __init__(self, description: str) -> None:
        super().__init__(metadata={"description": description}, error_messages=MESSAGES)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> bool:
        if not isinstance(value, bool):
            raise ma.ValidationError(f"must be true or false, got {shown(value)}")
        return value


class Choice(ma.fields.String):
    """One of several words, in lower case; a request may have them in any case."""

    def __init__(self, words: tuple[str, ...], description: str, **kwargs: Any) -> None:
        self.words = words
        super().__init__(metadata={"description": description, "enum": list(words)}, error_messages=MESSAGES, **kwargs)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        word = value.lower() if isinstance(value, str) else None
        if word not in self.words:
            raise ma.ValidationError(f"must be one of {', '.join(self.words)}, got {shown(value)}")
        return word


class Object(ma.fields.Nested):
    """An object with fields of its own."""

    def __init__(self, schema: type[ma.Schema], description: str, **kwargs: Any) -> None:
        super().__init__(schema, metadata={"description": description}, error_messages=MESSAGES, **kwargs)


class ObjectList(BoundedList):
    """A list of objects, of limited length."""

    def __init__(self, schema: type[ma.Schema], description: str, length: tuple[int, int], **kwargs: Any) -> None:
        super().__init__(ma.fields.Nested(schema), description, length, "entries", **kwargs)


def shown(value: Any) -> str:
    """A value as errors quote it: as JSON, shortened."""
    if isinstance(value, dict | list):
        return "an object" if isinstance(value, dict) else "an array"
    return cut(json.dumps(value, ensure_ascii=False))


def cut(text: str) -> str:
    """A text of the caller as errors quote it: shortened."""
    return text if len(text) <= LONGEST_QUOTE else text[:LONGEST_QUOTE] + "..."


CHECKS_TOGETHER = "checks_together"
Check = TypeVar("Check", bound=Callable[..., None])


def checks_together(check: Check) -> Check:
    """Mark the method of a schema that checks fields together, so that it also runs if some fields are invalid.

    An invalid number or name is NaN then: it is given, and no comparison with it holds. The method does not run if a
    choice is invalid, on which the meaning of other fields depends.

    Args:
        check: The method; it raises a ValidationError with the errors by field.
    """
    ma.validates_schema(check)
    setattr(check, CHECKS_TOGETHER, True)
    return check


class Request(ma.Schema):
    """An object that rejects unknown fields, and collects all errors of the others."""

    class Meta:
        """Fields come back in the order they are declared."""

        unknown = ma.RAISE

    error_messages: dict[str, str] = {  # noqa: RUF012 - the library declares it so
        "unknown": UNKNOWN,
        "type": "must be an object",
    }

    def load(self, data: Any, **kwargs: Any) -> Any:
        """See marshmallow; an object of far too many fields is not read."""
        if isinstance(data, dict) and len(data) > len(self.fields) + ERRORS:
            unknown = [name for name in islice(data, len(self.fields) + ERRORS) if name not in self.fields]
            errors = {name: [UNKNOWN] for name in unknown[:ERRORS]}
            more = sum(name not in self.fields for name in data) - len(errors)
            raise ma.ValidationError(errors | {ma.exceptions.SCHEMA: [Several("further unknown fields", more)]})
        return super().load(data, **kwargs)

    def handle_error(self, error: ma.ValidationError, data: Any, **_: Any) -> None:
        """Say what an unknown field may mean, and add the errors of fields together if some fields are invalid.

        Args:
            error: The error, whose messages are completed.
            data: What was to be read.
        """
        messages = error.messages
        if not isinstance(messages, dict) or not isinstance(data, dict):
            return
        for name, texts in messages.items():
            if texts == [UNKNOWN]:
                messages[name] = [describe_unknown(name, self.fields)]
        wrong = [name for name in messages if name in self.fields and name in data]
        if not any(isinstance(self.fields[name], Choice) for name in wrong):
            valid = error.valid_data if isinstance(error.valid_data, dict) else {}
            given = [name for name in wrong if isinstance(self.fields[name], Number | Name)]
            for name, texts in self._errors_together(valid | dict.fromkeys(given, math.nan)).items():
                messages.setdefault(name, texts)

    def _errors_together(self, data: dict[str, Any]) -> dict[str, Any]:
        """Errors of the methods that check fields together."""
        errors: dict[str, Any] = {}
        for name in dir(type(self)):
            check = getattr(type(self), name, None)
            if getattr(check, CHECKS_TOGETHER, False):
                try:
                    getattr(self, name)(data)
                except ma.ValidationError as error:
                    errors |= error.messages if isinstance(error.messages, dict) else {}
        return errors


def refuse(data: dict[str, Any], fields: Iterable[str], because: str) -> dict[str, list[str]]:
    """An error for each of some fields that has no effect in a request.

    Args:
        data: The request.
        fields: Those without effect.
        because: Continues ``not allowed``: ``together with hours, which already fixes the run time``.
    """
    return {field: [f"not allowed {because}"] for field in fields if data.get(field) is not None}


def raise_if(errors: dict[str, Any]) -> None:
    """Reject a request.

    Raises:
        ValidationError: If there are errors.
    """
    if errors:
        raise ma.ValidationError(errors)


def normal(request: Any) -> Any:
    """A request with its fields in alphabetical order and numbers as floats, so that equal requests look equal."""
    if isinstance(request, dict):
        return {name: normal(request[name]) for name in sorted(request) if request[name] is not None}
    if isinstance(request, list):
        return [normal(one) for one in request]
    return float(request) if isinstance(request, int) and not isinstance(request, bool) else request
