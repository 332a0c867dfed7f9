"""The headline of an answer: its main result in one sentence."""

from collections.abc import Callable, Mapping, Sequence

from costsvc.answers.amortization import Amortization, BreakEven, Verdict
from costsvc.answers.api_or_own import ApiOrOwnAnswer
from costsvc.answers.change import ChangeAnswer
from costsvc.answers.estimate import Estimate, InferenceEstimate, TrainingEstimate
from costsvc.answers.placement import OptionAnswer, PlacementAnswer
from costsvc.answers.quantities import Metric, Quantity
from costsvc.answers.schedule import ScheduleAnswer
from costsvc.reference.places import WORLD
from costsvc.report import numbers
from costsvc.report.answers import Answer, Request, of_kind, percent_of, read_request, stated_request
from costsvc.report.labels import TOTALS
from costsvc.report.placement_cards import change, changes, machine
from costsvc.report.schedule_times import windows
from costsvc.report.texts.phrases import enumeration, plural
from costsvc.units import PER_BILLION

CLEAR = 0.9
"""Least probability of a change that a headline says."""
RANKED: tuple[Metric, ...] = ("cost_usd", "carbon_kg")
"""The metrics of two strategies that a headline compares."""
PAIR = 2
PAYS: Mapping[Verdict, str] = {
    "from": "in {{noun}} from {at} tasks on",
    "up_to": "in {{noun}} up to {at} tasks",
    "always": "in {{noun}} at any number of tasks",
    "never": "never in {{noun}}",
    "equal": "equally in {{noun}}",
}
"""When a strategy is cheaper than the other one."""
IN_HEADLINE: Mapping[Metric, str] = {"carbon_kg": "CO2e", "energy_kwh": "energy", "cost_usd": "money"}
"""The metrics of a change that its headline names."""


def headline(kind: str, answer: Answer) -> str:
    """The headline of an answer.

    Args:
        kind: The kind of question.
        answer: The answer.
    """
    text = _HEADLINES[kind](answer)
    return text[:1].upper() + text[1:]


def _training(answer: TrainingEstimate) -> str:
    request = stated_request(answer)
    if answer["accelerator_hours"] is None:
        return f"Training {_model(request)} {_place(request)}, with measured energy, {_amounts(answer)}"
    work = f"{_hours(answer['accelerator_hours'])} accelerator-hours"
    return f"Training {_model(request)} for {work} on {_machine(request)} {_place(request)} {_amounts(answer)}"


def _hours(hours: Quantity) -> str:
    """Accelerator-hours; all digits of a number that the request gives."""
    return numbers.exact(hours["value"]) if hours["low"] == hours["high"] else numbers.count(hours["value"])


def _inference(answer: InferenceEstimate) -> str:
    request = stated_request(answer)
    number = numbers.count(request.get("requests", 1.0))
    noun = "request" if number == "1" else "requests"
    of = f"{number} {noun} to {_model(request)} on {_machine(request)} {_place(request)}"
    return f"{of} {_amounts(answer, plural=number != '1')}"


def _amounts(answer: Estimate, *, plural: bool = False) -> str:
    """The two totals that people ask for first, else the energy."""
    end = "" if plural else "s"
    carbon, cost = answer["carbon"]["total_kg"], answer["cost"]["total_usd"]
    parts = [
        *([f"emit{end} about {numbers.carbon(carbon['value'])} of CO2e"] if carbon else []),
        *([f"cost{end} about {numbers.money(cost['value'])}"] if cost else []),
    ]
    return " and ".join(parts) or f"use{end} about {numbers.energy(answer['energy_kwh']['value'])}"


def _model(request: Request) -> str:
    if "model" in request:
        return str(request["model"])
    if "total_params_b" in request:
        return f"a model of {numbers.count(PER_BILLION * request['total_params_b'])} parameters"
    return "a model"


def _machine(request: Request) -> str:
    if "provider" in request:
        return f"the machines of {request['provider']}"
    if "instance" in request:
        return f"{request.get('instances', 1):,g} {request['instance']}"
    if "accelerators" not in request:
        return request["accelerator"]
    return f"{request['accelerators']:,g} {request['accelerator']}"


def _place(request: Request) -> str:
    region = request.get("region", WORLD)
    return "at the world's average" if region == WORLD else f"in {region}"


def _amortization(answer: Amortization) -> str:
    tasks, ranking = plural(answer["tasks"], "task"), answer["ranking"]
    known = [entry for entry in answer["break_even"] if entry["metric"] in RANKED and entry["verdict"] is not None]
    if len(answer["strategies"]) == PAIR and known:
        return f"{known[0]['strategy']} {_pays(known)}; you have {tasks}"
    metric: Metric = "cost_usd" if ranking["cost_usd"] else "energy_kwh"
    if not ranking[metric]:
        return f"At {tasks}, the cost of no strategy is known"
    cheapest = ranking[metric][0]
    others = [_noun(field) for field in TOTALS if ranking[field] and ranking[field][0] != cheapest]
    exception = f", but not in {enumeration(others)}" if others else ""
    return f"At {tasks}, {cheapest} is the cheapest in {_noun(metric)}{exception}"


def _pays(entries: Sequence[BreakEven]) -> str:
    """From how many tasks on a strategy pays in each metric; the same once."""
    said: dict[str, list[str]] = {}
    for entry in sorted(entries, key=lambda entry: entry["metric"] != "cost_usd"):
        at = entry["tasks"]["value"] if entry["tasks"] else None
        verdict = entry["verdict"] or "equal"
        if verdict == "from" and at is not None and at <= 1:
            verdict = "always"
        said.setdefault(PAYS[verdict].format(at=numbers.count(at)), []).append(_noun(entry["metric"]))
    parts = [words.format(noun=enumeration(nouns)) for words, nouns in said.items()]
    first, *more = parts
    begin = first.replace("never", "never pays", 1) if first.startswith("never") else f"pays {first}"
    return ", ".join([begin, *more])


def _noun(metric: Metric) -> str:
    return "money" if metric == "cost_usd" else TOTALS[metric].noun


def _api_or_own(answer: ApiOrOwnAnswer) -> str:
    cost = next(entry for entry in answer["break_even"] if entry["metric"] == "cost_usd")
    traffic = numbers.count(answer["requests_per_month"])
    calls, own = (answer[side]["per_month"]["cost_usd"] for side in ("api", "own"))
    if calls is None or own is None:
        return f"At {traffic} requests a month, the cost of one side is not known"
    amounts = f"calls cost about {numbers.money(calls['value'])} and own hardware {numbers.money(own['value'])}"
    return f"At {traffic} requests a month, {amounts}. {cost['reason']}"


def _placement(answer: PlacementAnswer) -> str:
    cleanest, cheapest = answer["best"]["carbon_kg"], answer["best"]["cost_usd"]
    if not answer["options"]:
        return "No option is within the limits"
    if cleanest and cheapest and cleanest["rank"] == cheapest["rank"]:
        return f"Least CO2e and money {_option(cleanest, answer)}: {changes(cleanest['difference'])} than now"
    found: tuple[tuple[OptionAnswer | None, str, Metric], ...] = (
        (cleanest, "CO2e", "carbon_kg"),
        (cheapest, "money", "cost_usd"),
    )
    return ". ".join(
        f"Least {noun} {_option(option, answer)}{_than_now(option, metric, noun)}"
        for option, noun, metric in found
        if option is not None
    )


def _option(option: OptionAnswer, answer: PlacementAnswer) -> str:
    request = read_request(option["request"], answer["names"])
    return f"on {machine(request)} {_place(request)}"


def _than_now(option: OptionAnswer, metric: Metric, noun: str) -> str:
    percent = percent_of(option["difference"][metric])
    text = change(percent["value"], noun) if percent else None
    return f": {text} than now" if text else ""


def _change(answer: ChangeAnswer) -> str:
    clear, unclear = [], []
    for metric, noun in IN_HEADLINE.items():
        percent, probability = percent_of(answer["difference"][metric]), answer["probability_lower"][metric]
        text = change(percent["value"], noun) if percent else None
        if text is None or probability is None:
            continue
        if probability >= CLEAR or probability <= 1 - CLEAR:
            clear.append(text)
        else:
            unclear.append(noun)
    words = enumeration(unclear)
    parts = [*([f"About {enumeration(clear)}"] if clear else [])]
    parts += [f"{words[:1].upper()}{words[1:]}: no clear change"] if unclear else []
    return ". ".join(parts) or "The difference is not known"


def _schedule(answer: ScheduleAnswer) -> str:
    found = windows(answer)
    if not found:
        region = answer["place"]["region"]
        return f"We have no hourly grid data for {answer['names'].get(region, region)}"
    saving = next((saving for saving in answer["savings"] or [] if saving["against"] == "now"), None)
    percent = saving["percent"] if saving else None
    less = change(-percent["value"], "CO2e") if percent else None
    return f"Best time: {found[0]}{f': {less} than a start at once' if less else ''}"


_HEADLINES: Mapping[str, Callable[[Answer], str]] = {
    "training": of_kind(_training),
    "inference": of_kind(_inference),
    "amortization": of_kind(_amortization),
    "api_or_own": of_kind(_api_or_own),
    "placement": of_kind(_placement),
    "change": of_kind(_change),
    "schedule": of_kind(_schedule),
}
