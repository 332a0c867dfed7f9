"""Some fields of an answer, by dotted names: ``carbon.total_kg``.

A name of an object's or a list's field is one of each of its entries: ``options.cost_usd`` is the cost of every option.
"""

from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from typing import TypeAlias, get_args, get_origin

from typing_extensions import get_type_hints, is_typeddict

from costsvc.errors import UnknownNameError
from costsvc.reference.similar import nearest

FIELD = "fields"
"""Parameter of a request that has the names."""
ENDS = ("value", "low", "high")
"""Fields of a quantity, which are nearest to no other name."""
ADVICE = "openapi.json lists the fields of every answer."
Tree: TypeAlias = dict[str, "Tree | None"]
"""Fields by name: the fields inside each, or None for all of it."""


def check_name(kind: type, name: str) -> None:
    """Check that answers of a type have a field.

    Args:
        kind: A TypedDict.
        name: The dotted name of the field.

    Raises:
        UnknownNameError: If they have none of this name.
    """
    known = names_of(kind)
    if name in known or any(is_open and name.startswith(f"{above}.") for above, is_open in known.items()):
        return
    likely = {one: one for one in known if one.rpartition(".")[2] not in ENDS}
    raise UnknownNameError(FIELD, name, nearest(name, likely), ADVICE)


@cache
def names_of(kind: type) -> Mapping[str, bool]:
    """The dotted name of each field of a type, and whether it has fields of any name.

    Args:
        kind: A TypedDict.
    """
    return dict(_names(kind))


def select(answer: Mapping[str, object], names: Iterable[str]) -> object:
    """Some fields of an answer, inside the objects that hold them.

    Args:
        answer: The answer.
        names: Dotted names of fields; the type of the answer has them.
    """
    return _part(answer, _tree(names))


def _names(kind: type, above: str = "") -> Iterator[tuple[str, bool]]:
    for name, hint in get_type_hints(kind).items():
        inside = list(_parts(hint))
        yield above + name, dict in inside
        for one in inside:
            if is_typeddict(one):
                yield from _names(one, f"{above}{name}.")


def _parts(hint: object) -> Iterator[type]:
    """The types of the objects in a value: objects of any names are dict."""
    if isinstance(hint, type) and is_typeddict(hint):
        yield hint
    elif get_origin(hint) is dict:
        yield dict
    else:
        for one in get_args(hint):
            yield from _parts(one)


def _tree(names: Iterable[str]) -> Tree:
    tree: Tree = {}
    for name in sorted(names):  # an object comes before its fields
        *path, last = name.split(".")
        room: Tree | None = tree
        for part in path:
            room = room.setdefault(part, {}) if room is not None else None
        if room is not None:
            room[last] = None
    return tree


def _part(value: object, tree: Tree | None) -> object:
    if tree is None:
        return value
    if isinstance(value, list):
        return [_part(one, tree) for one in value]
    if not isinstance(value, dict):
        return value
    return {name: _part(inner, tree[name]) for name, inner in value.items() if name in tree}
