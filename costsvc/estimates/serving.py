"""Estimates of requests to a model, per request and in total."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from costsvc.answers.estimate import InferenceEstimate, PerUnit
from costsvc.answers.explanation import Step
from costsvc.answers.quantities import Quantity
from costsvc.answers.request_body import RequestBody
from costsvc.estimates import answer
from costsvc.estimates.answer import canonicalize_request, require
from costsvc.estimates.explanation import list_steps
from costsvc.model.chains.footprint import Footprint, footprint
from costsvc.model.chains.replica import Replica
from costsvc.model.chains.serving import Served, serve_request
from costsvc.model.chains.surroundings import Price
from costsvc.model.chains.text_inputs import TextUse
from costsvc.model.explanation import naming_formulas, relabel
from costsvc.model.inputs import FactorsOf, Number, decisive, traced
from costsvc.model.uncertainty import central_value, sample
from costsvc.reference.catalog import Catalog
from costsvc.requests.workloads import Serving
from costsvc.resolve.hosted import HostedCall, complete_request, price_call, resolve_call
from costsvc.resolve.log import FactorLog, input_factor
from costsvc.resolve.serving import ResolvedServing, resolve_serving
from costsvc.resolve.surroundings import (
    ResolvedSurroundings,
    resolve_hosted_surroundings,
    resolve_surroundings,
)
from costsvc.resolve.text import ResolvedText
from costsvc.units import G_PER_KG, J_PER_KWH, ML_PER_L, PER_MILLION, Numeric

NOT_FOR_CALLERS = ("accelerators-assumed", "batch-assumed", "dimensions-assumed", "price-any-provider")
"""Warnings that ask for fields which the provider of a hosted model decides."""
PER = ("per_request", "per_output_token", "per_million_tokens")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ResolvedRequest:
    """A resolved request to a model with its site and prices.

    Attributes:
        serving: The request itself.
        around: Its site and prices.
        log: The factors, warnings and gaps.
        request: The request on a machine: that of the provider if the model is hosted.
        call: Names and size of a hosted model; None if the model runs on the caller's machine.
    """

    serving: ResolvedServing
    around: ResolvedSurroundings
    log: FactorLog
    request: Serving
    call: HostedCall | None = None


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class RequestResult:
    """The results of one request.

    Attributes:
        served: Its use of the replica and of machines.
        footprint: Its footprint.
    """

    served: Served
    footprint: Footprint


def estimate_serving(request: Serving, catalog: Catalog, *, explain: bool = False) -> InferenceEstimate:
    """Estimate energy, CO2e, water and cost of requests to a model.

    Args:
        request: The requests.
        catalog: The reference tables.
        explain: Whether the answer contains its calculation steps.

    Raises:
        UnknownNameError: If a name is not known.
        BadRequestError: If fields contradict each other.
    """
    resolved = resolve_request(request, catalog)
    result = compute_request(resolved)
    record_result(resolved, result.served)
    _mark_gaps(resolved)
    estimate = _answer(request, resolved, result, catalog)
    if explain:
        estimate["explanation"] = _explain(request, resolved)
    return estimate


def _answer(request: Serving, resolved: ResolvedRequest, result: RequestResult, catalog: Catalog) -> InferenceEstimate:
    body, q = answer.build_estimate(
        {**canonicalize_serving(request, resolved, result.served), "task": resolved.request.task},
        result.footprint.times(request.requests),
        _extra(result, resolved.log),
        resolved.around.site,
        resolved.log,
        catalog,
    )
    return {
        **body,
        "duration_h": q["duration_h"],
        "per_request": _per_unit(q, "per_request"),
        "per_output_token": _per_unit(q, "per_output_token"),
        "per_million_tokens": _per_unit(q, "per_million_tokens"),
        "throughput_tokens_per_s": q["throughput_tokens_per_s"],
        "latency_s": require(q["latency_s"]),
        "sci": {"g_per_unit": q["per_request.carbon_g"], "unit": "request"},
    }


def _per_unit(q: Mapping[str, Quantity | None], per: str) -> PerUnit:
    return {
        "accelerator_energy_j": q[f"{per}.accelerator_energy_j"],
        "it_energy_j": q[f"{per}.it_energy_j"],
        "energy_j": q[f"{per}.energy_j"],
        "carbon_g": q[f"{per}.carbon_g"],
        "water_ml": q[f"{per}.water_ml"],
        "cost_usd": q[f"{per}.cost_usd"],
    }


def resolve_request(request: Serving, catalog: Catalog) -> ResolvedRequest:
    """Resolve a request and its site; see :func:`estimate_serving` for what it raises."""
    log = FactorLog()
    request = complete_request(request, catalog, log)
    if request.provider is not None:
        return _resolve_hosted(request, catalog, log)
    serving = resolve_serving(request, catalog, log)
    around = resolve_surroundings(request.site, serving.machine, catalog, log)
    return ResolvedRequest(serving=serving, around=around, log=log, request=request)


def _resolve_hosted(request: Serving, catalog: Catalog, log: FactorLog) -> ResolvedRequest:
    call = resolve_call(request, catalog, log)
    serving = resolve_serving(call.serving, catalog, log, call.size)
    around = resolve_hosted_surroundings(call.serving.site, serving.machine, catalog, log)
    price = FactorsOf(Price, {"call": price_call(request, call, around, catalog, log)})
    around = replace(around, inputs=around.inputs.replaced(price=price))
    return ResolvedRequest(serving=serving, around=around, log=log, request=call.serving, call=call)


def compute_request(resolved: ResolvedRequest, number: Number = sample) -> RequestResult:
    """Run the chain of a request.

    Args:
        resolved: The request.
        number: Converts each factor to a number.
    """
    served = serve_request(resolved.serving.inputs.numbers(number))
    return RequestResult(served=served, footprint=footprint(served.usage, resolved.around.inputs.numbers(number)))


def canonicalize_serving(request: Serving, resolved: ResolvedRequest, served: Served) -> RequestBody:
    """The request as an answer repeats it."""
    if resolved.call is not None:
        return _canonicalize_call(request, resolved, resolved.call)
    choices: RequestBody = {"precision": resolved.serving.precision, "requests": request.requests}
    if served.text is None or request.requests_per_s is None:
        choices["batch_size"] = central_value(served.use.batch)
    count = central_value(decisive(served.use.accelerators))
    return canonicalize_request(request.payload, resolved.serving.machine, count, resolved.around.site, choices)


def _canonicalize_call(request: Serving, resolved: ResolvedRequest, call: HostedCall) -> RequestBody:
    site = resolved.around.site
    fields: RequestBody = {
        **request.payload,
        "model": call.model,
        "provider": call.provider,
        "processing": request.processing,
        "precision": resolved.serving.precision,
        "requests": request.requests,
        "region": site.place.region,
        "year": site.year,
        "date": site.date.isoformat(),
    }
    return {name: fields[name] for name in sorted(fields) if fields[name] is not None}


def record_result(resolved: ResolvedRequest, served: Served) -> None:
    """Log what depends on the results of a request, without what only the provider of a hosted model decides."""
    record_request(resolved.request, resolved.serving, served, resolved.log)
    if resolved.call is not None:
        for code in NOT_FOR_CALLERS:
            resolved.log.warnings.pop(code, None)


def record_request(request: Serving, resolved: ResolvedServing, served: Served, log: FactorLog) -> None:
    """Log what depends on the results of a request: the fabric, measurements, context and memory.

    Args:
        request: The request.
        resolved: The resolved request.
        served: Its results.
        log: The log.
    """
    if served.usage.has_fabric:
        log.record(resolved.host.fabric)
    if served.text is not None and resolved.text is not None:
        _record_alternatives(resolved.text, served.text, log)
        _warn_of_context(resolved, resolved.text, served.text, log)
        _warn_of_memory(request, served.text.replica, resolved.count, log)


def _record_alternatives(resolved: ResolvedText, text: TextUse, log: FactorLog) -> None:
    """Log the factors of the measurement that was used, or of the formulas without measurement."""
    alternatives, place = resolved.alternatives, int(central_value(text.measurement))
    log.include(alternatives.residual if place < 0 else alternatives.measured[place])
    if place < 0 and text.is_long:
        log.include(alternatives.long_prompt)
    if central_value(text.use.accelerators) > 1:
        log.include(alternatives.idle)


def _warn_of_context(resolved: ResolvedServing, text: ResolvedText, use: TextUse, log: FactorLog) -> None:
    load, longest = use.replica.load, text.context_length
    tokens = central_value(load.input_tokens) + central_value(load.output_tokens)
    if resolved.size.row is not None and longest is not None and tokens > longest:
        context = f"the context length of {resolved.size.row['model_id']}, {longest:g}"
        message = f"{tokens:g} tokens exceed {context}; the estimate is for a model with a sufficient context length."
        log.add_warning("beyond-context", message)


def _warn_of_memory(request: Serving, replica: Replica, count: float | None, log: FactorLog) -> None:
    """Warn of an assumed replica, of insufficient memory, and of a batch that does not fit."""
    if count is None:
        log.add_warning(
            "accelerators-assumed",
            f"accelerators is not given; {central_value(replica.load.accelerators):g} is assumed: the replica with"
            " enough memory for weights and cache that needs the fewest accelerator-hours per request.",
        )
    needed, room, most = (
        central_value(replica.needed_gb),
        central_value(replica.room_gb),
        central_value(replica.largest_batch),
    )
    if needed > room:
        text = f"Weights and the cache of one request take {needed:.3g} GB; the replica has {room:.3g} GB of memory."
        log.add_warning("does-not-fit", text)
    if request.batch_size is not None and request.batch_size > most:
        text = f"A batch of {request.batch_size:g} does not fit in memory"
        log.add_warning("batch-capped", f"{text}; {most:.3g} sequences are decoded at a time and the others wait.")


def _mark_gaps(resolved: ResolvedRequest) -> None:
    request, log = resolved.request, resolved.log
    reason = "it depends on when the requests arrive, which is not part of the request; see latency_s"
    log.mark_unavailable("duration_h", reason)
    if resolved.serving.text is None or request.output_tokens == 0:
        for field in ("throughput_tokens_per_s", *PER[1:]):
            log.mark_unavailable(field, "no tokens are generated")


def _extra(result: RequestResult, log: FactorLog) -> dict[str, Numeric | None]:
    use, one = result.served.use, _figures(result.footprint, log)
    generates = "per_output_token" not in log.unavailable
    tokens = use.output_tokens if generates else None
    return {
        "duration_h": None,
        "throughput_tokens_per_s": use.tokens_per_s if generates else None,
        "latency_s": use.latency_s,
        **{f"{per}.{name}": _per(amount, per, tokens) for per in PER for name, amount in one.items()},
    }


def _figures(one: Footprint, log: FactorLog) -> dict[str, Numeric | None]:
    """The footprint of one request in small units."""
    known = answer.available_amounts(one, log)
    return {
        "accelerator_energy_j": one.accelerator_energy_kwh * J_PER_KWH,
        "it_energy_j": one.it_energy_kwh * J_PER_KWH,
        "energy_j": one.energy_kwh * J_PER_KWH,
        "carbon_g": _in(known["total_kg"], G_PER_KG),
        "water_ml": _in(known["total_l"], ML_PER_L),
        "cost_usd": known["total_usd"],
    }


def _in(amount: Numeric | None, smaller: float) -> Numeric | None:
    return None if amount is None else amount * smaller


def _per(amount: Numeric | None, per: str, output_tokens: Numeric | None) -> Numeric | None:
    if amount is None or per == "per_request":
        return amount
    if output_tokens is None:
        return None
    each = amount / output_tokens
    return each * PER_MILLION if per == "per_million_tokens" else each


def _explain(request: Serving, resolved: ResolvedRequest) -> list[Step]:
    with naming_formulas():
        result = compute_request(resolved, traced)
    for name, amount in answer.available_amounts(result.footprint, resolved.log).items():
        relabel(amount, f"{name}_per_request")
    whole = result.footprint.times(traced(input_factor("requests", request.requests, "1")))
    ends = {**answer.available_amounts(whole, resolved.log), **_extra(result, resolved.log)}
    return list_steps(ends, resolved.log.values())
