"""What the price of a hosted model says of its size."""

from dataclasses import dataclass

import numpy as np

from costsvc.model.explanation import formula
from costsvc.units import Numeric


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SizeRule:
    """Relation of list prices to the active parameters of hosted models; fitted to open models.

    Attributes:
        intercept: Logarithm of the active parameters [10^9] of a model that costs 1 USD per 10^6 tokens. [1]
        input_exponent: Growth with the price of input tokens. [1]
        output_exponent: Growth with the price of output tokens. [1]
        lowest_usd: Lowest price of the fit; a lower one counts as this. [USD/10^6 tokens]
        highest_usd: Highest price of the fit; a higher one counts as this. [USD/10^6 tokens]
    """

    intercept: Numeric
    input_exponent: Numeric
    output_exponent: Numeric
    lowest_usd: Numeric
    highest_usd: Numeric


@formula
def active_params_b(rule: SizeRule, input_usd: Numeric, output_usd: Numeric) -> Numeric:
    """Active parameters of a model that the market would sell at a price.

    ln(active) = a + b ln(input) + c ln(output)

    Args:
        rule: The fitted relation.
        input_usd: Price of input tokens. [USD/10^6 tokens]
        output_usd: Price of output tokens. [USD/10^6 tokens]

    Returns:
        Active parameters. [10^9]
    """
    entering = np.log(np.clip(input_usd, rule.lowest_usd, rule.highest_usd))
    leaving = np.log(np.clip(output_usd, rule.lowest_usd, rule.highest_usd))
    active: Numeric = np.exp(rule.intercept + rule.input_exponent * entering + rule.output_exponent * leaving)
    return active
