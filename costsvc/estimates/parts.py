"""A part of a strategy as amounts: a training run, a request, replicas that stand by, or what is known."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Literal

from costsvc.errors import BadRequestError, UnknownNameError
from costsvc.estimates.facts import Facts
from costsvc.estimates.footprint import Footprint
from costsvc.estimates.hosting import hosted
from costsvc.estimates.inference import served
from costsvc.estimates.labels import LABELS
from costsvc.estimates.model_footprint import UNKNOWN, charged, recorded
from costsvc.estimates.rented import called
from costsvc.estimates.spec import ApiCall, Hosting, Known, ModelShare, Part, Serving, TrainingRun
from costsvc.estimates.training import trained
from costsvc.model.uncertainty import Factor
from costsvc.units import Numeric

Metric = Literal["energy_kwh", "carbon_kg", "water_l", "cost_usd"]
Basis = Literal["total", "location", "market", "marginal"]
METRICS: tuple[Metric, ...] = ("energy_kwh", "carbon_kg", "water_l", "cost_usd")
KINDS: dict[type, str] = {
    TrainingRun: "training",
    Serving: "inference",
    Hosting: "hosting",
    ApiCall: "api",
    ModelShare: "model_footprint",
    Known: "known",
}


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Amounts:
    """What a part costs.

    Attributes:
        by_metric: The cost in each metric, None where that is not known.
        embodied_kg: The part of its CO2e that does not come from the grid. [kg]
    """

    by_metric: Mapping[Metric, Numeric | None]
    embodied_kg: Numeric = 0.0


def amounts(part: Part, basis: Basis, facts: Facts) -> Amounts:
    """Estimate a part.

    Args:
        part: The part; of a request its per-request figures are taken.
        basis: Which CO2e counts.
        facts: The tables; collects what was used and what is missing.
    """
    if isinstance(part, Known):
        return _known(part, facts)
    if isinstance(part, ApiCall):
        return _called(part, basis, facts)
    if isinstance(part, ModelShare):
        return _shared(part, basis, facts)
    if isinstance(part, TrainingRun):
        return _of_footprint(trained(part, facts).footprint, basis)
    if isinstance(part, Hosting):
        return _of_footprint(hosted(part, facts), basis)
    return _of_footprint(served(part, facts).one, basis)


def _of_footprint(found: Footprint, basis: Basis) -> Amounts:
    return Amounts(by_metric=by_metric(found, basis), embodied_kg=found.embodied_kg if basis == "total" else 0.0)


def by_metric(found: Footprint, basis: Basis) -> dict[Metric, Numeric | None]:
    """The total of a footprint in each metric, CO2e on a basis; None where it does not exist."""
    carbon: Numeric | None = getattr(found, f"{basis}_kg")
    return {
        "energy_kwh": found.energy_kwh,
        "carbon_kg": carbon,
        "water_l": found.total_l,
        "cost_usd": found.cost.total_usd,
    }


def _called(call: ApiCall, basis: Basis, facts: Facts) -> Amounts:
    found, usd = called(call, facts)
    if found is None:
        return Amounts(by_metric={**dict.fromkeys(METRICS), "cost_usd": usd})
    of_machines = _of_footprint(found, basis)
    return replace(of_machines, by_metric={**of_machines.by_metric, "cost_usd": usd})


def _shared(part: ModelShare, basis: Basis, facts: Facts) -> Amounts:
    record = recorded(facts.catalog.model(part.model), part.region, facts)
    if record is None:
        for metric in METRICS:
            facts.miss(metric, UNKNOWN)
        return Amounts(by_metric=dict.fromkeys(METRICS))
    whole, share = _of_footprint(charged(record, facts).footprint, basis), facts.given("model_share", part.share, "1")
    return Amounts(
        by_metric={metric: None if cost is None else cost * share for metric, cost in whole.by_metric.items()},
        embodied_kg=whole.embodied_kg * share,
    )


def _known(part: Known, facts: Facts) -> Amounts:
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
            unit=LABELS[metric].unit,
            origin="request",
            # equal amounts are taken for the same amount, so that they cancel between strategies
            identity=f"known/{metric}/{bounds}",
        )
        found[metric] = facts.use(factor)
    return Amounts(by_metric=found)


@contextmanager
def located(where: str) -> Iterator[None]:
    """Let errors of a part name the field as the whole request has it."""
    try:
        yield
    except UnknownNameError as error:
        raise UnknownNameError(f"{where}.{error.field}", error.name, error.near, error.advice) from error
    except BadRequestError as error:
        raise BadRequestError({f"{where}.{field}": text for field, text in error.problems.items()}) from error
