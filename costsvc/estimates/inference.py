"""What requests to a model cost, each and together."""

from dataclasses import dataclass
from typing import get_args

from costsvc.estimates import answer, generated, hardware, site, text
from costsvc.estimates.answer import Plain
from costsvc.estimates.explanation import explanation
from costsvc.estimates.facts import Facts, traced
from costsvc.estimates.footprint import Footprint, Usage, footprint
from costsvc.estimates.hardware import Power
from costsvc.estimates.request import normalised
from costsvc.estimates.served import Demand
from costsvc.estimates.site import Setting
from costsvc.estimates.spec import Precision, Serving, TextTask
from costsvc.estimates.subject import Sizes, sizes
from costsvc.model.explanation import rename
from costsvc.reference.catalog import Catalog
from costsvc.units import G_PER_KG, J_PER_KWH, ML_PER_L, PER_MILLION, Numeric

TEXT_TASKS = get_args(TextTask)
FIGURES = ("accelerator_energy_j", "it_energy_j", "energy_j", "carbon_g", "water_ml", "cost_usd")
PER = ("per_request", "per_output_token", "per_million_tokens")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Request:
    """One request, wherever it is answered.

    Attributes:
        usage: What it takes of the machines.
        demand: What it takes of a replica.
        precision: At which precision the weights are kept.
    """

    usage: Usage
    demand: Demand
    precision: Precision


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Served:
    """Requests in their place, resolved and computed.

    Attributes:
        one: What one of them costs.
        request: One of them.
        setting: Where.
        facts: What was used.
    """

    one: Footprint
    request: Request
    setting: Setting
    facts: Facts


def inference(asked: Serving, catalog: Catalog, *, explain: bool = False) -> Plain:
    """Answer the question what requests to a model cost.

    Args:
        asked: The requests.
        catalog: The tables.
        explain: Whether the steps that lead to the answer are told as well.

    Raises:
        UnknownNameError: If a name is not known.
        BadRequestError: If what is said does not go together.
    """
    found = served(asked, Facts(catalog))
    demand = found.request.demand
    extra = _extra(found)
    _say_gaps(demand, found.facts)
    chosen = {"precision": found.request.precision, "requests": asked.requests, "task": asked.task, **demand.chosen}
    told = normalised(asked.said, demand.hardware, found.setting, chosen)
    shown, q = answer.estimate(told, found.one.times(asked.requests), extra, found.setting, found.facts)
    return {
        **shown,
        "duration_h": q["duration_h"],
        **{per: {name: q[f"{per}.{name}"] for name in FIGURES} for per in PER},
        "throughput_tokens_per_s": q["throughput_tokens_per_s"],
        "latency_s": q["latency_s"],
        "sci": {"g_per_unit": q["per_request.carbon_g"], "unit": "request"},
        **({"explanation": _explanation(asked, catalog)} if explain else {}),
    }


def _extra(found: Served) -> dict[str, Numeric | None]:
    demand, one = found.request.demand, _figures(found.one)
    return {
        "duration_h": None,
        "throughput_tokens_per_s": demand.tokens_per_s,
        "latency_s": demand.latency_s,
        **{f"{per}.{name}": _per(amount, per, demand) for per in PER for name, amount in one.items()},
    }


def _explanation(asked: Serving, catalog: Catalog) -> list[Plain]:
    found = served(asked, Facts(catalog, number=traced))
    for name, amount in answer.amounts(found.one).items():
        rename(amount, f"{name}_per_request")
    whole = found.one.times(found.facts.show("requests", asked.requests, "1"))
    return explanation({**answer.amounts(whole), **_extra(found)}, found.facts.values())


def served(asked: Serving, facts: Facts) -> Served:
    """Resolve and compute requests; see :func:`inference` for what it raises."""
    found = requested(asked, facts)
    setting = site.resolve(asked.site, found.usage.hardware, facts)
    return Served(
        one=footprint(found.usage, setting, setting.pricing, facts),
        request=found,
        setting=setting,
        facts=facts,
    )


def requested(asked: Serving, facts: Facts) -> Request:
    """Resolve a request but for its place; see :func:`inference` for what it raises."""
    machine = hardware.resolve(asked.machine, facts)
    size = sizes(asked.subject, facts)
    precision = asked.precision or _native_precision(size, facts) or hardware.kept_precision(machine)
    kind = text if asked.task in TEXT_TASKS else generated
    demand = kind.demand(asked, size, machine, precision, facts)
    accelerator_w = facts.show("accelerator_power_w", demand.accelerator_w, "W")
    it_w = hardware.server_w(demand.hardware, accelerator_w, facts)
    power = Power(accelerator_w=accelerator_w, it_w=it_w)
    usage = Usage(hours=demand.hours, power=power, hardware=demand.hardware)
    return Request(usage=usage, demand=demand, precision=precision)


def _native_precision(size: Sizes, facts: Facts) -> Precision | None:
    """The precision in which a model is published, where it is not 16 bits."""
    found: Precision | None = None if size.row is None else size.row.get("native_precision")
    if size.row is not None and found is not None:
        facts.warn("precision-native", f"{size.row['model_id']} is published in {found}; it is served so.")
    return found


def _figures(one: Footprint) -> dict[str, Numeric | None]:
    """The footprint of one request, in units that suit one."""
    return {
        "accelerator_energy_j": one.accelerator_energy_kwh * J_PER_KWH,
        "it_energy_j": one.it_energy_kwh * J_PER_KWH,
        "energy_j": one.energy_kwh * J_PER_KWH,
        "carbon_g": _in(one.total_kg, G_PER_KG),
        "water_ml": _in(one.total_l, ML_PER_L),
        "cost_usd": one.cost.total_usd,
    }


def _in(amount: Numeric | None, smaller: float) -> Numeric | None:
    return None if amount is None else amount * smaller


def _per(amount: Numeric | None, per: str, demand: Demand) -> Numeric | None:
    if amount is None or per == "per_request":
        return amount
    if demand.output_tokens is None:
        return None
    each = amount / demand.output_tokens
    return each * PER_MILLION if per == "per_million_tokens" else each


def _say_gaps(demand: Demand, facts: Facts) -> None:
    facts.miss("duration_h", "requests have a latency_s each; how long they are asked for is not part of the request")
    if demand.output_tokens is None:
        for field in ("throughput_tokens_per_s", *PER[1:]):
            facts.miss(field, "no tokens are generated")
