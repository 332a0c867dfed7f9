"""A request to somebody else's model: paid by the token, its energy estimated."""

from costsvc.estimates.facts import Facts, present
from costsvc.estimates.footprint import Footprint
from costsvc.estimates.inference import served
from costsvc.estimates.spec import ApiCall, Machine, Serving, Subject
from costsvc.model.footprint import priced_usd
from costsvc.units import PER_MILLION, Numeric

PRICES = "api_prices"
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
    usd = _price(row["model"], call, facts)
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


def _price(model: str, call: ApiCall, facts: Facts) -> Numeric:
    """Price of the tokens of one call [USD]."""
    parts: list[Numeric] = []
    for kind, tokens in (("input", call.input_tokens), ("output", call.output_tokens)):
        column = f"{kind}_usd_per_million_tokens"
        factor = facts.catalog.factor(PRICES, (call.provider, model), column, column, "USD/10^6 tokens")
        count = facts.given(f"{kind}_tokens", tokens, "token")
        parts.append(priced_usd(count / PER_MILLION, facts.use(present(factor))))
    return parts[0] + parts[1]
