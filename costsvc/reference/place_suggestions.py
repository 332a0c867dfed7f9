"""Suggestions for names of places that are not known: by meaning first, by letters only where words are alike."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cached_property
from typing import TYPE_CHECKING

from costsvc.reference.place_index import LARGE, is_city, normal
from costsvc.reference.place_patterns import CODE, PROVIDERS, STATES, VAGUE, split_provider, without_words

if TYPE_CHECKING:
    from costsvc.reference.place_names import PlaceNames

MOST = 3
ALIKE = 0.8
"""Ratio of common letters above which two words are taken for one with a typing error."""
SWAPPED = 0.7
"""The same for words of one length, two letters of which may be swapped."""
FUZZY = 5
"""Letters of the shortest word that may have a typing error."""
DIGITS = "0123456789"
SITE = 0.6
"""Ratio of common letters above which the code of a site is taken for one with a typing error, without its number."""
BRACKETED = re.compile(r"([^()]+)\(([^()]+)\)")
NUMBERED = re.compile(r"(?P<word>[a-z][a-z-]*[a-z])-?(?P<number>\d{1,3})(?:-az\d{1,2})?")
"""A region with its number, which another one may have instead."""
OF_COUNTRY = re.compile(r"([a-z]{2})-?([a-z]{2,3}|\d{1,2})")
"""Code of a zone or a state after that of its country."""


@dataclass(frozen=True)
class PlaceSuggestions:
    """Known places that an unknown name could mean.

    Attributes:
        names: The reader of names.
    """

    names: "PlaceNames"

    def nearest(self, name: str) -> list[str]:
        """Ids of the places that an unknown name most likely means, best first."""
        key = without_words(normal(name))
        if not key:
            return []
        if both := list(dict.fromkeys(self._contradicting(name)))[:MOST]:
            return both
        for find in (
            *(self._meanings, self._sold, self._codes, self._other_numbers, self._regions, self._phrases, self._words),
            *(self._zones, self._mistyped),
        ):
            if found := list(dict.fromkeys(find(key)))[:MOST]:
                return found
            if find == self._sold and split_provider(key):
                break
        return []

    def _meanings(self, key: str) -> Iterable[str]:
        """All meanings of a name that has several."""
        bare = without_words(key)
        return (*self.names.meanings(bare), *self.names.squeezed.get(bare.replace("-", ""), ()))

    def _sold(self, key: str) -> Iterable[str]:
        """Regions of the named cloud: in the named place, or of a name like the rest."""
        split = split_provider(key)
        if split is None:
            return []
        provider, rest = split
        sold = self.names.index.sold.get(provider, {})
        if there := self.names.provider_regions(provider, without_words(rest)):
            return there
        if other := self.names.index.ids.get(rest):
            place = self.names.places[other]
            near = self.names.provider_regions(provider, normal(place.subdivision or place.country or other))
            return [*near[: MOST - 1], *self._shown(other)]
        close = get_close_matches(rest, sold, n=MOST, cutoff=SWAPPED)
        if close := close or get_close_matches(rest.rstrip(DIGITS), sold, n=MOST, cutoff=SITE):
            return [sold[match] for match in close]
        alike = list(self._phrases(rest))
        return [id_ for id_ in (*alike, *self._words(rest)) if id_.startswith(f"{provider}:")] or alike

    def _regions(self, key: str) -> Iterable[str]:
        """Cloud regions whose ids begin alike and differ in a few letters."""
        begin = key.partition("-")[0]
        ids = self._region_ids.get(begin, {})
        close = get_close_matches(key, ids, n=2 * MOST, cutoff=0.85)
        return sorted((id_ for match in close for id_ in ids[match]), key=_rank)

    def _contradicting(self, name: str) -> Iterator[str]:
        """Regions of a cloud of each half of ``US East (Frankfurt)``, the half in brackets first."""
        found = BRACKETED.fullmatch(name.strip())
        if found is None:
            return
        part, city = map(normal, found.groups())
        ids = self.names.index.ids
        alike = [ids[key] for key in ids if key.startswith(f"{part}-") and self.names.places[ids[key]].row]
        if alike:
            there = self.names.provider_regions(alike[0].partition(":")[0], city)
            yield from (*there[:1], *alike) if there else ()

    def _other_numbers(self, key: str) -> Iterable[str]:
        """Regions whose name differs only in its number: ``use9``, ``ap-southeast-99``."""
        wanted = NUMBERED.fullmatch(key)
        if wanted is None:
            return []
        known = self._numbered.get(wanted["word"], {})
        digits = wanted["number"]
        return sorted(known, key=lambda id_: (not digits.startswith(known[id_]), _rank(id_), len(id_), id_))

    def _zones(self, key: str) -> Iterator[str]:
        """Zones of the country that a code of a zone or a state begins with: ``DK3``, ``CA-ZZ``."""
        found = OF_COUNTRY.fullmatch(key)
        country = self.names.index.ids.get(found[1]) if found else None
        if found is None or country is None or self.names.places[country].level != "country":
            return
        code = found[1].upper()
        begin = f"em:{code}-{code}"
        numbers = [zone.removeprefix(begin) for zone in self.names.places.zones if zone.startswith(begin)]
        if found[2].isdecimal():
            near = sorted(filter(str.isdecimal, numbers), key=lambda number: abs(int(number) - int(found[2])))
            yield from (f"{begin}{number}" for number in near)
        yield country

    def _mistyped(self, key: str) -> Iterator[str]:
        """Places of a code with one letter less: ``PJMM``."""
        if len(key) == FUZZY - 1:
            for i in range(len(key)):
                if id_ := self.names.index.ids.get(key[:i] + key[i + 1 :]):
                    yield from self._shown(id_)

    def _phrases(self, key: str) -> Iterator[str]:
        """Places whose whole name differs in a few letters."""
        names = self._named.get(key[0], ()) if len(key) >= FUZZY else ()
        equal = [name for name in names if len(name) == len(key)]
        close = get_close_matches(key, names, n=MOST, cutoff=ALIKE) or get_close_matches(
            key, equal, n=1, cutoff=SWAPPED
        )
        for match in close:
            for id_ in self.names.meanings(match)[:1]:
                yield from self._shown(id_)

    def _words(self, key: str) -> Iterator[str]:
        """Places that share the most words with a name, typing errors included."""
        scores: dict[str, float] = {}
        for word in dict.fromkeys(key.split("-")):
            for known, weight in self._alike(word):
                for name in self._by_word[known]:
                    scores[name] = scores.get(name, 0.0) + weight
        ranked = sorted(scores, key=lambda name: (-scores[name], len(name.split("-")), name))
        best = scores[ranked[0]] if ranked else 0.0
        for name in ranked[:MOST]:
            if scores[name] == best:
                for id_ in self.names.meanings(name)[:1]:
                    yield from self._shown(id_)

    def _alike(self, word: str) -> Iterator[tuple[str, float]]:
        if word in VAGUE or word in PROVIDERS or len(word) < CODE:
            return
        if word in self._by_word:
            yield word, 1.0
        elif len(word) >= FUZZY:
            for match in get_close_matches(word, self._words_by_letter.get(word[0], ()), n=MOST, cutoff=ALIKE):
                yield match, 0.5

    def _codes(self, key: str) -> Iterable[str]:
        """Regions of which a code without its cloud is the name, and states of which it is one without the country."""
        sold = self.names.index.sold.values()
        states = [self.names.index.ids.get(f"{country}-{key}") for country in STATES]
        return [*sorted((names[key] for names in sold if key in names), key=_rank), *filter(None, states)]

    def _shown(self, id_: str) -> Iterator[str]:
        """A place as a suggestion: a city by the cloud regions there and its country."""
        place = self.names.places[id_]
        if not is_city(id_):
            yield id_
            return
        regions = self.names.regions.inside(id_)[: MOST - 1]
        yield from regions or [id_]
        yield place.subdivision or place.country or id_

    @cached_property
    def _named(self) -> Mapping[str, tuple[str, ...]]:
        """Names by their first letter."""
        names = (*self.names.index.ids, *self.names.index.unclear)
        return _by_letter(name for name in names if len(name) >= FUZZY - 1)

    @cached_property
    def _by_word(self) -> Mapping[str, list[str]]:
        """Names of cities, countries, subdivisions and regions by the words in them."""
        found: dict[str, list[str]] = {}
        for name in self.names.index.ids:
            for word in set(name.split("-")) - VAGUE:
                if len(word) >= CODE and not word.isdecimal():
                    found.setdefault(word, []).append(name)
        return found

    @cached_property
    def _words_by_letter(self) -> Mapping[str, tuple[str, ...]]:
        return _by_letter(self._by_word)

    @cached_property
    def _numbered(self) -> Mapping[str, Mapping[str, str]]:
        """Cloud regions with their numbers, by their names without the number."""
        found: dict[str, dict[str, str]] = {}
        for sold in self.names.index.sold.values():
            for name, id_ in sold.items():
                if (numbered := NUMBERED.fullmatch(name)) and self.names.places[id_].row:
                    found.setdefault(numbered["word"], {}).setdefault(id_, numbered["number"])
        return found

    @cached_property
    def _region_ids(self) -> Mapping[str, Mapping[str, list[str]]]:
        """Names of cloud regions with and without their provider to ids, by the first word."""
        found: dict[str, dict[str, list[str]]] = {}
        for id_ in map(str, self.names.places.tables["regions"]):
            for name in (normal(id_), normal(id_.partition(":")[2])):
                found.setdefault(name.partition("-")[0], {}).setdefault(name, []).append(id_)
        return found


def _rank(region: str) -> int:
    provider = region.partition(":")[0]
    return LARGE.index(provider) if provider in LARGE else len(LARGE)


def _by_letter(names: Iterable[str]) -> dict[str, tuple[str, ...]]:
    found: dict[str, list[str]] = {}
    for name in dict.fromkeys(names):
        if name:
            found.setdefault(name[0], []).append(name)
    return {letter: tuple(those) for letter, those in found.items()}
