"""The headline of an answer: its main result in one sentence."""

from collections.abc import Callable, Mapping

from costsvc.answers.amortization import Amortization
from costsvc.answers.api_or_own import ApiOrOwnAnswer
from costsvc.answers.change import ChangeAnswer
from costsvc.answers.estimate import InferenceEstimate, TrainingEstimate
from costsvc.answers.placement import PlacementAnswer
from costsvc.answers.quantities import Metric
from costsvc.answers.schedule import ScheduleAnswer
from costsvc.report import numbers
from costsvc.report.answers import Answer, Request, of_kind, percent_of, read_request
from costsvc.report.labels import ALTERNATIVES, COMPARED, TOTALS
from costsvc.units import PER_BILLION

MORE_LIKELY = 0.5
IN_HEADLINE: tuple[Metric, ...] = ("energy_kwh", "carbon_kg", "cost_usd")
"""The metrics of a change that its headline names."""


def headline(kind: str, answer: Answer) -> str:
    """The headline of an answer.

    Args:
        kind: The kind of question.
        answer: The answer.
    """
    return _HEADLINES[kind](answer)


def _training(answer: TrainingEstimate) -> str:
    request = read_request(answer["request"])
    where = answer["place"]["region"]
    if answer["accelerator_hours"] is None:
        return f"Training {_model(request)}: measured energy in {where}"
    hours = numbers.count(answer["accelerator_hours"]["value"])
    return f"Training {_model(request)}: {hours} accelerator-hours on {_machine(request)} in {where}"


def _inference(answer: InferenceEstimate) -> str:
    request = read_request(answer["request"])
    number = numbers.count(request.get("requests", 1.0))
    noun = "request" if number == "1" else "requests"
    return f"{number} {noun} to {_model(request)} on {_machine(request)} in {answer['place']['region']}"


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
        return f"{request.get('instances', 1):g} x {request['instance']}"
    return f"{request.get('accelerators', 1):g} x {request['accelerator']}"


def _amortization(answer: Amortization) -> str:
    tasks, ranking = numbers.count(answer["tasks"]), answer["ranking"]
    metric: Metric = "cost_usd" if ranking["cost_usd"] else "energy_kwh"
    if not ranking[metric]:
        return f"At {tasks} tasks, the cost of no strategy is known"
    cheapest = ranking[metric][0]
    others = [TOTALS[field].noun for field in TOTALS if ranking[field] and ranking[field][0] != cheapest]
    exception = f"; not in {' and '.join(others)}" if others else ""
    return f"At {tasks} tasks, {cheapest} is the cheapest in {COMPARED[metric].noun}{exception}"


def _api_or_own(answer: ApiOrOwnAnswer) -> str:
    cost = next(entry for entry in answer["break_even"] if entry["metric"] == "cost_usd")
    traffic = numbers.count(answer["requests_per_month"])
    probability = cost["probability_own_cheaper"]
    if probability is None:
        return f"At {traffic} requests a month, the cost of one side is not known"
    cheaper = "own hardware is cheaper than calls" if probability >= MORE_LIKELY else "calls are cheaper"
    return f"At {traffic} requests a month, {cheaper}. {cost['reason']}"


def _placement(answer: PlacementAnswer) -> str:
    if not answer["options"]:
        return "No option is within the limits"
    best = answer["options"][0]
    request, percent = read_request(best["request"]), percent_of(best["difference"]["carbon_kg"])
    where = f"{_machine(request)} in {request.get('region', 'world')}"
    change = f": {numbers.change(percent['value'])} CO2e compared with now" if percent else ""
    return f"Best of {answer['options_allowed']}: {where}{change}"


def _change(answer: ChangeAnswer) -> str:
    parts = []
    for metric in IN_HEADLINE:
        percent = percent_of(answer["difference"][metric])
        if percent:
            change = numbers.change(percent["value"])
            reduction = numbers.probability(answer["probability_lower"][metric])
            parts.append(f"{COMPARED[metric].title} {change} (probability of a reduction: {reduction})")
    return ", ".join(parts) or "The difference is not known"


def _schedule(answer: ScheduleAnswer) -> str:
    if not answer["windows"]:
        return f"No hourly grid data for {answer['place']['region']}"
    start = answer["windows"][0]["spans"][0]["start"].replace("T", " ").removesuffix(":00Z")
    saving = next((saving for saving in answer["savings"] or [] if saving["against"] == "now"), None)
    percent = saving["percent"] if saving else None
    less = f"; {percent['value']:.0f} % less CO2e than {ALTERNATIVES['now']}" if percent else ""
    return f"Best start at {start} UTC{less}"


_HEADLINES: Mapping[str, Callable[[Answer], str]] = {
    "training": of_kind(_training),
    "inference": of_kind(_inference),
    "amortization": of_kind(_amortization),
    "api_or_own": of_kind(_api_or_own),
    "placement": of_kind(_placement),
    "change": of_kind(_change),
    "schedule": of_kind(_schedule),
}
