"""The reader of names of cloud instances: exact, with other separators, or shortened where only one fits."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from costsvc.reference.names import LONGEST, NEAREST, OPTIONAL, Names, instance, instances, unwrapped
from costsvc.reference.place_patterns import PROVIDER_WORDS, PROVIDERS
from costsvc.reference.reading import Reading, fold

SEPARATORS = re.compile(r"[\s._:/-]+")


@dataclass(frozen=True, slots=True)
class InstanceNames:
    """Names of cloud instances.

    Attributes:
        index: Names with the separators of their providers.
        types: Provider and its own name of each instance, by id.
    """

    index: Names
    types: Mapping[str, tuple[str, str]]
    _starts: dict[tuple[str, ...], list[str]] = field(default_factory=dict, repr=False)

    def find(self, name: str) -> Reading | None:
        """The reading of a known name, which differs from it at most in case, dashes and prefixes."""
        return self.index.find(instance(name))

    def read(self, name: str) -> Reading | None:
        """Read a name; None if no instance or several could be meant.

        Args:
            name: The name as the caller wrote it.
        """
        found = self.find(name) if len(name) > LONGEST else self.find(name) or self._shortened(name)
        region = unwrapped(name)[1]
        if found is None or region is None:
            return found
        return replace(found, notes=(*found.notes, f"its region {region} is not used, only that of the request"))

    def _shortened(self, name: str) -> Reading | None:
        """The only instance whose name begins with the words of a name."""
        ids = self._beginning(name)
        if len(ids) != 1:
            return None
        whole, wanted = self._words_of(ids[0]), _words(name)
        short = wanted not in (whole, whole[1:])
        return Reading(id=ids[0], notes=("the only instance whose name begins so",) if short else ())

    def nearest(self, name: str) -> list[str]:
        """The known names nearest to an unknown one: those that begin with it, then similar ones."""
        beginning = self._beginning(name[:LONGEST])
        return beginning[:NEAREST] or self.index.nearest(instance(name[:LONGEST]))

    def _beginning(self, name: str) -> list[str]:
        """Ids of the instances whose names begin with the words of a name; those that equal it go before."""
        wanted = _words(name)
        if not wanted:
            return []
        starts = self._index().get(wanted, [])
        equal = [id_ for id_ in starts if wanted in (self._words_of(id_), self._words_of(id_)[1:])]
        return equal or sorted(starts, key=lambda id_: (len(id_), id_))

    def _words_of(self, id_: str) -> tuple[str, ...]:
        """Words of an instance's name without ``Standard``, its provider first."""
        provider, type_ = self.types[id_]
        return (provider, *_words(type_))

    def _index(self) -> dict[tuple[str, ...], list[str]]:
        """Ids by the first words of their names; made when the first unknown name is read."""
        if not self._starts:
            starts: dict[tuple[str, ...], list[str]] = {}
            for id_ in self.types:
                words = self._words_of(id_)
                for named in (words, words[1:]):
                    for end in range(1, len(named) + 1):
                        if named[:end] != words[:1]:
                            starts.setdefault(named[:end], []).append(id_)
            self._starts.update(starts)
        return self._starts


def instance_names(rows: Iterable[Mapping[str, str]]) -> InstanceNames:
    """The names of the instances of the table.

    Args:
        rows: Rows of the table.
    """
    known = list(rows)
    types = {row["instance_id"]: (row["provider"], row["instance_type"]) for row in known}
    return InstanceNames(instances(known), types)


def _words(name: str) -> tuple[str, ...]:
    """The words of a name, with the provider as its table calls it."""
    words = [word for word in SEPARATORS.split(fold(instance(name))) if word]
    for count in range(PROVIDER_WORDS, 0, -1):
        provider = PROVIDERS.get("-".join(words[:count]))
        if provider is not None:
            words = [provider, *words[count:]]
            break
    return tuple(word for word in words if word != OPTIONAL.rstrip("_").casefold())
