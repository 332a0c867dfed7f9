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
def prompt_usd(price: CallPrice) -> Numeric:
    """Price of the prompt of one call.

    Args:
        price: Tokens and their prices.

    Returns:
        Money. [USD]
    """
    tokens = price.tokens
    fresh = tokens.input_tokens - tokens.cached_input_tokens - tokens.cache_write_tokens
    return (
        priced_usd(fresh / PER_MILLION, price.input_usd)
        + priced_usd(tokens.cached_input_tokens / PER_MILLION, price.cached_input_usd)
        + priced_usd(tokens.cache_write_tokens / PER_MILLION, price.cache_write_usd)
    )


@formula
def generation_usd(price: CallPrice) -> Numeric:
    """Price of the tokens that one call generates.

    Args:
        price: Tokens and their prices.

    Returns:
        Money. [USD]
    """
    tokens = price.tokens
    said = tokens.output_tokens - tokens.reasoning_tokens
    return priced_usd(said / PER_MILLION, price.output_usd) + priced_usd(
        tokens.reasoning_tokens / PER_MILLION, price.reasoning_output_usd
    )


@formula
def call_usd(price: CallPrice) -> Numeric:
    """Price of one call.

    Args:
        price: Tokens, units and their prices.

    Returns:
        Money. [USD]
    """
    return prompt_usd(price) + generation_usd(price) + priced_usd(price.units, price.unit_usd)


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
