"""The price of a call to a hosted model."""

from dataclasses import dataclass

import numpy as np

from costsvc.model.explanation import formula
from costsvc.model.footprint import priced_usd
from costsvc.model.inputs import choose
from costsvc.units import PER_MILLION, Numeric


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class CallTokens:
    """Tokens of a call.

    Attributes:
        input_tokens: Tokens of the prompt. [token]
        cached_input_tokens: Part of them that is read from the cache. [token]
        cache_write_tokens: Part of them that is written to the cache. [token]
        output_tokens: Tokens generated. [token]
        reasoning_tokens: Part of them that is reasoning. [token]
    """

    input_tokens: Numeric
    cached_input_tokens: Numeric
    cache_write_tokens: Numeric
    output_tokens: Numeric
    reasoning_tokens: Numeric


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class CallPrice:
    """List price of a call.

    Attributes:
        tokens: Its tokens.
        input_usd: Price of tokens of the prompt. [USD/10^6 tokens]
        cached_input_usd: Price of those read from the cache. [USD/10^6 tokens]
        cache_write_usd: Price of those written to the cache. [USD/10^6 tokens]
        output_usd: Price of generated tokens. [USD/10^6 tokens]
        reasoning_output_usd: Price of those of reasoning. [USD/10^6 tokens]
        units: Images, seconds, characters, pages or queries. [1]
        unit_usd: Price of one of them. [USD]
        electricity_usd_per_kwh: Price of electricity where the model runs; None if it is not known or the call is
            free. [USD/kWh]
    """

    tokens: CallTokens
    input_usd: Numeric
    cached_input_usd: Numeric
    cache_write_usd: Numeric
    output_usd: Numeric
    reasoning_output_usd: Numeric
    units: Numeric
    unit_usd: Numeric
    electricity_usd_per_kwh: Numeric | None


@formula
def call_usd(price: CallPrice) -> Numeric:
    """Price of one call.

    Args:
        price: Tokens, units and their prices.

    Returns:
        Money. [USD]
    """
    tokens = price.tokens
    fresh = tokens.input_tokens - tokens.cached_input_tokens - tokens.cache_write_tokens
    kinds = (
        (fresh, price.input_usd),
        (tokens.cached_input_tokens, price.cached_input_usd),
        (tokens.cache_write_tokens, price.cache_write_usd),
        (tokens.output_tokens - tokens.reasoning_tokens, price.output_usd),
        (tokens.reasoning_tokens, price.reasoning_output_usd),
    )
    total = priced_usd(price.units, price.unit_usd)
    for count, usd_per_million in kinds:
        total = total + priced_usd(count / PER_MILLION, usd_per_million)
    return total


@formula
def affordable_share(usd: Numeric, electricity_usd: Numeric) -> Numeric:
    """Share of an amount of energy that a call may use: its electricity costs no more than the call.

    Args:
        usd: Price of the call; 0 sets no bound. [USD]
        electricity_usd: Cost of the electricity. [USD]

    Returns:
        At most 1. [1]
    """
    most = np.maximum(electricity_usd, usd)
    return choose(usd > 0, usd / np.where(most > 0, most, 1.0), 1.0)
