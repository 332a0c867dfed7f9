"""Assign rows to templates: by the texts of their work and place, and by the classes of their numbers."""

from collections.abc import Mapping, Sequence

import numpy as np

from costsvc.batch.formats.format import Kind
from costsvc.batch.groups import Codes
from costsvc.batch.parts import is_of_place
from costsvc.batch.row_numbers import POSITIVE, Classes
from costsvc.batch.templates import Templates
from costsvc.units import Array


def assign(
    kind: Kind,
    texts: Mapping[str, Codes],
    numbers: Mapping[str, Array],
    rows: int,
    templates: Templates,
    *,
    is_unused: bool,
) -> Codes:
    """The template of each row.

    Args:
        kind: Kind of request.
        texts: Number of each row's text, by field.
        numbers: Number of each field that may vary by row; NaN if it is not given. [any]
        rows: Number of rows.
        templates: Templates of earlier batches, which are extended.
        is_unused: Whether the machines drew no energy because nobody used them.
    """
    of_work = {name: codes for name, codes in texts.items() if not is_of_place(name)}
    of_place = {name: codes for name, codes in texts.items() if is_of_place(name)}
    works = _works(kind, of_work, {name: of for name, of in numbers.items() if not is_of_place(name)}, rows, templates)
    places = _places(kind, of_place, {name: of for name, of in numbers.items() if is_of_place(name)}, rows, templates)
    pairs = templates.table("templates", is_unused)
    return pairs.find((works, places), rows, lambda key, _: templates.find(key[0], key[1], is_unused=is_unused).id)


def _places(
    kind: Kind, texts: Mapping[str, Codes], numbers: Mapping[str, Array], rows: int, templates: Templates
) -> Codes:
    names = sorted(texts)

    def add(key: tuple[int, ...], row: int) -> int:
        given = {name: float(values[row]) for name, values in numbers.items() if not np.isnan(values[row])}
        return templates.add_place(_texts(kind, names, key, templates), given)

    codes = [*(texts[name] for name in names), *(POSITIVE.of(values) for values in numbers.values())]
    return templates.table("places", kind, *names, *numbers).find(codes, rows, add)


def _works(
    kind: Kind, texts: Mapping[str, Codes], numbers: Mapping[str, Array], rows: int, templates: Templates
) -> Codes:
    names = sorted(texts)
    given = {name: ~np.isnan(values) for name, values in numbers.items()}

    def numbers_of(row: int) -> dict[str, float]:
        return {name: float(values[row]) for name, values in numbers.items() if given[name][row]}

    def add_family(key: tuple[int, ...], row: int) -> int:
        return templates.add_family(kind, _texts(kind, names, key, templates), numbers_of(row))

    codes = [*(texts[name] for name in names), *(one.astype(np.int64) for one in given.values())]
    families = templates.table("families", kind, *names, *numbers).find(codes, rows, add_family)
    classes = _classes(families, numbers, templates)

    def add_work(key: tuple[int, ...], row: int) -> int:
        return templates.add_work(templates.families[key[0]], numbers_of(row))

    return templates.table("works", kind, *classes).find([families, *classes.values()], rows, add_work)


def _texts(kind: Kind, names: Sequence[str], key: Sequence[int], templates: Templates) -> dict[str, str]:
    texts = {name: templates.numbering(kind, name).values[code] for name, code in zip(names, key, strict=False)}
    return {name: text for name, text in texts.items() if text is not None}


def _classes(families: Codes, numbers: Mapping[str, Array], templates: Templates) -> dict[str, Codes]:
    """The class of each number that has some, by field."""
    used = [templates.families[place] for place in np.flatnonzero(np.bincount(families)).tolist()]
    by_id = {family.classes_id: family.classes for family in used}
    classed = [name for name in numbers if any(name in of for of in by_id.values())]
    found = {name: np.zeros(len(families), dtype=np.int64) for name in classed}
    ids = np.array([family.classes_id for family in templates.families])
    for id_, of in by_id.items():
        rows = slice(None) if len(by_id) == 1 else np.flatnonzero(ids[families] == id_)
        for name, codes in found.items():
            codes[rows] = _codes(of[name], numbers[name][rows], templates)
    return found


def _codes(classes: Classes, values: Array, templates: Templates) -> Codes:
    """The class of each number; a number that does not vary has a class of its own."""
    codes = classes.of(values)
    alone = np.flatnonzero((values < classes.whole_below) & (codes % 2 == 1))
    if len(alone):
        most = classes.count
        codes[alone] = [most + templates.alone.code(value) for value in values[alone].tolist()]
    return codes
