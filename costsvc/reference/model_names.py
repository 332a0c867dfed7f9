"""An index of models by their names, which reads them as clients, gateways and hubs write them."""

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any

from costsvc.reference.model_forms import DATE, TUNED, Form, forms, squash, stem, without_endings
from costsvc.reference.names import Names
from costsvc.reference.reading import Reading, fold
from costsvc.reference.similar import nearest

KEPT = 2048
"""Names that are kept as read."""
SIZE = re.compile(r"[-_:](\d+(?:\.\d+)?)b$")
"""Ending that states all parameters [10^9]."""
SAME_SIZE = 0.1
STATED = re.compile(r"\d[bm](?:-|$)")
"""A size inside an id, which then has no other."""
OF_ANY_SIZE = re.compile(r"(?:\d+x)?\d+(?:\.\d+)?[bm](?=-|$)")
"""The size in an id, in whose place other models of its family have another."""
LATEST = ":latest"
UNSAID = "its usual size, since the name says none"
ACTIVE = re.compile(r"(?<=\db)-a\d+(?:\.\d+)?b(?=-|$)")
"""Active parameters after all of them: ``-a3b`` of ``qwen3-30b-a3b``, which people leave out."""


@dataclass(slots=True)
class ModelNames:
    """An index of models that reads names as they are written.

    Attributes:
        exact: Ids and aliases, as they stand.
        sizes: All parameters of a model by id, if known. [10^9]
    """

    exact: Names
    sizes: Mapping[str, float | None]
    _squashed: dict[str, str] = field(default_factory=dict)
    _revised: dict[str, set[str]] = field(default_factory=dict)
    _families: Counter[str] = field(default_factory=Counter)
    _short: Mapping[str, str] | None = None
    _kept: Callable[[str], Reading | None] = field(init=False, repr=False)

    @classmethod
    def of(cls, exact: Names, sizes: Mapping[str, float | None]) -> "ModelNames":
        """Index the names of an exact index once more, by their squashed forms.

        Args:
            exact: Ids and aliases.
            sizes: All parameters of a model by id. [10^9]
        """
        index = cls(exact, sizes)
        claims: dict[str, set[str]] = {}
        for name, match in exact.matches.items():
            for text in _known_forms(name):
                claims.setdefault(squash(text), set()).add(match.id)
            dated = DATE.search(name)
            if dated:
                index._revised.setdefault(squash(name[: dated.start()]), set()).add(match.id)
        index._families = Counter(OF_ANY_SIZE.sub("", id_) for id_ in sizes)
        index._squashed = {text: min(ids) for text, ids in claims.items() if len(ids) == 1}
        return index

    def __post_init__(self) -> None:
        """Keep what was read last."""
        self._kept = lru_cache(maxsize=KEPT)(self._read)

    def read(self, name: str) -> Reading | None:
        """What a name means, or None."""
        return self._kept(name)

    def _read(self, name: str) -> Reading | None:
        reading = self._read_forms(name)
        if reading is None or not self._is_family(name, reading.id):
            return reading
        return replace(reading, notes=(*reading.notes, UNSAID))

    def _is_family(self, name: str, id_: str) -> bool:
        """Whether a name is that of a family of several sizes, of which it says none."""
        family = OF_ANY_SIZE.sub("", id_)
        said = name.lower().removesuffix(LATEST).rpartition("/")[2]
        return family != id_ and self._families[family] > 1 and squash(said) == squash(family)

    def _read_forms(self, name: str) -> Reading | None:
        found = self.exact.find(name)
        if found is not None:
            return Reading(id=found.id, others=found.others, **_format_of(name, found.id))
        for form in forms(name):
            id_ = self._find(form)
            if id_ is not None:
                inside = _format_of(form.text, id_)
                notes = (*form.notes, *inside.get("notes", ()))
                return Reading(id=id_, notes=notes, says={**inside.get("says", {}), **form.says})
        return None

    def _find(self, form: Form) -> str | None:
        match = self.exact.find(form.text)
        if match is not None and not form.is_revision:
            return match.id
        key = squash(form.text)
        id_ = match.id if match is not None else self._squashed.get(key)
        if id_ is None:
            text = TUNED.sub("", form.text)
            id_ = self._squashed.get(squash(text)) or self._by_points(text) or self._by_size(text)
        if id_ is not None and form.is_revision and not self._revised.get(key, {id_}) <= {id_}:
            return None  # revisions of this name differ, and the one that was named is not known
        return id_

    def _by_size(self, text: str) -> str | None:
        """The model of a name that adds its size: ``deepseek-r1:671b``."""
        found = SIZE.search(text)
        id_ = self._squashed.get(squash(text[: found.start()])) if found else None
        known = self.sizes.get(id_) if id_ and not STATED.search(id_) else None
        if found is None or not known or abs(float(found[1]) / known - 1) > SAME_SIZE:
            return None
        return id_

    def _by_points(self, text: str) -> str | None:
        """The model of a name that writes a full stop as a dash, or a dash as a full stop: ``llama3-1-70b``."""
        dotted = re.sub(r"(?<=\d)-(?=\d(?:-|$))", ".", text)
        return self._squashed.get(squash(dotted)) or self._squashed.get(squash(text).replace(".", "~"))

    def nearest(self, name: str) -> list[str]:
        """Ids of known models like an unknown one: of the same family first, then of the nearest version and size."""
        return nearest(stem(name), self.short())

    def short(self) -> Mapping[str, str]:
        """Ids and aliases without their paths, to ids."""
        if self._short is None:
            short = {known.rpartition("/")[2]: match.id for known, match in self.exact.matches.items()}
            self._short = {ACTIVE.sub("", known): id_ for known, id_ in short.items()} | short
        return self._short


def _format_of(name: str, id_: str) -> dict[str, Any]:
    """Notes and fields of a known name that ends with a number format which the id has not."""
    if fold(name) == id_:
        return {}
    *_, last = without_endings(Form(text=fold(name)))
    return {"notes": last.notes, "says": last.says} if "precision" in last.says else {}


def _known_forms(name: str) -> Iterator[str]:
    """A known name, without its path, and without endings of equal variants."""
    for text in dict.fromkeys((name, name.rpartition("/")[2])):
        yield text
        while (found := TUNED.search(text)) is not None:
            text = text[: found.start()]  # noqa: PLW2901 # the same name, one ending shorter
            yield text
        if ACTIVE.search(text):
            yield ACTIVE.sub("", text)
