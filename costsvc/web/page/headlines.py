"""One sentence that says what was asked, or what the answer is."""

from collections.abc import Callable, Mapping

from costsvc.estimates.answer import Plain
from costsvc.web import numbers
from costsvc.web.page.filters import signed
from costsvc.web.page.results import METRICS, likely


def headline(kind: str, answer: Plain) -> str:
    """What the answer to a question says in one sentence.

    Args:
        kind: Kind of the question.
        answer: Its answer.
    """
    return _HEADLINES[kind](answer)


def _training(answer: Plain) -> str:
    said = answer["request"]
    hours = numbers.text(answer["accelerator_hours"]["value"], "number")
    return f"Training {_model(said)}: {hours} accelerator-hours on {_machine(said)} in {answer['place']['region']}"


def _inference(answer: Plain) -> str:
    said = answer["request"]
    requests = numbers.text(said.get("requests", 1.0), "number")
    what = "request" if requests == "1" else "requests"
    return f"{requests} {what} to {_model(said)} on {_machine(said)} in {answer['place']['region']}"


def _model(said: Plain) -> str:
    if "model" in said:
        return str(said["model"])
    if "total_params_b" in said:
        return f"a model of {numbers.text(1e9 * said['total_params_b'], 'number')} parameters"
    return "a model"


def _machine(said: Plain) -> str:
    if "instance" in said:
        return f"{said.get('instances', 1):g} x {said['instance']}"
    return f"{said.get('accelerators', 1):g} x {said['accelerator']}"


def _amortization(answer: Plain) -> str:
    tasks = numbers.text(answer["tasks"], "number")
    cheapest = answer["ranking"]["cost_usd"] or answer["ranking"]["energy_kwh"]
    if not cheapest:
        return f"At {tasks} tasks no strategy's cost is known"
    counted = "money" if answer["ranking"]["cost_usd"] else "energy"
    others = [METRICS[metric][0] for metric, order in answer["ranking"].items() if order and order[0] != cheapest[0]]
    but = f"; not by {' and '.join(others)}" if others else ""
    return f"At {tasks} tasks {cheapest[0]} is the cheapest, counted in {counted}{but}"


def _placement(answer: Plain) -> str:
    if not answer["options"]:
        return "No option is allowed"
    best = answer["options"][0]
    said, moved = best["request"], best["difference"]["carbon_kg"]
    where = f"{_machine(said)} in {said.get('region', 'world')}"
    percent = f": {signed(moved['percent']['value'])} % CO2e against now" if moved and moved["percent"] else ""
    return f"Best of {answer['options_allowed']}: {where}{percent}"


def _change(answer: Plain) -> str:
    parts = []
    for metric in ("energy_kwh", "carbon_kg", "cost_usd"):
        moved = answer["difference"][metric]
        if moved and moved["percent"]:
            title = METRICS[metric][0]
            probable = likely(answer["probability_lower"][metric])
            parts.append(f"{title} {signed(moved['percent']['value'])} % (lower with probability {probable})")
    return ", ".join(parts) or "The difference is not known"


def _schedule(answer: Plain) -> str:
    if not answer["windows"]:
        return f"When it runs in {answer['place']['region']} makes no known difference"
    best = answer["windows"][0]["spans"][0]["start"].replace("T", " ").removesuffix(":00Z")
    saved = next((one for one in answer["savings"] or [] if one["against"] == "now"), None)
    percent = saved and saved["percent"]
    gain = f"; {percent['value']:.0f} % less CO2e than at once" if percent else ""
    return f"Best begun at {best} UTC{gain}"


_HEADLINES: Mapping[str, Callable[[Plain], str]] = {
    "training": _training,
    "inference": _inference,
    "amortization": _amortization,
    "placement": _placement,
    "change": _change,
    "schedule": _schedule,
}
