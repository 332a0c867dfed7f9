"""The page that says how near the estimates come: docs/validation.md."""

import csv
from collections.abc import Iterable, Mapping, Sequence
from fnmatch import fnmatchcase
from pathlib import Path

from costsvc.evidence.cases import Case, Summary, summaries
from costsvc.evidence.figure import unit_of
from costsvc.evidence.peers import Beside, Peer
from costsvc.evidence.validate_training import FAULTS

WORST = 10
WHY = Path(__file__).with_name("misses.csv")
NOT_EXPLAINED = "not explained"
DIGITS = 3
OPENING = """\
# How near it comes

Published figures beside what the service answers when it is asked for them, as `make validate FOLDER=...` computes
it. What is tested takes no part in its own estimate: the model, the run or the reading is left out of the fits.
Data version {version}.

## How to read it

- *Ratio* is the larger of predicted over published and its inverse: 1 is exact, 2 is wrong by a factor of two, either
  way. *90th* is the ratio that one row in ten exceeds; where there are fewer than ten rows it is the second worst.
- *Inside* counts the rows whose published figure lies in the 90 % interval of the answer. *May be* is the central 95 %
  of Binomial(rows, 0.9): a count below it means intervals too narrow, one above it intervals too wide. *Holds* says
  whether the count lies in it. Rows of one kind are not quite independent, so a count at the edge says little.
- *Width* is the upper over the lower end of the interval, in the median.
- Arithmetic rows give all that the answer needs; they test units and formulas, and have no interval.
- *Chips* are the accelerators alone, as their own counters see them; the *wall* is the server's plug, the *meter* the
  building's.
"""
FIGURE = """\
Predicted against published, by kind. Thin lines are 90 % intervals; between the dashed lines the miss is less than a
factor of two.

![Predicted against published figures, by kind](validation.svg)
"""
BESIDE = """\
## Beside other estimators

The rows that both answer. Ours are asked as in the table above, what is tested left out; the others are taken as they
are published, whatever they were fitted to.
"""
LEFT_OUT = """\
## Rows that are not held against an estimate

The publication contradicts itself, or tells of something else.
"""
KINDS = ("kind", "rows", "median", "90th", "inside", "may be", "holds", "width")
PEERS = ("kind", "estimator", "rows", "our median", "our 90th", "its median", "its 90th")
MISSES = ("row", "kind", "published", "predicted", "interval", "ratio", "what explains it")


def page(cases: Sequence[Case], besides: Iterable[Beside], peers: Iterable[Peer], version: str) -> str:
    """The page as Markdown.

    Args:
        cases: What was compared.
        besides: Other estimators on the same rows.
        peers: What these estimators are.
        version: Version of the data.
    """
    parts = [
        OPENING.format(version=version),
        "## By kind\n",
        _table(KINDS, map(_kind, summaries(cases))),
        FIGURE,
        BESIDE,
        _table(PEERS, map(_beside, besides)),
        "What of them is compared:\n",
        "".join(f"- *{peer.name}*: {peer.compared}. {peer.reference}.\n" for peer in peers),
        f"## The {WORST} worst misses\n\nEach row once, with its worst answer:\n",
        _table(MISSES, _misses(cases, explanations(WHY))),
        LEFT_OUT,
        _table(("row", "why"), sorted(FAULTS.items())),
    ]
    return "\n".join(parts)


def explanations(path: Path) -> dict[str, str]:
    """What is known of misses, by a pattern of rows.

    Args:
        path: A table of ``id`` and ``why``.
    """
    with path.open(encoding="utf-8", newline="") as file:
        return {row["id"]: row["why"] for row in csv.DictReader(file)}


def worst(cases: Iterable[Case]) -> list[Case]:
    """The worst misses, each published row once.

    Args:
        cases: What was compared.
    """
    found: dict[str, Case] = {}
    for one in sorted(cases, key=lambda one: (-one.ratio, one.kind, one.id)):
        found.setdefault(one.id, one)
    return list(found.values())[:WORST]


def _misses(cases: Iterable[Case], known: Mapping[str, str]) -> Iterable[Sequence[str]]:
    for one in worst(cases):
        why = next((text for pattern, text in known.items() if fnmatchcase(one.id, pattern)), NOT_EXPLAINED)
        published = f"{_short(one.published)} {unit_of(one.kind)}".rstrip()
        interval = f"{_short(one.low)} to {_short(one.high)}"
        yield (f"`{one.id}`", one.kind, published, _short(one.value), interval, f"{one.ratio:.2f}", why)


def _kind(one: Summary) -> Sequence[str]:
    said = (one.kind, str(one.cases), f"{one.median:.3f}", f"{one.ninetieth:.2f}")
    if one.expected is None:
        return (*said, "", "", "", "")
    least, most = one.expected
    return (*said, str(one.inside), f"{least} to {most}", "yes" if one.holds else "**no**", f"{one.width:.2f}")


def _beside(one: Beside) -> Sequence[str]:
    figures = (one.ours.median, one.ours.ninetieth, one.theirs.median, one.theirs.ninetieth)
    return (one.ours.kind, one.peer, str(one.ours.cases), *(f"{figure:.2f}" for figure in figures))


def _short(value: float) -> str:
    return f"{float(f'{value:.{DIGITS}g}'):,.10g}"


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = (head, ["---"] * len(head), *rows)
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)
