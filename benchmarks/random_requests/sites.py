"""Draw place, time and price of requests."""

from typing import Any

from benchmarks.random_requests.draw import Draw
from benchmarks.random_requests.names import Names

RENTED = ("on-demand", "spot", "reserved-1y", "reserved-3y")


def region(draw: Draw, names: Names) -> str:
    """A place of any kind."""
    kinds = {"regions": 60, "countries": 18, "subdivisions": 9, "zones": 9, "world": 4}
    kind = draw.weighted(kinds)
    return kind if kind == "world" else str(draw.choice(getattr(names, kind)))


def day(draw: Draw) -> str:
    """A day within the years with known prices, or a little outside."""
    return f"{draw.randint(2019, 2028)}-{draw.randint(1, 12):02}-{draw.randint(1, 28):02}"


def site(draw: Draw, names: Names, *, priced: bool = True) -> dict[str, Any]:
    """The fields of a place.

    Args:
        draw: The generator.
        names: What the tables know.
        priced: Whether the request may say what is paid.
    """
    return draw.fields(
        {
            "region": (0.85, lambda: region(draw, names)),
            "year": (0.25, lambda: draw.randint(2017, 2030)),
            "date": (0.12, lambda: day(draw)),
            "pue": (0.12, lambda: draw.between(1, 2)),
            "wue_l_per_kwh": (0.08, lambda: draw.between(0, 3)),
            "grid_g_per_kwh": (0.1, lambda: draw.between(5, 900)),
            "scope": (0.12, lambda: draw.choice(("lifecycle", "direct"))),
            "grid_losses": (0.08, lambda: draw.between(0, 0.15)),
            "contract": (0.12, lambda: contract(draw)),
            "pricing": (0.35 if priced else 0, lambda: pricing(draw, names)),
        }
    )


def contract(draw: Draw) -> dict[str, Any]:
    """Electricity bought by contract."""
    if draw.is_in(0.3):
        return {"share": 1, "g_per_kwh": draw.between(0, 60)}
    rest = draw.fields({"residual_g_per_kwh": (0.5, lambda: draw.between(100, 800))})
    return {"share": draw.between(0.05, 0.99), "g_per_kwh": draw.between(0, 60), **rest}


def pricing(draw: Draw, names: Names) -> dict[str, Any]:
    """Rental prices of any kind, or prices of owned hardware."""
    if draw.is_in(0.35):
        return {"kind": "owned", **_owned(draw)}
    return draw.fields(
        {
            "kind": (0.85, lambda: draw.choice(RENTED)),
            "provider": (0.3, lambda: draw.choice(names.sellers)),
            "usd_per_accelerator_hour": (0.25, lambda: draw.size(0.1, 20)),
        }
    )


def _owned(draw: Draw) -> dict[str, Any]:
    return draw.fields(
        {
            "electricity_usd_per_kwh": (0.3, lambda: draw.between(0.03, 0.4)),
            "purchase_usd_per_accelerator": (0.3, lambda: draw.size(500, 60_000)),
            "utilization": (0.3, lambda: draw.between(0.1, 1)),
            "age_years": (0.3, lambda: draw.between(0, 8)),
            "facility_usd_per_kwh": (0.3, lambda: draw.between(0, 0.2)),
        }
    )
