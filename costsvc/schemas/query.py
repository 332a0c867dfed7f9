"""A request as a query string: the fields of its JSON under dotted names, ``overheads.failed_share=0.1``.

Entries of a list are numbered (``strategies.0.name=shared``); a list of words is one text with commas. What a
query cannot say is left to the schema, which names the field.
"""

from collections.abc import Iterable, Iterator
from typing import Any

import marshmallow as ma

from costsvc.requests.dotted import pairs
from costsvc.schemas.fields import NameList, Number, StrictBoolean
from costsvc.schemas.parts import Amount, KnownQuantity
from costsvc.schemas.typed_numbers import read_number

__all__ = ["body", "inside", "leaves", "pairs"]

SWITCHES = {"true": True, "false": False}
WORDS = ma.fields.List, NameList
DIGITS = 3
"""Most digits of the number of an entry in a list."""


def body(pairs: Iterable[tuple[str, str]], schema: ma.Schema) -> dict[str, Any]:
    """The JSON that is equivalent to a query, without empty fields.

    Args:
        pairs: NameList and texts.
        schema: Reads the JSON.
    """
    grown: dict[str, Any] = {}
    for name, text in pairs:
        if text.strip():
            _put(grown, name, text.strip(), schema)
    return _listed(grown, schema)


def _put(grown: dict[str, Any], name: str, text: str, schema: ma.Schema) -> None:
    """Lay a text where its name says; under the rest of the name where the schema knows no such field."""
    head, _, rest = name.partition(".")
    field = schema.fields.get(head)
    inner = inside(field)
    if inner is None or not rest:
        grown[name if rest else head] = _value(field, text) if not rest else text
        return
    room = grown.setdefault(head, {})
    if not isinstance(room, dict):
        return  # the same field came as a text before; the schema refuses that
    if isinstance(field, ma.fields.List):
        place, _, rest = rest.partition(".")
        room = room.setdefault(place, {})
    if rest:
        _put(room, rest, text, inner)
    else:
        room[""] = text


def leaves(schema: ma.Schema, prefix: str = "") -> Iterator[tuple[str, ma.fields.Field[Any]]]:
    """Dotted name and field of everything that a query may set in a schema without lists of objects.

    Args:
        schema: The schema.
        prefix: The path of the schema, with a dot at its end.
    """
    for name, field in schema.fields.items():
        deeper = inside(field)
        if deeper is None:
            yield f"{prefix}{name}", field
        else:
            yield from leaves(deeper, f"{prefix}{name}.")


def inside(field: ma.fields.Field[Any] | None) -> ma.Schema | None:
    """The schema of the objects that a field holds, None where it holds none.

    Args:
        field: A field of a schema, or None for an unknown field.
    """
    if isinstance(field, ma.fields.List):
        return inside(field.inner)
    if isinstance(field, ma.fields.Nested):
        found: ma.Schema = field.schema
        return found
    return KnownQuantity() if isinstance(field, Amount) else None


def _value(field: ma.fields.Field[Any] | None, text: str) -> Any:
    if isinstance(field, Number | Amount):
        number = read_number(text, field.limit if isinstance(field, Number) else None)
        return text if number is None else number
    if isinstance(field, StrictBoolean):
        return SWITCHES.get(text.lower(), text)
    if isinstance(field, NameList) and text == field.word:
        return text
    if isinstance(field, WORDS):
        return [_value(getattr(field, "inner", None), word.strip()) for word in text.split(",") if word.strip()]
    return text


def _listed(grown: dict[str, Any], schema: ma.Schema) -> dict[str, Any]:
    """The same with lists in place of numbered entries."""
    done: dict[str, Any] = {}
    for name, value in grown.items():
        field = schema.fields.get(name)
        inner = inside(field)
        if inner is None or not isinstance(value, dict):
            done[name] = value
        elif isinstance(field, ma.fields.List):
            done[name] = [_listed(value[place], inner) for place in sorted(value, key=_place)]
        else:
            done[name] = _listed(value, inner)
    return done


def _place(number: str) -> tuple[int, str]:
    """Entries in the order of their numbers; others after them."""
    is_short = number.isdecimal() and number.isascii() and len(number) <= DIGITS
    return (int(number) if is_short else 10**DIGITS, number)
