"""A request to somebody else's model: paid by the token, its energy estimated."""

from dataclasses import replace

from costsvc.estimates.facts import Facts, present
from costsvc.estimates.footprint import Footprint
from costsvc.estimates.inference import served
from costsvc.estimates.site import moment
from costsvc.estimates.spec import ApiCall, Machine, Serving, Subject
from costsvc.model.footprint import priced_usd
from costsvc.model.uncertainty import Factor
from costsvc.reference.table import Row
from costsvc.units import PER_MILLION, Numeric

PRICES, HISTORY = "api_prices", "api_price_history"
USUAL = "nvidia-h100-sxm5-80gb"
"""On what a provider who does not say is taken to serve."""


def called(call: ApiCall, facts: Facts) -> tuple[Footprint | None, Numeric]:
    """What a call costs: its footprint where the model is known, and its price.

    Args:
        call: The model, who sells it, and the tokens of a request.
        facts: The tables; collects what was used and what is missing.

    Returns:
        The estimated footprint of the provider's machines, whose rent is not what is paid; and the price. [USD]

    Raises:
        UnknownNameError: If the provider sells no such model.
    """
    row = facts.catalog.api(call.provider, call.model)
    usd = _price(row, call, facts)
    match = facts.catalog.models.find(call.model) or facts.catalog.models.find(row["model"].rpartition("/")[2])
    if match is None or facts.catalog.model(match.id)["active_params_b"] is None:
        facts.miss("energy_kwh", f"the size of {call.model} is in no table, so its energy cannot be estimated")
        return None, usd
    facts.warn("api-machine-assumed", f"{call.provider} does not say on what it serves; {USUAL} is taken.")
    serving = Serving(
        machine=Machine(accelerator=USUAL),
        subject=Subject(model=match.id),
        input_tokens=call.input_tokens,
        output_tokens=call.output_tokens,
        site=call.site,
    )
    return served(serving, facts).one, usd


def _price(row: Row, call: ApiCall, facts: Facts) -> Numeric:
    """Price of the tokens of one call, at the day of the request [USD]."""
    _, facts.date = moment(call.site, facts.catalog)
    longer = row["long_prompt_tokens"] is not None and call.input_tokens > row["long_prompt_tokens"]
    _say_retired(row, facts)
    parts: list[Numeric] = []
    for kind, tokens in (("input", call.input_tokens), ("output", call.output_tokens)):
        count = facts.given(f"{kind}_tokens", tokens, "token")
        parts.append(priced_usd(count / PER_MILLION, facts.use(_token_price(row, kind, longer, facts))))
    return parts[0] + parts[1]


def _token_price(row: Row, kind: str, longer: bool, facts: Facts) -> Factor:
    """The price of a kind of token: of an earlier period, of a long prompt, or today's [USD/10^6 tokens]."""
    name, unit = f"{kind}_usd_per_million_tokens", "USD/10^6 tokens"
    key = (row["provider"], row["model"])
    day = facts.date.isoformat() if facts.date else ""
    periods = sorted(facts.catalog.group(HISTORY, *key))
    ended = next((valid_to for valid_to in periods if day < valid_to), None)
    if ended is not None:
        return present(facts.catalog.factor(HISTORY, (*key, ended), name, name, unit))
    if row["valid_from"] is None and day < row["observed_on"]:
        _say_undated(row, day, facts)
    if longer and (found := facts.catalog.factor(PRICES, key, f"long_{name}", name, unit)) is not None:
        return replace(found, locator=f"{found.locator}, prompts above {row['long_prompt_tokens']} tokens")
    return present(facts.catalog.factor(PRICES, key, name, name, unit))


def _say_undated(row: Row, day: str, facts: Facts) -> None:
    seen = f"The price of {row['model']} at {row['provider']} was read on {row['observed_on']}"
    facts.warn("price-year", f"{seen}; on {day} it may have differed.")


def _say_retired(row: Row, facts: Facts) -> None:
    if row["retired_on"] is not None and facts.date is not None and row["retired_on"] <= facts.date.isoformat():
        facts.warn("model-retired", f"{row['provider']} withdraws {row['model']} on {row['retired_on']}.")
