"""Put typical faults into requests."""

from typing import Any

from benchmarks.random_requests.draw import Draw

NAMES = ("accelerator", "region", "model", "instance", "provider", "method", "task", "precision")


def spoil(draw: Draw, body: dict[str, Any]) -> dict[str, Any]:
    """The request with one fault: a misspelt name, an unknown field, a bad number, type or combination."""
    place = _some_object(draw, body)
    kinds = (_misspell, _add_unknown, _turn_negative, _change_type, _combine, _leave_out)
    draw.choice(kinds)(draw, place)
    return body


def _some_object(draw: Draw, body: dict[str, Any]) -> dict[str, Any]:
    """The request itself, or an object in it."""
    inner = [value for value in body.values() if isinstance(value, dict) and value]
    return _some_object(draw, draw.choice(inner)) if inner and draw.is_in(0.7) else body


def _misspell(draw: Draw, place: dict[str, Any]) -> None:
    named = [name for name in NAMES if isinstance(place.get(name), str)]
    if not named:
        place["region"] = "aws:us-esat-1"
        return
    name = draw.choice(named)
    at = draw.randrange(len(place[name]))
    place[name] = place[name][:at] + draw.choice("qxz7") + place[name][at + draw.randint(0, 1) :]


def _add_unknown(draw: Draw, place: dict[str, Any]) -> None:
    place[draw.choice(("gpu", "hour", "Region", "carbon"))] = 1


def _turn_negative(draw: Draw, place: dict[str, Any]) -> None:
    numbers = [name for name, value in place.items() if isinstance(value, int | float)] or ["pue"]
    place[draw.choice(numbers)] = draw.choice((-1, -0.5, 1e30))


def _change_type(draw: Draw, place: dict[str, Any]) -> None:
    name = draw.choice(list(place))
    place[name] = draw.choice(("many", [], {"value": 1}, True))


def _combine(draw: Draw, place: dict[str, Any]) -> None:
    """Fields that exclude one another or that have no effect."""
    place |= draw.choice(
        (
            {"accelerator": "h100", "instance": "p5.48xlarge"},
            {"accelerator_hours": 10, "training_tokens_b": 1},
            {"mfu": 0.4, "tuned": True},
            {"batch_size": 4, "requests_per_s": 1},
            {"model": "llama-3.1-8b", "total_params_b": 8},
            {"pricing": {"kind": "owned", "usd_per_accelerator_hour": 2}},
            {"contract": {"share": 1, "g_per_kwh": 10, "residual_g_per_kwh": 300}},
        )
    )


def _leave_out(draw: Draw, place: dict[str, Any]) -> None:
    del place[draw.choice(list(place))]
