"""The price of a call to a hosted model."""

from dataclasses import dataclass

from costsvc.model.footprint import priced_usd
from costsvc.units import PER_MILLION, Numeric


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class TokenPrices:
    """Tokens of a call and their prices.

    Attributes:
        input_tokens: Tokens of the prompt. [token]
        output_tokens: Tokens generated. [token]
        input_usd_per_million: Price of input tokens. [USD/10^6 tokens]
        output_usd_per_million: Price of output tokens. [USD/10^6 tokens]
    """

    input_tokens: Numeric
    output_tokens: Numeric
    input_usd_per_million: Numeric
    output_usd_per_million: Numeric


def call_usd(prices: TokenPrices) -> Numeric:
    """Price of one call.

    Args:
        prices: Tokens and prices.

    Returns:
        Money. [USD]
    """
    prompt = priced_usd(prices.input_tokens / PER_MILLION, prices.input_usd_per_million)
    return prompt + priced_usd(prices.output_tokens / PER_MILLION, prices.output_usd_per_million)
