"""The kinds of the scoreboard that concern hosted models, and what their rows say together."""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median
from typing import Self

from costsvc.answers.validation import KindBySource, Scoreboard, SourcedFigure

ACTIVE = "hosted open models, size hidden: active parameters"
ENERGY = {
    False: "hosted open models, size hidden: energy of a request, dense models",
    True: "hosted open models, size hidden: energy of a request, sparse models",
}
"""By whether the model is sparse."""
PROMPTS = "plausibility: published footprint of a prompt"
PRICES = "another source: dollars of a call, by list price"
WIDEST = 15.0
"""Median of upper over lower end that the interval of active parameters is to keep, from the price alone."""
CENT_USD = 0.01
FURTHEST = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Sizes:
    """Estimates for open models whose size was hidden.

    Attributes:
        kind: The comparisons.
    """

    kind: KindBySource

    @property
    def share_inside(self) -> float:
        """Share of the models whose figure lies in the interval."""
        return (self.kind["inside"] or 0) / self.kind["rows"]

    @property
    def factor(self) -> float:
        """Median of predicted over known."""
        return median(one["predicted"] / one["published"] for one in self.kind["points"])

    @property
    def furthest(self) -> list[SourcedFigure]:
        """The models whose prediction is furthest from what is known, the worst first."""
        return sorted(self.kind["points"], key=_ratio, reverse=True)[:FURTHEST]


@dataclass(frozen=True, slots=True, kw_only=True)
class HostedChecks:
    """What the scoreboard says of hosted models.

    Attributes:
        active: Active parameters, inferred from list prices.
        dense: Energy of a request, with inferred against published size, of dense models.
        sparse: The same of sparse models.
        prompts: Published footprints of prompts.
        prices: Published amounts of calls.
    """

    active: Sizes
    dense: Sizes
    sparse: Sizes
    prompts: Sequence[SourcedFigure]
    prices: KindBySource

    @classmethod
    def of(cls, board: Scoreboard) -> Self | None:
        """The checks of a scoreboard; None if it lacks one of them.

        Args:
            board: The scoreboard.
        """
        kinds = {one["kind"]: one for one in board["by_source"] if one["points"]}
        if not kinds.keys() >= {ACTIVE, *ENERGY.values(), PROMPTS, PRICES}:
            return None
        return cls(
            active=Sizes(kind=kinds[ACTIVE]),
            dense=Sizes(kind=kinds[ENERGY[False]]),
            sparse=Sizes(kind=kinds[ENERGY[True]]),
            prompts=kinds[PROMPTS]["points"],
            prices=kinds[PRICES],
        )

    @property
    def is_narrow(self) -> bool:
        """Whether the interval of active parameters is as narrow as it is to be."""
        return (self.active.kind["width"] or 0.0) <= WIDEST

    @property
    def other_prices(self) -> list[SourcedFigure]:
        """Calls whose amount does not agree to the cent."""
        return [one for one in self.prices["points"] if abs(one["predicted"] - one["published"]) >= CENT_USD / 2]


def is_inside(point: SourcedFigure) -> bool:
    """Whether a published figure lies in the interval of its estimate.

    Args:
        point: The figure and its estimate.
    """
    return point["low"] <= point["published"] <= point["high"]


def _ratio(point: SourcedFigure) -> float:
    return max(point["predicted"] / point["published"], point["published"] / point["predicted"])
