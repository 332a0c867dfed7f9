"""Money and electricity of a thousand requests and of a million tokens."""

from typing import NamedTuple

from costsvc.answers.estimate import InferenceEstimate, PerUnit
from costsvc.model.quantities import Quantity, scale_quantity
from costsvc.units import J_PER_KWH

THOUSAND = 1000.0


class Each(NamedTuple):
    """What a number of requests or of tokens takes.

    Attributes:
        cost: Money; None if it is not known. [USD]
        energy: Electricity at the building's meter. [kWh]
    """

    cost: Quantity | None
    energy: Quantity


def per_unit(answer: InferenceEstimate) -> dict[str, Each]:
    """What a thousand requests and a million generated tokens take, as far as that is known.

    Args:
        answer: The estimate.
    """
    units = {
        "Per 1,000 requests": _each(answer["per_request"], THOUSAND),
        "Per million generated tokens": _each(answer["per_million_tokens"], 1.0),
    }
    return {title: each for title, each in units.items() if each}


def _each(one: PerUnit, number: float) -> Each | None:
    energy, cost = one["energy_j"], one["cost_usd"]
    if energy is None:
        return None
    return Each(scale_quantity(cost, number) if cost else None, scale_quantity(energy, number / J_PER_KWH))
