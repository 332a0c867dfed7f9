"""The shape of a served model: its own, that of a catalogued model of its size, or the usual one."""

import math
from bisect import bisect_left
from collections.abc import Iterator
from operator import itemgetter

from costsvc.estimates.served import Fit
from costsvc.estimates.subject import Sizes
from costsvc.model.architecture import ServedModel, ShapeRule, completed
from costsvc.reference.catalog import Catalog
from costsvc.reference.table import Row

DIMENSIONS = (
    "layers",
    "full_layers",
    "window_layers",
    "window_tokens",
    "picked_tokens",
    "attended_values",
    "cached_values",
    "state_values",
    "expert_share",
)
SHAPED = ("layers", "cached_values")
"""Dimensions without which the others say too little."""
SAME_SIZE = 0.01
"""Relative difference of parameters, total and active, within which a model is taken to be of a catalogued shape."""


def served_model(size: Sizes, fit: Fit) -> ServedModel:
    """The model as the serving formulas see it, complete; what was assumed is said in a warning.

    Args:
        size: Its parameters, and its row where it was named.
        fit: The calibrated constants; collects what was used.
    """
    facts = fit.facts
    row = size.row or _alike(size, facts.catalog)
    known = facts.row("models", row["model_id"], DIMENSIONS) if row else {}
    sketch = ServedModel(total_params_b=size.total(facts), active_params_b=size.active(facts), **known)
    if not set(SHAPED) <= set(known):
        facts.warn(
            "dimensions-assumed",
            "Layers and cache of the model are not known; those of the usual model of its size are taken.",
        )
    elif row is not None and row is not size.row:
        text = f"Layers and cache of the model are taken to be those of {row['model_id']}, which has its parameters."
        facts.warn("dimensions-matched", text)
    return completed(sketch, fit.constants(ShapeRule))


def _alike(size: Sizes, catalog: Catalog) -> Row | None:
    """The catalogued model of known shape that is nearest in size, the newest of equals, if one is near."""
    near = list(_near(size, catalog))
    if not near:
        return None
    closest = min(distance for distance, _ in near)
    return max((row for distance, row in near if distance == closest), key=lambda row: str(row["released_on"]))


def _near(size: Sizes, catalog: Catalog) -> Iterator[tuple[float, Row]]:
    """Models of nearly the same parameters, total and active, with how far they are off."""
    total, active = size.total_b or math.nan, size.active_b or math.nan
    shaped = catalog.models_by_size(*SHAPED, "total_params_b", "active_params_b")
    for place in range(bisect_left(shaped, total * (1 - SAME_SIZE), key=itemgetter(0)), len(shaped)):
        other, row = shaped[place]
        if other > total * (1 + SAME_SIZE):
            return
        distance = max(abs(other / total - 1), abs(row["active_params_b"] / active - 1))
        if distance <= SAME_SIZE:
            yield distance, row
