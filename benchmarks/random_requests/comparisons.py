"""Draw placements, changes and schedules."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from benchmarks.random_requests.draw import Draw
from benchmarks.random_requests.inference import inference
from benchmarks.random_requests.machines import USUAL, accelerator
from benchmarks.random_requests.names import Names
from benchmarks.random_requests.sites import RENTED, region, site
from benchmarks.random_requests.training import training

MEASURED = ("accelerator_power_w", "it_power_w", "accelerator_power_limit_w")
METRICS = ("energy_kwh", "carbon_kg", "water_l", "cost_usd", "hours")
BASES = ("total", "location", "market", "marginal")
SEGMENTS = ("datacenter", "workstation", "consumer", "desktop", "laptop", "board")
COUNTRIES = ("SWE", "USA", "DEU", "FR", "JP", "IND")


def placement(draw: Draw, names: Names) -> dict[str, Any]:
    """A workload over machines and places, not both of which are ``all``."""
    everywhere = draw.is_in(0.3)
    named = _workload(draw, names, placed=True)
    machines, places = _machines(draw, names, everywhere=everywhere), _places(draw, names, everywhere=everywhere)
    return {**named, **machines, **places, **_wishes(draw)}


def _workload(draw: Draw, names: Names, *, placed: bool = False) -> dict[str, Any]:
    """A training run or requests, without measured power if other machines are compared."""
    kind, make = draw.choice((("training", training), ("inference", inference)))
    return {kind: {name: value for name, value in make(draw, names).items() if not placed or name not in MEASURED}}


def _machines(draw: Draw, names: Names, *, everywhere: bool) -> dict[str, Any]:
    if not everywhere and draw.is_in(0.3):
        return {"accelerators": "all", "segment": draw.choice(SEGMENTS)}
    some = [accelerator(draw, names) if draw.is_in(0.4) else draw.choice(USUAL) for _ in range(draw.randint(1, 5))]
    return {"accelerators": some} if draw.is_in(0.8) else {}


def _places(draw: Draw, names: Names, *, everywhere: bool) -> dict[str, Any]:
    if everywhere:
        only: dict[str, Any] = {
            "provider": {"provider": draw.choice(("aws", "gcp", "azure", "oci"))},
            "country": {"country": draw.choice(COUNTRIES)},
            "none": {},
        }[draw.weighted({"provider": 1, "country": 1, "none": 1})]
        return {"regions": "all", **only}
    return draw.fields({"regions": (0.8, lambda: [region(draw, names) for _ in range(draw.randint(1, 6))])})


def _wishes(draw: Draw) -> dict[str, Any]:
    """Prices and years to compare, limits, and weights."""
    rank: dict[str, Any] = {}
    if draw.is_in(0.35):
        rank = {"weights": {name: draw.size(0.01, 10) for name in draw.sample(METRICS, draw.randint(1, 3))}}
    elif draw.is_in(0.6):
        rank = {"metric": draw.choice(METRICS)}
    return rank | draw.fields(
        {
            "price_kinds": (0.3, lambda: draw.sample((*RENTED, "owned"), draw.randint(1, 3))),
            "years": (0.15, lambda: draw.sample(range(2019, 2029), 2)),
            "offered_only": (0.4, lambda: draw.is_in(0.3)),
            "max_usd": (0.15, lambda: draw.size(100, 1e8)),
            "max_hours": (0.15, lambda: draw.size(10, 1e5)),
            "max_kg": (0.1, lambda: draw.size(100, 1e8)),
            "max_l": (0.1, lambda: draw.size(1000, 1e9)),
            "carbon_basis": (0.2, lambda: draw.choice(BASES)),
            "limit": (0.5, lambda: draw.randint(1, 12)),
        }
    )


def change(draw: Draw, names: Names) -> dict[str, Any]:
    """A workload, and the same with some fields changed."""
    kind, make = draw.choice((("training", training), ("inference", inference)))
    before = make(draw, names)
    after = _changed(draw, names, before, make)
    basis = draw.fields({"carbon_basis": (0.3, lambda: draw.choice(BASES))})
    return {"before": {kind: before}, "after": {kind: after}, **basis}


def _changed(
    draw: Draw, names: Names, before: dict[str, Any], make: Callable[[Draw, Names], dict[str, Any]]
) -> dict[str, Any]:
    what = draw.weighted({"place": 35, "machine": 25, "size": 25, "all": 15})
    if what == "all":
        return make(draw, names)
    if what == "machine" and "accelerator" in before and "cores" not in before:
        return {**before, "accelerator": draw.choice(USUAL)}
    numbers = [name for name in ("accelerator_hours", "hours", "training_tokens_b", "requests") if name in before]
    if what == "size" and numbers:
        return {**before, numbers[0]: before[numbers[0]] * draw.between(0.2, 3)}
    return {**before, **site(draw, names)}


def schedule(draw: Draw, names: Names) -> dict[str, Any]:
    """A load or a training run, and its time window."""
    hours, load = draw.size(0.5, 400), _load(draw, names)
    first = datetime(
        draw.randint(2025, 2028), draw.randint(1, 12), draw.randint(1, 28), draw.randint(0, 23), tzinfo=UTC
    )
    last = first + timedelta(hours=round(min(hours * draw.between(1.1, 8) + 6, 8000)))
    return {
        **load,
        "earliest": first.isoformat(),
        "deadline": last.isoformat().replace("+00:00", "Z"),
        **({"duration_h": hours} if "energy_kwh" in load or draw.is_in(0.85) else {}),
        **draw.fields(
            {
                "interruptible": (0.5, lambda: draw.is_in(0.7)),
                "other_regions": (0.5, lambda: _others(draw, names)),
            }
        ),
    }


def _load(draw: Draw, names: Names) -> dict[str, Any]:
    where = draw.choice(names.hourly_regions) if draw.is_in(0.7) else region(draw, names)
    if draw.is_in(0.5):
        scope = draw.fields({"scope": (0.3, lambda: draw.choice(("lifecycle", "direct")))})
        return {"energy_kwh": draw.size(1, 1e6), "region": where, **scope}
    return {"training": {**training(draw, names), "region": where}}


def _others(draw: Draw, names: Names) -> Any:
    return "all" if draw.is_in(0.3) else draw.sample(names.hourly_regions, draw.randint(1, 4))
