"""A part of a strategy as amounts: a training run, a request, replicas that stand by, or what is known."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Literal

from costsvc.errors import BadRequestError, UnknownNameError
from costsvc.estimates.facts import Facts
from costsvc.estimates.footprint import Footprint
from costsvc.estimates.hosting import hosted
from costsvc.estimates.inference import served
from costsvc.estimates.spec import Hosting, Known, Part, Serving, TrainingRun
from costsvc.estimates.training import trained
from costsvc.model.uncertainty import Factor, sample
from costsvc.reference.catalog import Catalog
from costsvc.units import Numeric

Metric = Literal["energy_kwh", "carbon_kg", "water_l", "cost_usd"]
Basis = Literal["total", "location", "market", "marginal"]
METRICS: tuple[Metric, ...] = ("energy_kwh", "carbon_kg", "water_l", "cost_usd")
UNITS: Mapping[Metric, str] = {"energy_kwh": "kWh", "carbon_kg": "kg", "water_l": "L", "cost_usd": "USD"}
KINDS: dict[type, str] = {TrainingRun: "training", Serving: "inference", Hosting: "hosting", Known: "known"}


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Amounts:
    """What a part costs in each metric, None where that is not known, and what it rests on."""

    by_metric: Mapping[Metric, Numeric | None]
    facts: Facts


def amounts(part: Part, basis: Basis, catalog: Catalog) -> Amounts:
    """Estimate a part.

    Args:
        part: The part; of a request its per-request figures are taken.
        basis: Which CO2e counts.
        catalog: The tables.
    """
    if isinstance(part, Known):
        return _known(part, catalog)
    if isinstance(part, TrainingRun):
        run = trained(part, Facts(catalog))
        return _of_footprint(run.footprint, basis, run.facts)
    if isinstance(part, Hosting):
        facts = Facts(catalog)
        return _of_footprint(hosted(part, facts), basis, facts)
    serving = served(part, Facts(catalog))
    return _of_footprint(serving.one, basis, serving.facts)


def _of_footprint(found: Footprint, basis: Basis, facts: Facts) -> Amounts:
    return Amounts(by_metric=by_metric(found, basis), facts=facts)


def by_metric(found: Footprint, basis: Basis) -> dict[Metric, Numeric | None]:
    """The total of a footprint in each metric, CO2e on a basis; None where it does not exist."""
    carbon: Numeric | None = getattr(found, f"{basis}_kg")
    return {
        "energy_kwh": found.energy_kwh,
        "carbon_kg": carbon,
        "water_l": found.total_l,
        "cost_usd": found.cost.total_usd,
    }


def _known(part: Known, catalog: Catalog) -> Amounts:
    facts = Facts(catalog)
    found: dict[Metric, Numeric | None] = {}
    for metric in METRICS:
        bounds: tuple[float, float, float] | None = getattr(part, metric)
        if bounds is None:
            found[metric] = None
            facts.miss(metric, "the part leaves it out")
            continue
        factor = Factor(
            name=metric,
            value=bounds[0],
            low=bounds[1],
            high=bounds[2],
            unit=UNITS[metric],
            origin="request",
            # equal amounts are taken for the same amount, so that they cancel between strategies
            identity=f"known/{metric}/{bounds}",
        )
        facts.factors[metric] = factor
        found[metric] = sample(factor)
    return Amounts(by_metric=found, facts=facts)


@contextmanager
def located(where: str) -> Iterator[None]:
    """Let errors of a part name the field as the whole request has it."""
    try:
        yield
    except UnknownNameError as error:
        raise UnknownNameError(f"{where}.{error.field}", error.name, error.near) from error
    except BadRequestError as error:
        raise BadRequestError({f"{where}.{field}": text for field, text in error.problems.items()}) from error
