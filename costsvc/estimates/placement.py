"""Where and on what a workload should run: every option at once, the best of them in full."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from costsvc.estimates import answer, hardware, money
from costsvc.estimates.alternatives import Placement, PlacementMetric
from costsvc.estimates.answer import Plain
from costsvc.estimates.facts import Facts
from costsvc.estimates.options import Fitting, Refused, Spot, Workload, machines, settled, spots
from costsvc.estimates.outcome import COLUMNS, Outcome, difference, outcome, shown
from costsvc.estimates.parts import KINDS, Basis, located
from costsvc.estimates.spec import ON_DEMAND, OWNED, PriceKind, Serving
from costsvc.model import footprint as formulas
from costsvc.model import placement as placing
from costsvc.model.uncertainty import Factor, finite, middle
from costsvc.reference.catalog import Catalog
from costsvc.units import Array, Numeric

FRONT: tuple[PlacementMetric, ...] = ("cost_usd", "carbon_kg", "hours", "water_l")
"""What an option of the front is not beaten in all at once."""
LIMITED: Mapping[str, PlacementMetric] = {
    "max_usd": "cost_usd",
    "max_hours": "hours",
    "max_kg": "carbon_kg",
    "max_l": "water_l",
}
ELSEWHERE = "price-any-provider"
FRONT_SHOWN = 500


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Options:
    """Every option, as arrays over machines, places and kinds of price.

    Attributes:
        machines: Along the first axis.
        spots: Along the second.
        kinds: Along the third; None is what is usual of a machine in a place.
        paid: Kind of price of each option.
        amounts: A row per option, a column per name in COLUMNS; NaN is unknown.
        offered: Whether who sells there is known to rent the machine out so.
    """

    machines: Sequence[Fitting]
    spots: Sequence[Spot]
    kinds: Sequence[PriceKind | None]
    paid: npt.NDArray[np.object_]
    amounts: Array
    offered: npt.NDArray[np.bool_]

    def column(self, name: PlacementMetric) -> Array:
        """One metric of every option."""
        return self.amounts[:, COLUMNS.index(name)]

    def workload(self, index: int) -> Workload:
        """The workload as an option would run it."""
        sizes = (len(self.machines), len(self.spots), len(self.kinds))
        machine, spot, kind = (int(place) for place in np.unravel_index(index, sizes))
        site = self.spots[spot].site
        return replace(
            self.machines[machine].workload,
            site=replace(site, pricing=replace(site.pricing, kind=self.kinds[kind])),
        )


def placement(asked: Placement, catalog: Catalog) -> Plain:
    """Answer where and on what a workload should run.

    Raises:
        UnknownNameError: If a name is not known.
        BadRequestError: If what is said does not go together, or there are too many options.
    """
    with located(KINDS[type(asked.workload)]):
        own = settled(asked.workload, catalog)
        named = replace(asked.workload, site=own.site)
        baseline = outcome(named, asked.carbon_basis, Facts(catalog))
    tried = list(machines(own, named, asked.candidates, catalog))
    options = _options(own, [one for one in tried if isinstance(one, Fitting)], asked, catalog)
    allowed = _allowed(options, asked)
    weights = _weights(asked)
    score = placing.weighted_score(options.amounts, np.array(list(weights.values())))
    front = placing.pareto_front(np.where(allowed, np.array([options.column(name) for name in FRONT]), np.nan).T)
    ranked = [int(i) for i in np.argsort(score, kind="stable") if allowed[i] and not np.isnan(score[i])]
    unranked = int(np.count_nonzero(allowed)) - len(ranked)
    best = [outcome(options.workload(i), asked.carbon_basis, Facts(catalog)) for i in ranked[: asked.shown]]
    shown_facts = {"baseline": baseline.facts, **{f"options.{i}": one.facts for i, one in enumerate(best)}}
    return {
        "id": answer.identity(asked.said, catalog),
        "request": asked.said,
        "carbon_basis": asked.carbon_basis,
        "weights": {name: weight for name, weight in weights.items() if weight},
        "options_considered": len(score),
        "options_allowed": len(ranked),
        "baseline": {"request": baseline.request, **shown(baseline)},
        "options": [
            {"rank": rank, "score": float(score[i]), "pareto": bool(front[i]), **_told(one, baseline)}
            for rank, (i, one) in enumerate(zip(ranked, best, strict=False), start=1)
        ],
        "pareto": list(_points(options, front)),
        "refused": [
            {"accelerator": one.accelerator, "reason": one.reason} for one in tried if isinstance(one, Refused)
        ],
        **answer.together(shown_facts, _own(unranked, catalog)),
    }


def _options(own: Workload, fitting: Sequence[Fitting], asked: Placement, catalog: Catalog) -> Options:
    """Every machine in every place at every kind of price, in few operations on arrays."""
    kinds = asked.candidates.price_kinds or (own.site.pricing.kind,)
    places = spots(own.site, fitting, asked.candidates, catalog, len(fitting) * len(kinds))
    times = own.requests if isinstance(own, Serving) else 1.0
    hours = _down([one.usage.hours for one in fitting]) * times
    it_kwh = formulas.energy_kwh(_down([one.usage.power.it_w for one in fitting]), hours)
    home = _at_home(fitting, places, kinds, catalog)
    paid = np.where(home, OWNED, ON_DEMAND).astype(object)
    for place, kind in enumerate(kinds):
        paid[:, :, place] = kind or paid[:, :, place]
    pue, wue = (_of_building(name, home, places) for name in ("pue", "wue"))
    energy = np.asarray(formulas.meter_energy_kwh(it_kwh, pue))
    embodied = _down([hardware.embodied(one.usage.hardware, 1.0, Facts(catalog)) for one in fitting]) * hours
    carbon = _carbon(asked.carbon_basis, energy, embodied, own, places)
    onsite = formulas.onsite_l(it_kwh, wue)
    water = np.asarray(onsite + formulas.offsite_l(energy, _across([spot.setting.water for spot in places])))
    usd, offered = _money(hours, energy, fitting, places, paid, catalog)
    duration = _down([one.duration_h for one in fitting]) * times
    whole = np.broadcast_arrays(energy, carbon, water, usd, duration)
    amounts = np.stack([amount.ravel() for amount in whole], axis=1)
    finite(amounts[~np.isnan(amounts)])
    offered = offered.ravel()
    return Options(machines=fitting, spots=places, kinds=kinds, paid=paid.ravel(), amounts=amounts, offered=offered)


def _down(amounts: Sequence[Numeric | None]) -> Array:
    """Central values, one per machine, along the first of three axes."""
    return np.array([np.nan if amount is None else middle(amount) for amount in amounts])[:, None, None]


def _across(amounts: Sequence[Numeric | None]) -> Array:
    """Central values, one per place, along the second of three axes."""
    return _down(amounts).swapaxes(0, 1)


def _at_home(
    fitting: Sequence[Fitting], places: Sequence[Spot], kinds: Sequence[PriceKind | None], catalog: Catalog
) -> npt.NDArray[np.bool_]:
    """Whether each option is a machine in a household."""
    return np.array(
        [
            [[spot.is_home_of(one.usage.hardware, kind, catalog) for kind in kinds] for spot in places]
            for one in fitting
        ],
        dtype=bool,
    ).reshape(len(fitting), len(places), len(kinds))


def _of_building(name: str, at_home: npt.NDArray[np.bool_], places: Sequence[Spot]) -> Array:
    """A figure of the building of each option."""
    home = _across([getattr(spot.home or spot.setting, name) for spot in places])
    return np.where(at_home, home, _across([getattr(spot.setting, name) for spot in places]))


def _carbon(basis: Basis, energy: Array, embodied: Array, own: Workload, places: Sequence[Spot]) -> Array:
    intensity = "location" if basis == "total" else basis
    grid = _across([getattr(spot.setting, intensity) for spot in places])
    operational = formulas.grid_kg(energy, grid, own.site.grid_losses)
    return np.asarray(operational + embodied if basis == "total" else operational)


def _money(
    hours: Array,
    energy: Array,
    fitting: Sequence[Fitting],
    places: Sequence[Spot],
    paid: npt.NDArray[np.object_],
    catalog: Catalog,
) -> tuple[Array, npt.NDArray[np.bool_]]:
    """What each option costs, and whether its seller is known to offer it."""
    per_hour, per_kwh = np.zeros((2, *paid.shape))
    offered = np.ones(per_hour.shape, dtype=bool)
    for i, machine in enumerate(fitting):
        for j, spot in enumerate(places):
            for k, kind in enumerate(paid[i, j]):
                pricing = replace(spot.site.pricing, kind=kind)
                facts = Facts(catalog, number=_central)
                unit = money.cost(1.0, 0.0, machine.usage.hardware, spot.setting, pricing, facts)
                per_hour[i, j, k] = np.nan if unit.total_usd is None else middle(unit.total_usd)
                offered[i, j, k] = ELSEWHERE not in facts.warnings or spot.setting.seller == hardware.ANY
                if kind == OWNED:
                    one = money.cost(0.0, 1.0, machine.usage.hardware, spot.setting, pricing, facts)
                    per_kwh[i, j, k] = np.nan if one.total_usd is None else middle(one.total_usd)
    return hours * per_hour + energy * per_kwh, offered


def _central(factor: Factor) -> float:
    return factor.value


def _allowed(options: Options, asked: Placement) -> npt.NDArray[np.bool_]:
    """Which options keep to the limits and are to be had."""
    allowed = options.offered | (not asked.candidates.offered_only)
    for limit, name in LIMITED.items():
        most = getattr(asked.limits, limit)
        if most is not None:
            # what is not known keeps to no limit
            allowed &= options.column(name) <= most
    return allowed


def _weights(asked: Placement) -> dict[PlacementMetric, float]:
    """What one unit of each metric counts."""
    weights = asked.weights or {asked.metric or "carbon_kg": 1.0}
    return {name: weights.get(name, 0.0) for name in COLUMNS}


def _told(one: Outcome, baseline: Outcome) -> Plain:
    """An option in full, beside the baseline."""
    changes = difference(one, baseline)
    usd, kg = changes["cost_usd"], changes["carbon_kg"]
    avoided = None
    if usd is not None and kg is not None and kg["absolute"]["value"] < 0:
        avoided = placing.usd_per_kg_avoided(usd["absolute"]["value"], -kg["absolute"]["value"])
    return {"request": one.request, **shown(one), "difference": changes, "usd_per_kg_avoided": avoided}


def _points(options: Options, front: npt.NDArray[np.bool_]) -> Iterator[Plain]:
    """The options of the front, from the cheapest on."""
    members = np.flatnonzero(front)
    for index in members[np.argsort(options.column("cost_usd")[members], kind="stable")][:FRONT_SHOWN]:
        workload = options.workload(int(index))
        machine = int(index) // (len(options.spots) * len(options.kinds))
        yield {
            "accelerator": options.machines[machine].usage.hardware.id,
            "region": workload.site.region,
            "provider": workload.site.pricing.provider,
            "price_kind": options.paid[index],
            "year": workload.site.year,
            **dict(zip(COLUMNS, options.amounts[index].tolist(), strict=True)),
        }


def _own(unranked: int, catalog: Catalog) -> Facts:
    """What is to be said of the options that are not shown."""
    facts = Facts(catalog)
    if unranked:
        facts.warn(
            "options-not-ranked", f"Something that counts is not known of {unranked} options; they have no rank."
        )
    return facts
