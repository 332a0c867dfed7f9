"""Resolve requests to a hosted model: its price, and the machine and place that its provider is assumed to use."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from costsvc.errors import BadRequestError
from costsvc.model.chains.api_call import CallPrice
from costsvc.model.inputs import FactorsOf
from costsvc.reference.catalog import STANDARD, Catalog
from costsvc.reference.table import Row
from costsvc.requests.workloads import Machine, Serving, Site, Subject, Task
from costsvc.resolve.call_price import PRICES, resolve_call_price
from costsvc.resolve.hosted_size import resolve_hosted_size
from costsvc.resolve.log import FactorLog
from costsvc.resolve.model_size import ModelSize
from costsvc.resolve.price import find_electricity_price
from costsvc.resolve.serving import is_open
from costsvc.resolve.surroundings import ResolvedSurroundings

USUAL = "nvidia-h100-sxm5-80gb"
"""Accelerator that is assumed if a provider does not publish its hardware."""
TASKS: Mapping[str, Task] = {
    "embedding": "embedding",
    "rerank": "embedding",
    "image_generation": "image",
    "image_edit": "image",
    "video_generation": "video",
    "audio_transcription": "other",
    "audio_speech": "other",
    "ocr": "other",
}
"""Task of a mode of the price list; that of other modes is the request's."""
FRAMES_PER_S = 24


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class HostedCall:
    """A request to a hosted model.

    Attributes:
        provider: Id of the provider.
        model: Key of the model in its price list.
        size: Size of the model: given, published or inferred.
        serving: The equivalent request on the machine that the provider is assumed to use.
    """

    provider: str
    model: str
    size: ModelSize
    serving: Serving


def resolve_call(request: Serving, catalog: Catalog, log: FactorLog) -> HostedCall:
    """Resolve the names of a request to a hosted model.

    Args:
        request: The request, with a provider.
        catalog: The tables.
        log: Receives factors and warnings.

    Raises:
        UnknownNameError: If the provider is not known or sells no such model.
        BadRequestError: If the request lacks what the provider bills.
    """
    provider, model = read_sold(request, catalog, log)
    row = catalog.tables[PRICES].rows[provider, model, STANDARD]
    task = TASKS.get(row["mode"], request.task)
    size = resolve_hosted_size(request.subject, row, task, catalog, log)
    log.add_warning("accelerator-assumed", f"{provider} does not publish the hardware of {model}; {USUAL} is assumed.")
    serving = replace(
        _with_amounts(request, row, task, catalog, log),
        machine=Machine(accelerator=USUAL),
        subject=Subject() if size.row is None else Subject(model=size.row["model_id"]),
        provider=None,
        task=task,
        site=_site(request.site, provider, catalog, log),
    )
    return HostedCall(provider=provider, model=model, size=size, serving=serving)


def complete_request(request: Serving, catalog: Catalog, log: FactorLog) -> Serving:
    """A request with a machine or a provider.

    A request with neither runs on the usual accelerator, or at the maker of a model whose size is not published.

    Args:
        request: The request.
        catalog: The tables.
        log: Receives the warning.
    """
    if request.provider is not None or request.machine.accelerator is not None:
        return request
    model = request.subject.model
    sellers = [] if model is None or is_open(model, catalog) else catalog.hosted.sellers(model)
    if sellers:
        provider = sellers[0][0]
        log.add_warning("provider-assumed", f"Neither accelerator nor provider was given; {provider} is assumed.")
        return replace(request, provider=provider)
    log.add_warning("accelerator-assumed", f"Neither accelerator nor provider was given; {USUAL} is assumed.")
    return replace(request, machine=replace(request.machine, accelerator=USUAL))


def read_sold(request: Serving, catalog: Catalog, log: FactorLog) -> tuple[str, str]:
    """The provider and the key of a model in its price list, with a warning of what the name says besides.

    Args:
        request: The request.
        catalog: The tables.
        log: Receives the warning.

    Raises:
        UnknownNameError: If the provider is not known or sells no such model.
        BadRequestError: If the request has no model.
    """
    if request.subject.model is None:
        raise BadRequestError({"model": "is required together with provider"})
    provider = catalog.api_provider(request.provider or "")
    reading = catalog.memos[_read](provider, request.subject.model)
    if reading.notes:
        text = f"{request.subject.model!r} is read as {reading.id} of {provider}: {', '.join(reading.notes)}."
        log.add_warning("model-name", text)
    return provider, reading.id


def _read(catalog: Catalog, provider: str, name: str) -> object:  # a key of the cache
    return catalog.hosted_model(provider, name)


def _with_amounts(request: Serving, row: Row, task: Task, catalog: Catalog, log: FactorLog) -> Serving:
    """The request with tokens or frames in place of the units that the provider bills.

    Raises:
        BadRequestError: If the request has neither tokens nor units.
    """
    is_by_token = f"is required: {row['provider']} bills {row['model']} by the token"
    if task == "image":
        if row["unit"] is None and request.input_tokens is None and request.output_tokens is None:
            raise BadRequestError({"output_tokens": is_by_token})
        if request.units not in (None, 1):
            raise BadRequestError({"units": "must be 1: a request makes one image; give the number of requests"})
        return replace(request, input_tokens=None, output_tokens=None)
    if task == "video":
        frames = request.frames or max(round((request.units or 1.0) * FRAMES_PER_S), 1)
        return replace(request, input_tokens=None, output_tokens=None, frames=frames)
    if row["unit"] is not None and request.input_tokens is None:
        per_unit = catalog.default(f"tokens_per_{row['unit']}")
        text = f"Tokens were not given; {per_unit.value:g} per {row['unit']} are assumed: {per_unit.locator}."
        log.add_warning("tokens-assumed", text)
        return replace(request, input_tokens=(request.units or 1.0) * per_unit.value, output_tokens=None)
    generates = task not in ("embedding", "other")
    needed = ("input_tokens", "output_tokens") if generates else ("input_tokens",)
    missing = [name for name in needed if getattr(request, name) is None]
    if missing:
        raise BadRequestError(dict.fromkeys(missing, is_by_token))
    return request if generates else replace(request, output_tokens=None)


def _site(site: Site, provider: str, catalog: Catalog, log: FactorLog) -> Site:
    """The place of a provider's fleet, unless the request names one."""
    fleet = catalog.row("hosted_fleets", provider)
    operator = None if fleet is None or fleet["operator"] == "*" else fleet["operator"]
    region = site.region
    if region is None and fleet is not None:
        region = fleet["region"]
        text = f"No region was given; {provider} is assumed to run its models in {region}: {fleet['locator']}."
        log.add_warning("region-assumed", text)
    elif region is None:
        text = (
            f"No region was given, and where {provider} runs its models is not known; the world's average is assumed."
        )
        log.add_warning("region-assumed", text)
        region = "world"
    is_cloud = catalog.place(region).row is not None
    pricing = replace(site.pricing, provider=None if is_cloud else operator)
    return replace(site, region=region, pricing=pricing)


def price_call(
    request: Serving, call: HostedCall, around: ResolvedSurroundings, catalog: Catalog, log: FactorLog
) -> FactorsOf[CallPrice]:
    """Resolve the price of a call on the day of its site.

    Args:
        request: The request.
        call: Its resolved names.
        around: Its resolved place.
        catalog: The tables.
        log: Receives factors and warnings.

    Raises:
        BadRequestError: If the provider has no price for the kind of processing or the unit of the request.
    """
    site = around.site
    electricity = find_electricity_price(site, catalog)
    return resolve_call_price(request, (call.provider, call.model), site.date, electricity, catalog, log)
