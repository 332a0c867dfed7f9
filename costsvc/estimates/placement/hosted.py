"""Options of a hosted model: the providers that sell it, each in its own or in named regions."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from costsvc.answers.quantities import CarbonBasis, PlacementMetric
from costsvc.errors import BadRequestError
from costsvc.estimates.comparisons.totals import COLUMNS, WorkloadTotals, total_workload
from costsvc.estimates.placement.candidates import named_regions
from costsvc.model.uncertainty import central_value
from costsvc.reference.catalog import Catalog
from costsvc.reference.hosted_names import MAKERS
from costsvc.requests.comparisons import Candidates
from costsvc.requests.workloads import ON_DEMAND, Serving
from costsvc.resolve.hosted import USUAL
from costsvc.units import Array

MOST = 400
"""Most options, each of which is a whole estimate."""
OF_MACHINES = ("accelerators", "price_kinds", "years", "provider", "country", "segment")
"""Candidates that a provider of a hosted model decides."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class HostedOptions:
    """Calls to a model at several providers and in several regions.

    Attributes:
        calls: The request of each option.
        amounts: A row per option, a column per name in COLUMNS; NaN if not known.
    """

    calls: Sequence[Serving]
    amounts: Array

    @property
    def offered(self) -> npt.NDArray[np.bool_]:
        """Every option is in a price list."""
        return np.ones(len(self.calls), dtype=bool)

    def column(self, name: PlacementMetric) -> Array:
        """One metric of every option."""
        return self.amounts[:, COLUMNS.index(name)]

    def workload(self, index: int) -> Serving:
        """The request of an option."""
        return self.calls[index]

    def device(self, index: int) -> str:
        """The accelerator that an option is assumed to use."""
        del index
        return USUAL

    def region(self, index: int) -> str | None:
        """The region of an option."""
        return self.calls[index].site.region

    def seller(self, index: int) -> str | None:
        """The provider of an option."""
        return self.calls[index].provider

    def paid_as(self, index: int) -> str:
        """The kind of price of an option."""
        return ON_DEMAND if self.calls[index].processing == "standard" else self.calls[index].processing


def compute_hosted_options(
    call: Serving, candidates: Candidates, basis: CarbonBasis, catalog: Catalog
) -> HostedOptions:
    """Compute a request to a hosted model at every provider that sells the model.

    Args:
        call: The request, with its provider.
        candidates: Which providers and regions.
        basis: Which CO2e counts.
        catalog: The reference tables.

    Raises:
        UnknownNameError: If a name is not known.
        BadRequestError: If a candidate does not apply to hosted models, or there are too many options.
    """
    given = [name for name in OF_MACHINES if getattr(candidates, name) is not None]
    if given:
        raise BadRequestError({given[0]: "not allowed with a hosted model, whose provider decides its machines"})
    sellers = list(_sellers(call, candidates, catalog))
    regions = _regions(call, candidates, catalog)
    if len(sellers) * len(regions) > MOST:
        text = f"{len(sellers)} providers in {len(regions)} regions are more than {MOST} options"
        raise BadRequestError({"regions": f"{text}; name fewer"})
    calls = [
        replace(
            call,
            provider=provider,
            subject=replace(call.subject, model=model),
            site=replace(call.site, region=region),
            payload={**call.payload, "provider": provider, "model": model, "region": region},
        )
        for provider, model in sellers
        for region in regions
    ]
    amounts = [_central(total_workload(one, basis, catalog)) for one in calls]
    return HostedOptions(calls=calls, amounts=np.array(amounts, dtype=float).reshape(-1, len(COLUMNS)))


def _central(totals: WorkloadTotals) -> list[float]:
    """The central total in each metric; NaN if it is not known."""
    known = [totals.by_metric[name] for name in COLUMNS]
    return [np.nan if amount is None else central_value(amount) for amount in known]


def _regions(call: Serving, candidates: Candidates, catalog: Catalog) -> list[str | None]:
    if candidates.regions is None:
        return [call.site.region]
    if isinstance(candidates.regions, str):
        return [str(id_) for id_ in catalog.tables["regions"]]
    return list(dict.fromkeys(named_regions(candidates.regions, catalog)))


def _sellers(call: Serving, candidates: Candidates, catalog: Catalog) -> Iterator[tuple[str, str]]:
    """Each provider that sells the model with the model's key, those of the request or all."""
    name = call.subject.model or ""
    own = catalog.api_provider(call.provider or "")
    open_id = catalog.models.read(catalog.hosted_model(own, name).id) or catalog.models.read(name)
    yield own, catalog.hosted_model(own, name).id
    if candidates.providers is not None:
        for i, text in enumerate(candidates.providers):
            provider = catalog.api_provider(text, f"providers.{i}")
            if provider != own:
                yield provider, catalog.hosted_model(provider, name).id
        return
    for provider, sold in catalog.hosted.sold.items():
        if provider == own:
            continue
        key = catalog.sold_as(provider, open_id.id) if open_id is not None else None
        reading = sold.read(name) if key is None and provider in MAKERS else None
        if key is not None or reading is not None:
            yield provider, key or (reading.id if reading is not None else "")
