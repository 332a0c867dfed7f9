"""Strategies with estimated parts, over the horizon of a comparison."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from costsvc.answers.quantities import Metric
from costsvc.errors import located
from costsvc.estimates.comparisons.parts import METRICS, PartAmounts, ResolvedPart, resolve_part
from costsvc.model.amortization import Strategy, total
from costsvc.model.horizon import Horizon, TimeFactors, discounting, time_factors
from costsvc.model.inputs import Number, traced
from costsvc.model.uncertainty import Factor, central_value, sample
from costsvc.reference.catalog import Catalog
from costsvc.requests.comparisons import KINDS, Comparison, Part, StrategySpec
from costsvc.requests.workloads import Hosting
from costsvc.resolve.log import FactorLog, input_factor
from costsvc.units import Numeric

SECTIONS = ("upfront", "per_task", "per_request")
KINDS_OF_WEIGHTS = ("plain", "grid", "money")


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeWeights:
    """Weights of the parts of a strategy over its lifetime.

    Attributes:
        plain: Of energy, water and embodied carbon, which do not change over time.
        grid: Of CO2e of a grid whose intensity has a trend.
        money: Of discounted money.
    """

    plain: TimeFactors
    grid: TimeFactors
    money: TimeFactors

    @classmethod
    def of(cls, request: Comparison, tasks: float) -> "TimeWeights":
        """The weights of a request; all 1 if it has no ``time``."""
        if request.time is None:
            return cls(plain=TimeFactors(), grid=TimeFactors(), money=TimeFactors())
        arriving = request.time.tasks_per_month
        horizon = Horizon(
            lifetime_months=request.time.lifetime_months,
            adoption_months=0.0 if arriving is None else tasks / arriving,
            retraining_months=request.time.retraining_interval_months,
        )
        return cls(
            plain=time_factors(horizon, 0.0),
            grid=time_factors(horizon, request.time.grid_trend_per_year),
            money=time_factors(horizon, discounting(request.time.discount_rate)),
        )

    def apply(self, amounts: PartAmounts, role: str, number: Number) -> dict[Metric, Numeric | None]:
        """Weight a part's amounts over the horizon."""
        plain, grid, money = (
            _time_factor(kind, getattr(getattr(self, kind), role), number) for kind in KINDS_OF_WEIGHTS
        )
        carbon = amounts.by_metric["carbon_kg"]
        return {
            "energy_kwh": _times(amounts.by_metric["energy_kwh"], plain),
            "carbon_kg": None if carbon is None else carbon * grid + amounts.embodied_kg * (plain - grid),
            "water_l": _times(amounts.by_metric["water_l"], plain),
            "cost_usd": _times(amounts.by_metric["cost_usd"], money),
        }


def _time_factor(kind: str, factor: float, number: Number) -> Numeric:
    is_step = number is traced and factor != 1
    return traced(input_factor(f"{kind}_time_factor", factor, "1")) if is_step else factor


def _times(amount: Numeric | None, factor: Numeric) -> Numeric | None:
    return None if amount is None else amount * factor


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class EstimatedPart:
    """An estimated part of a strategy.

    Attributes:
        path: Its path in the request.
        section: upfront, per_task or per_request.
        part: The part of the request.
        resolved: The resolved part.
        by_metric: Its total over the horizon by metric, None if that is not known.
    """

    path: str
    section: str
    part: Part
    resolved: ResolvedPart
    by_metric: Mapping[Metric, Numeric | None]

    @property
    def log(self) -> FactorLog:
        """Its factors, warnings and gaps."""
        return self.resolved.log

    @property
    def kind(self) -> str:
        """The kind of the part."""
        return KINDS[type(self.part)]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class EstimatedStrategy:
    """A strategy with estimated parts.

    Attributes:
        name: Its name.
        parts: Its parts.
        sections: For each section and metric the sum of its parts over the horizon, None if one is not known.
    """

    name: str
    parts: Sequence[EstimatedPart]
    sections: Mapping[str, Mapping[Metric, Numeric | None]]

    def in_metric(self, metric: Metric) -> Strategy | None:
        """The strategy in one metric; None if a part of it is not known."""
        upfront, per_task, per_request = (self.sections[section][metric] for section in SECTIONS)
        if upfront is None or per_task is None or per_request is None:
            return None
        return Strategy(upfront=upfront, per_task=per_task, per_request=per_request)

    def total(self, metric: Metric, tasks: float, requests: float) -> Numeric | None:
        """The total of all tasks and their requests; None if a part of it is not known."""
        known = self.in_metric(metric)
        return None if known is None else total(known, tasks, requests)


@dataclass(frozen=True, slots=True, kw_only=True)
class StrategyEstimator:
    """Estimates the strategies of a request, also with other numbers in place of its factors.

    Attributes:
        request: The request.
        weights: The weights of its parts over time.
        catalog: The reference tables.
    """

    request: Comparison
    weights: TimeWeights
    catalog: Catalog

    def estimate(self, index: int) -> EstimatedStrategy:
        """Estimate all parts of a strategy.

        Args:
            index: Index of the strategy in the request.

        Raises:
            UnknownNameError: If a name in a part is not known.
            BadRequestError: If fields of a part contradict each other.
        """
        spec = self.request.strategies[index]
        parts = [
            self._estimate_part(f"strategies.{index}.{path}", section, part)
            for section in SECTIONS
            for path, part in _parts(spec, section)
        ]
        return EstimatedStrategy(name=spec.name, parts=parts, sections=sum_sections(parts))

    def _estimate_part(self, path: str, section: str, part: Part) -> EstimatedPart:
        with located(f"{path}.{KINDS[type(part)]}"):
            resolved = resolve_part(part, self.request.carbon_basis, self.catalog)
        by_metric = self.weights.apply(resolved.amounts(sample), _role(section, part), sample)
        return EstimatedPart(path=path, section=section, part=part, resolved=resolved, by_metric=by_metric)

    def estimate_again(self, part: EstimatedPart, number: Number) -> EstimatedPart:
        """Estimate a part with other numbers in place of its factors.

        Args:
            part: The part.
            number: Converts each factor to a number.
        """
        amounts = part.resolved.amounts(number)
        return replace(part, by_metric=self.weights.apply(amounts, _role(part.section, part.part), number))

    def change_factor(
        self, strategy: EstimatedStrategy, metric: Metric, identity: str, value: float
    ) -> Strategy | None:
        """Estimate a strategy at central values, except for one factor.

        Args:
            strategy: The strategy.
            metric: The metric.
            identity: Identity of the factor.
            value: Its value.
        """

        def number(factor: Factor) -> float:
            return value if factor.identity == identity else factor.value

        parts = [self.estimate_again(part, number) if _uses(part, identity) else part for part in strategy.parts]
        changed = EstimatedStrategy(name=strategy.name, parts=parts, sections=sum_sections(parts)).in_metric(metric)
        if changed is None:
            return None
        return Strategy(
            upfront=central_value(changed.upfront),
            per_task=central_value(changed.per_task),
            per_request=central_value(changed.per_request),
        )


def _uses(part: EstimatedPart, identity: str) -> bool:
    return any(factor.identity == identity for factor in part.log.factors.values())


def sum_sections(parts: Sequence[EstimatedPart]) -> dict[str, Mapping[Metric, Numeric | None]]:
    """Sum the parts of each section in each metric; None if one is not known."""
    return {
        section: {
            metric: _sum([part.by_metric[metric] for part in parts if part.section == section]) for metric in METRICS
        }
        for section in SECTIONS
    }


def _role(section: str, part: Part) -> str:
    """The weight that applies to a part; idle replicas are paid for as long as they run."""
    return f"{section}_standing" if isinstance(part, Hosting) and section != "per_request" else section


def _parts(spec: StrategySpec, section: str) -> Iterator[tuple[str, Part]]:
    if section == "per_request":
        if spec.per_request is not None:
            yield section, spec.per_request
        return
    parts: tuple[Part, ...] = getattr(spec, section)
    yield from ((f"{section}.{i}", part) for i, part in enumerate(parts))


def _sum(amounts: Sequence[Numeric | None]) -> Numeric | None:
    whole: Numeric = 0.0
    for amount in amounts:
        if amount is None:
            return None
        whole = whole + amount
    return whole
