"""Strategies whose parts are estimated, and what time makes of them."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from costsvc.errors import located
from costsvc.estimates.comparisons.parts import METRICS, Amounts, Metric, ResolvedPart, resolve_part
from costsvc.model.amortization import Strategy
from costsvc.model.horizon import Horizon, TimeFactors, discounting, time_factors
from costsvc.model.inputs import Number, traced
from costsvc.model.uncertainty import Factor, central_value, sample
from costsvc.reference.catalog import Catalog
from costsvc.requests.comparisons import KINDS, Comparison, Part, StrategySpec
from costsvc.requests.workloads import Hosting
from costsvc.resolve.log import FactorLog, input_factor
from costsvc.units import Numeric

SECTIONS = ("upfront", "per_task", "per_request")
KINDS_OF_GROWTH = ("plain", "grid", "money")


@dataclass(frozen=True, slots=True, kw_only=True)
class Growth:
    """What time makes of each part of a strategy, by what is counted.

    Attributes:
        plain: Energy, water, and the manufacture of machines, which stay what they are.
        grid: CO2e of a grid that gets cleaner or dirtier.
        money: Discounted money.
    """

    plain: TimeFactors
    grid: TimeFactors
    money: TimeFactors

    @classmethod
    def of(cls, asked: Comparison, tasks: float) -> "Growth":
        """The factors of a request; all of them 1 where it says nothing of time."""
        if asked.time is None:
            return cls(plain=TimeFactors(), grid=TimeFactors(), money=TimeFactors())
        arriving = asked.time.tasks_per_month
        horizon = Horizon(
            lifetime_months=asked.time.lifetime_months,
            adoption_months=0.0 if arriving is None else tasks / arriving,
            retraining_months=asked.time.retraining_interval_months,
        )
        return cls(
            plain=time_factors(horizon, 0.0),
            grid=time_factors(horizon, asked.time.grid_trend_per_year),
            money=time_factors(horizon, discounting(asked.time.discount_rate)),
        )

    def on(self, found: Amounts, role: str, number: Number) -> dict[Metric, Numeric | None]:
        """A part's amounts over the horizon."""
        plain, grid, money = (
            _time_factor(kind, getattr(getattr(self, kind), role), number) for kind in KINDS_OF_GROWTH
        )
        carbon = found.by_metric["carbon_kg"]
        return {
            "energy_kwh": _times(found.by_metric["energy_kwh"], plain),
            "carbon_kg": None if carbon is None else carbon * grid + found.embodied_kg * (plain - grid),
            "water_l": _times(found.by_metric["water_l"], plain),
            "cost_usd": _times(found.by_metric["cost_usd"], money),
        }


def _time_factor(kind: str, factor: float, number: Number) -> Numeric:
    is_shown = number is traced and factor != 1
    return traced(input_factor(f"{kind}_time_factor", factor, "1")) if is_shown else factor


def _times(amount: Numeric | None, factor: Numeric) -> Numeric | None:
    return None if amount is None else amount * factor


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Piece:
    """A part of a strategy, estimated.

    Attributes:
        where: Where it stands in the request.
        section: upfront, per_task or per_request.
        part: What the request has of it.
        resolved: The part, resolved.
        by_metric: What it comes to over the horizon, None if that is not known.
    """

    where: str
    section: str
    part: Part
    resolved: ResolvedPart
    by_metric: Mapping[Metric, Numeric | None]

    @property
    def log(self) -> FactorLog:
        """What it rests on."""
        return self.resolved.log

    @property
    def kind(self) -> str:
        """What kind of part it is."""
        return KINDS[type(self.part)]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Resolved:
    """A strategy whose parts are estimated.

    Attributes:
        name: Its name.
        pieces: Its parts.
        sections: For each section and metric the sum of its parts over the horizon, None where one is not known.
    """

    name: str
    pieces: Sequence[Piece]
    sections: Mapping[str, Mapping[Metric, Numeric | None]]

    def strategy(self, metric: Metric) -> Strategy | None:
        """The strategy in one metric, or None where a part of it is not known."""
        upfront, per_task, per_request = (self.sections[section][metric] for section in SECTIONS)
        if upfront is None or per_task is None or per_request is None:
            return None
        return Strategy(upfront=upfront, per_task=per_task, per_request=per_request)


@dataclass(frozen=True, slots=True, kw_only=True)
class Resolver:
    """Estimates strategies of a request, once or again with other numbers.

    Attributes:
        asked: The request.
        growth: What time makes of its parts.
        catalog: The tables.
    """

    asked: Comparison
    growth: Growth
    catalog: Catalog

    def resolve(self, index: int) -> Resolved:
        """Estimate all parts of a strategy.

        Args:
            index: Which strategy of the request.

        Raises:
            UnknownNameError: If a name in a part is not known.
            BadRequestError: If what a part says does not go together.
        """
        spec = self.asked.strategies[index]
        pieces = [
            self.piece(f"strategies.{index}.{place}", section, part)
            for section in SECTIONS
            for place, part in _parts(spec, section)
        ]
        return Resolved(name=spec.name, pieces=pieces, sections=in_sections(pieces))

    def piece(self, where: str, section: str, part: Part) -> Piece:
        """Estimate a part.

        Args:
            where: Its place in the request.
            section: upfront, per_task or per_request.
            part: The part.
        """
        with located(f"{where}.{KINDS[type(part)]}"):
            resolved = resolve_part(part, self.asked.carbon_basis, self.catalog)
        amounts = self.growth.on(resolved.amounts(sample), _role(section, part), sample)
        return Piece(where=where, section=section, part=part, resolved=resolved, by_metric=amounts)

    def again(self, piece: Piece, number: Number) -> Piece:
        """A part with other numbers in place of its factors.

        Args:
            piece: The part.
            number: What a factor becomes.
        """
        found = piece.resolved.amounts(number)
        return replace(piece, by_metric=self.growth.on(found, _role(piece.section, piece.part), number))

    def central(self, found: Resolved, metric: Metric, identity: str, value: float) -> Strategy | None:
        """A strategy at central values, all but one.

        Args:
            found: The strategy.
            metric: In what it is counted.
            identity: The factor that has another value.
            value: That value.
        """

        def number(factor: Factor) -> float:
            return value if factor.identity == identity else factor.value

        pieces = [self.again(piece, number) if _rests_on(piece, identity) else piece for piece in found.pieces]
        strategy = Resolved(name=found.name, pieces=pieces, sections=in_sections(pieces)).strategy(metric)
        if strategy is None:
            return None
        return Strategy(
            upfront=central_value(strategy.upfront),
            per_task=central_value(strategy.per_task),
            per_request=central_value(strategy.per_request),
        )


def _rests_on(piece: Piece, identity: str) -> bool:
    return any(factor.identity == identity for factor in piece.log.factors.values())


def in_sections(pieces: Sequence[Piece]) -> dict[str, Mapping[Metric, Numeric | None]]:
    """For each section and metric the sum of its parts, None where one is not known."""
    return {
        section: {metric: _sum([p.by_metric for p in pieces if p.section == section], metric) for metric in METRICS}
        for section in SECTIONS
    }


def _role(section: str, part: Part) -> str:
    """The time factor that a part takes: what stands by is paid all the time."""
    return f"{section}_standing" if isinstance(part, Hosting) and section != "per_request" else section


def _parts(spec: StrategySpec, section: str) -> Iterator[tuple[str, Part]]:
    if section == "per_request":
        if spec.per_request is not None:
            yield section, spec.per_request
        return
    parts: tuple[Part, ...] = getattr(spec, section)
    yield from ((f"{section}.{i}", part) for i, part in enumerate(parts))


def _sum(found: Sequence[Mapping[Metric, Numeric | None]], metric: Metric) -> Numeric | None:
    total: Numeric = 0.0
    for by_metric in found:
        value = by_metric[metric]
        if value is None:
            return None
        total = total + value
    return total
