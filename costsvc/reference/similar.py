"""Known names like an unknown one: of the same family first, then of the nearest version and size."""

import re
from collections.abc import Iterable, Mapping
from difflib import SequenceMatcher
from functools import lru_cache
from heapq import nlargest
from math import log

from costsvc.reference.names import LONGEST
from costsvc.reference.reading import fold

NEAREST = 3
WORD = re.compile(r"[a-z]+|\d+(?:\.\d+)?")
COMPARED = 80
"""Names that are compared letter by letter; those with the most words in common come first."""
LEAST_SIMILAR = 0.55
"""Similarity of letters below which a name without a common word is another one."""
ANYWHERE = frozenset(("b", "m", "v", "instruct", "chat", "it", "base", "text", "hf", "preview", "latest"))
"""Words that say nothing of a family."""
LEAST_WORD = 3
"""Letters of a word that can name a family."""


@lru_cache(maxsize=32_768)
def _parts(text: str) -> tuple[frozenset[str], tuple[float, ...]]:
    """Words and numbers of a name."""
    found = WORD.findall(text)
    numbers = tuple(float(word[:12]) for word in found if word[0].isdigit())
    return frozenset(word for word in found if word[0].isalpha()) - ANYWHERE, numbers


def nearest(name: str, known: Mapping[str, str]) -> list[str]:
    """The ids of the known names most similar to an unknown one, best first.

    Args:
        name: The unknown name.
        known: Known names in lower case, to their ids.
    """
    wanted = fold(name[:LONGEST])
    likely = nlargest(COMPARED, known, key=lambda text: _likeness(wanted, text))
    scored = [(score, text) for score, text in _compared(wanted, likely) if score > 0]
    best = [known[text] for _, text in sorted(scored, key=lambda one: (-one[0], one[1]))]
    return list(dict.fromkeys(best))[:NEAREST]


def _compared(wanted: str, among: Iterable[str]) -> Iterable[tuple[float, str]]:
    """Scores of names; 0 for those that have neither a word nor enough letters in common."""
    matcher = SequenceMatcher()
    matcher.set_seq2(wanted)
    words, _ = _parts(wanted)
    for text in among:
        matcher.set_seq1(text)
        ratio = matcher.ratio()
        shared = any(len(word) >= LEAST_WORD for word in words & _parts(text)[0])
        yield (ratio + _likeness(wanted, text) if shared or ratio > LEAST_SIMILAR else 0.0), text


def _likeness(wanted: str, text: str) -> float:
    """How many letters of words two names share, and how near their numbers are; 0 to 1.5."""
    (words, numbers), (others, other_numbers) = _parts(wanted), _parts(text)
    letters = sum(map(len, words)) + sum(map(len, others))
    same = 2 * sum(map(len, words & others)) / letters if letters else 0.0
    if not same:  # perhaps misspelt
        same = 0.5 if text[:2] == wanted[:2] else 0.0
    pairs = zip(numbers, other_numbers, strict=False)
    near = sum(1 / (1 + 4 * abs(log(max(a, 0.1) / max(b, 0.1)))) for a, b in pairs)
    return same + 0.5 * near / max(len(numbers), len(other_numbers), 1)
