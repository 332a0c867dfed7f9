"""The section on hosted models of docs/validation.md."""

from collections.abc import Sequence
from textwrap import fill

from costsvc.evidence.validation.markdown import short, table
from costsvc.reference.hosted_scoreboard import WIDEST, HostedChecks, Sizes, is_inside
from costsvc.reference.scoreboard import Scoreboard, SourcedPoint

OPENING = """\
## Hosted models

The sizes of closed models are not published. Open models stand in for them: each one's size is hidden and inferred from
the list price of the seller in the middle, by a fit without its organisation, which counts as its source in the table
above. The margin of closed models is left out, because open ones have none.
"""
SPEED = """\
The speed of decoding is published for few open models and does not help. Of 20 models of two makers (Mistral and
Cohere; EcoLogits, field deployment), each left out in turn, ln(active) is predicted with a standard deviation of 0.49
from the price, 0.50 from price and speed, 1.06 from the speed and 1.10 from nothing. With the maker left out, the root
mean square is 0.67 from the price and 0.71 from both. The errors of the fit to other makers have a correlation of -0.02
with ln(speed). Speed is therefore not used, and a narrower interval (8 times) where a speed is known is not reached.
"""
FURTHEST = """\
The models furthest from their published active parameters, in 10^9:
"""
PROMPTS = """\
Published footprints of a prompt. Their tokens are not published; the interval is that of 50 to 1,000 tokens in and 100
to 1,000 out (Mistral: 50 to 500 in, 400 out), so it tests plausibility only. What is assumed of each stands in
`costsvc/evidence/validation/prompt_facts.csv`:
"""
MODELS = ("model", "organisation", "published", "predicted", "interval", "inside")
FOOTPRINTS = ("figure", "source", "published", "estimate", "interval", "inside")
CALLS = ("call", "source", "published [USD]", "computed [USD]")
WIDTH = 120
YES_NO = {True: "yes", False: "**no**"}


def hosted_section(board: Scoreboard) -> list[str]:
    """The parts of the section; none if the scoreboard lacks one of its kinds.

    Args:
        board: What was compared.
    """
    checks = HostedChecks.of(board)
    if checks is None:
        return []
    return [
        OPENING,
        _sizes(checks),
        SPEED,
        FURTHEST,
        table(MODELS, (_cells(one["row"], one) for one in checks.active.furthest)),
        PROMPTS,
        table(FOOTPRINTS, (_cells(one["row"], one) for one in checks.prompts)),
        *_prices(checks),
    ]


def _sizes(checks: HostedChecks) -> str:
    bar = "reached" if checks.is_narrow else "not reached"
    return "".join(
        f"{fill(text, WIDTH, initial_indent='- ', subsequent_indent='  ')}\n"
        for text in (
            f"Active parameters: {_inside(checks.active)}; the bar of {WIDEST:g} is {bar}.",
            "Energy of a request (1,000 tokens in, 500 out, H100, batch not known), against the estimate with the "
            f"published size, not a measurement: dense models {_inside(checks.dense)}; sparse models "
            f"{_inside(checks.sparse)}. Recent models are mostly sparse, and so a hidden size is taken to be: dense "
            "models come out too large.",
        )
    )


def _inside(sizes: Sizes) -> str:
    kind = sizes.kind
    return (
        f"{kind['inside']} of {kind['rows']} inside ({sizes.share_inside:.0%}), "
        f"median width {kind['width'] or 0.0:.1f}, predicted over known {sizes.factor:.2f} in the median"
    )


def _cells(name: str, one: SourcedPoint) -> Sequence[str]:
    interval = f"{short(one['low'])} to {short(one['high'])}"
    figures = (short(one["published"]), short(one["predicted"]), interval)
    return (f"`{name}`", one["source"], *figures, YES_NO[is_inside(one)])


def _prices(checks: HostedChecks) -> list[str]:
    rows, others = checks.prices["rows"], checks.other_prices
    text = fill(
        f"Amounts of {rows} calls by prices that {checks.prices['sources']} sources publish (batch, flex and priority "
        f"processing, cached and written tokens, long prompts, days from 2024 on): {rows - len(others)} agree to the "
        "cent. Tokens, sources and prices stand in `costsvc/evidence/validation/price_facts.csv`. On a day that the "
        "price table does not cover, the nearest price is used, with warning `price-date`.",
        WIDTH,
    )
    if not others:
        return [f"{text}\n"]
    cells = ((f"`{one['row']}`", one["source"], f"{one['published']:g}", f"{one['predicted']:g}") for one in others)
    return [f"{text}\n", "Those that do not agree:\n", table(CALLS, cells)]
