"""The price of a call to a hosted model."""

from dataclasses import dataclass

from costsvc.model.footprint import priced_usd
from costsvc.units import PER_MILLION, Numeric


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class TokenPrices:
    """What a call costs by its tokens.

    Attributes:
        input_tokens: Tokens of the prompt. [token]
        output_tokens: Tokens generated. [token]
        input_usd_per_million: Price of the prompt. [USD/10^6 tokens]
        output_usd_per_million: Price of what is generated. [USD/10^6 tokens]
    """

    input_tokens: Numeric
    output_tokens: Numeric
    input_usd_per_million: Numeric
    output_usd_per_million: Numeric


def call_usd(prices: TokenPrices) -> Numeric:
    """Price of one call.

    Args:
        prices: Its tokens and their prices.

    Returns:
        Money. [USD]
    """
    prompt = priced_usd(prices.input_tokens / PER_MILLION, prices.input_usd_per_million)
    return prompt + priced_usd(prices.output_tokens / PER_MILLION, prices.output_usd_per_million)
