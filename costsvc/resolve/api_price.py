"""Resolve a call to a hosted API: its price per token, and the request whose energy it is assumed to use."""

import datetime as dt
from dataclasses import replace

from costsvc.model.chains.api_call import TokenPrices
from costsvc.model.inputs import FactorsOf
from costsvc.model.uncertainty import Factor
from costsvc.reference.catalog import Catalog
from costsvc.reference.table import Row
from costsvc.requests.workloads import ApiCall, Machine, Serving, Subject
from costsvc.resolve.log import FactorLog, present
from costsvc.resolve.site import moment

PRICES, HISTORY = "api_prices", "api_price_history"
USUAL = "nvidia-h100-sxm5-80gb"
"""Accelerator that is assumed if a provider does not disclose its hardware."""


def resolve_call_price(call: ApiCall, catalog: Catalog, log: FactorLog) -> FactorsOf[TokenPrices]:
    """Resolve the price of a call on the day of the request.

    Args:
        call: The model, its provider, and the tokens of a request.
        catalog: The tables.
        log: Receives factors and warnings.

    Raises:
        UnknownNameError: If the provider sells no such model.
    """
    row, (_, day) = catalog.api(call.provider, call.model), moment(call.site, catalog)
    is_long = row["long_prompt_tokens"] is not None and call.input_tokens > row["long_prompt_tokens"]
    if row["retired_on"] is not None and row["retired_on"] <= day.isoformat():
        log.add_warning("model-retired", f"{row['provider']} withdraws {row['model']} on {row['retired_on']}.")
    fields: dict[str, object] = {}
    for kind, tokens in (("input", call.input_tokens), ("output", call.output_tokens)):
        fields[f"{kind}_tokens"] = log.record_input(f"{kind}_tokens", tokens, "token")
        price = _token_price(row, f"{kind}_usd_per_million_tokens", is_long, day, catalog, log)
        fields[f"{kind}_usd_per_million"] = log.record(price)
    return FactorsOf(TokenPrices, fields)


def serving_of_call(call: ApiCall, catalog: Catalog, log: FactorLog) -> Serving | None:
    """The equivalent request on the provider's hardware; None if the model's size is not known.

    Args:
        call: The call.
        catalog: The tables.
        log: Receives the warning.
    """
    sold = catalog.api(call.provider, call.model)["model"]
    match = catalog.models.find(call.model) or catalog.models.find(sold.rpartition("/")[2])
    if match is None or catalog.model(match.id)["active_params_b"] is None:
        reason = f"the size of {call.model} is not known, so its energy cannot be estimated"
        log.mark_unavailable("energy_kwh", reason)
        return None
    log.add_warning("api-machine-assumed", f"{call.provider} does not disclose its hardware; {USUAL} is assumed.")
    return Serving(
        machine=Machine(accelerator=USUAL),
        subject=Subject(model=match.id),
        input_tokens=call.input_tokens,
        output_tokens=call.output_tokens,
        site=call.site,
    )


def _token_price(row: Row, name: str, is_long: bool, day: dt.date, catalog: Catalog, log: FactorLog) -> Factor:
    """The price of input or output tokens: of an earlier period, a long prompt, or now [USD/10^6 tokens]."""
    unit, key, on = "USD/10^6 tokens", (row["provider"], row["model"]), day.isoformat()
    periods = sorted(catalog.group(HISTORY, *key))
    ended = next((valid_to for valid_to in periods if on < valid_to), None)
    if ended is not None:
        return present(catalog.factor(HISTORY, (*key, ended), name, name, unit))
    if row["valid_from"] is None and on < row["observed_on"]:
        seen = f"The price of {row['model']} at {row['provider']} is of {row['observed_on']}"
        log.add_warning("price-year", f"{seen}; it may have been different on {on}.")
    if is_long and (found := catalog.factor(PRICES, key, f"long_{name}", name, unit)) is not None:
        return replace(found, locator=f"{found.locator}, prompts above {row['long_prompt_tokens']} tokens")
    return present(catalog.factor(PRICES, key, name, name, unit))
