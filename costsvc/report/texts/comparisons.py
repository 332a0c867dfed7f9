"""The citations of comparisons: what was compared, and the results."""

from collections.abc import Iterator, Mapping
from datetime import datetime

from costsvc.answers.amortization import Amortization, BreakEven
from costsvc.answers.api_or_own import ApiOrOwnAnswer
from costsvc.answers.change import ChangeAnswer, ProbabilitiesAnswer
from costsvc.answers.placement import Differences, OutcomeAnswer, PlacementAnswer
from costsvc.answers.quantities import Amounts, CarbonBasis, PlacementMetric, Quantity
from costsvc.answers.schedule import Emitted, Saving, ScheduleAnswer
from costsvc.report import numbers
from costsvc.report.answers import Answer, Request, percent_of, read_request, workload_kind
from costsvc.report.labels import ALTERNATIVES, CARBON_BASES, COMPARED, DIMENSIONS, verdict
from costsvc.report.texts import phrases
from costsvc.report.texts.estimate import INTERVALS
from costsvc.report.texts.export import Citation, References, citation, identity, short_reason

UNITS: Mapping[str, str] = {
    **{field: metric.unit for field, metric in COMPARED.items()},
    "carbon_kg": "kg of CO₂e",
    "water_l": "L of water",
    "hours": "hour",
}
"""The unit of a weight, after ``per``."""
SELF_EXPLANATORY = ("cost_usd", "hours")
"""Metrics whose unit says what they measure."""
SEASONAL = "Intensities are means of past years by month and hour, at the average of the grid."


def amortization(answer: Amortization) -> Citation:
    """Compose the citation of a comparison of strategies."""
    return _citation(
        answer,
        _strategies(answer),
        *(
            f"{_quoted(strategy['name'])} takes {_totals(_amounts(strategy['total']))}."
            for strategy in answer["strategies"]
        ),
        *(_verdict(entry, answer["tasks"]) for entry in answer["break_even"]),
        _carbon_basis(answer["carbon_basis"]),
    )


def api_or_own(answer: ApiOrOwnAnswer) -> Citation:
    """Compose the citation of a hosted model against own hardware."""
    body = answer["request"]
    api, own = (read_request(body[side], answer["names"]) for side in ("api", "own"))
    called = phrases.one_line(str(api.get("model", "a hosted model")))
    requests = numbers.count(answer["requests_per_month"])
    return _citation(
        answer,
        f"A month of {requests} requests to {called} takes {_totals(_amounts(answer['api']['per_month']))}.",
        f"{numbers.count(answer['replicas'])} x {_machine_and_place(own)} takes"
        f" {_totals(_amounts(answer['own']['per_month']))}.",
        *(f"{COMPARED[entry['metric']].title}: {phrases.one_line(entry['reason'])}" for entry in answer["break_even"]),
        _carbon_basis(answer["carbon_basis"]),
    )


def change(answer: ChangeAnswer) -> Citation:
    """Compose the citation of a workload before and after a change."""
    kind = workload_kind(answer["request"]["before"]) or "inference"
    before, after = answer["before"], answer["after"]
    was, becomes = (read_request(side["request"], answer["names"]) for side in (before, after))
    return _citation(
        answer,
        f"{_workload(kind, was)} takes {_totals(_outcome(before))}; after the change, "
        f"{_machine_and_place(becomes)}, it takes {_totals(_outcome(after))}.",
        phrases.one_line(answer["summary"].replace("**", "").replace("`", "")),
        _probability_lower(answer["probability_lower"]),
        _carbon_basis(answer["carbon_basis"]),
    )


def placement(answer: PlacementAnswer) -> Citation:
    """Compose the citation of a search for a place."""
    kind = workload_kind(answer["request"]) or "inference"
    workload = phrases.inside_sentence(_workload(kind, read_request(answer["baseline"]["request"], answer["names"])))
    return _citation(
        answer,
        f"For {workload}, the search covered {_options(answer)}, ranked by {_ranking(answer)}.",
        _best_option(answer),
        f"The workload as described takes {_totals(_outcome(answer['baseline']))}.",
        _carbon_basis(answer["carbon_basis"]),
    )


def schedule(answer: ScheduleAnswer) -> Citation:
    """Compose the citation of a search for a start time."""
    request = read_request(answer["request"])
    return _citation(
        answer,
        f"For {_scheduled(answer)}, which runs {numbers.duration(answer['duration_h'])} and uses "
        f"{numbers.energy(answer['energy_kwh'])} of electricity at the building's meter, start times between "
        f"{_instant(request['earliest'])} and the deadline {_instant(request['deadline'])} were compared.",
        *_windows(answer),
    )


def _citation(answer: Answer, *sentences: str) -> Citation:
    return citation([*sentences, INTERVALS, identity(answer)], answer, References.of(answer))


def _strategies(answer: Amortization) -> str:
    names = phrases.enumeration([_quoted(strategy["name"]) for strategy in answer["strategies"]])
    requests = answer["requests_per_task"]
    each = f" of {numbers.exact(requests)} requests each" if requests is not None else ""
    return f"The strategies {names} are compared for {phrases.plural(answer['tasks'], 'task')}{each}."


def _quoted(name: str) -> str:
    return f"“{phrases.one_line(name)}”"


def _totals(amounts: Mapping[PlacementMetric, Quantity | None]) -> str:
    known = [
        numbers.text(amount, DIMENSIONS[field]) + ("" if field in SELF_EXPLANATORY else f" of {phrases.METRICS[field]}")
        for field, amount in amounts.items()
        if amount is not None
    ]
    missing = [phrases.METRICS[field] for field, amount in amounts.items() if amount is None]
    totals = phrases.enumeration(known) if known else "unknown amounts"
    return totals + (f" ({phrases.enumeration(missing)} not known)" if missing else "")


def _outcome(outcome: OutcomeAnswer) -> dict[PlacementMetric, Quantity | None]:
    return {**_amounts(outcome), "hours": outcome["hours"]}


def _amounts(outcome: Amounts) -> dict[PlacementMetric, Quantity | None]:
    return {
        "energy_kwh": outcome["energy_kwh"],
        "carbon_kg": outcome["carbon_kg"],
        "water_l": outcome["water_l"],
        "cost_usd": outcome["cost_usd"],
    }


def _verdict(entry: BreakEven, tasks: float) -> str:
    noun, strategy = phrases.METRICS[entry["metric"]], _quoted(entry["strategy"])
    sentence = verdict(entry, numbers.count(entry["tasks"]), strategy, _quoted(entry["against"]))
    if sentence is None:
        return f"They cannot be compared in {noun}, which is not known of both."
    return f"In {noun}, {sentence}{_probability_cheaper(entry, strategy, tasks)}."


def _probability_cheaper(entry: BreakEven, strategy: str, tasks: float) -> str:
    if entry["probability"] is None:
        return ""
    probability = numbers.probability(entry["probability"])
    return f"; at {phrases.plural(tasks, 'task')} the probability that {strategy} is cheaper is {probability}"


def _carbon_basis(basis: CarbonBasis) -> str:
    return f"CO₂e is {CARBON_BASES[basis]}."


def _workload(kind: str, request: Request) -> str:
    return f"{phrases.workload(kind, request)} {_machine_and_place(request)}"


def _machine_and_place(request: Request) -> str:
    return f"on {phrases.hardware(request)} {phrases.place(request)}"


def _probability_lower(probabilities: ProbabilitiesAnswer) -> str:
    known = [
        f"{numbers.probability(probabilities[field])} for {noun}"
        for field, noun in phrases.METRICS.items()
        if probabilities[field] is not None
    ]
    return f"The probability of a reduction is {phrases.enumeration(known)}." if known else ""


def _options(answer: PlacementAnswer) -> str:
    considered, allowed = answer["options_considered"], answer["options_allowed"]
    combinations = f"{considered} combination{'' if considered == 1 else 's'} of accelerator, region, seller and price"
    return combinations if allowed == considered else f"{combinations} ({allowed or 'none'} within the limits)"


def _ranking(answer: PlacementAnswer) -> str:
    weights = answer["weights"]
    if list(weights.values()) == [1.0]:
        return next(noun for field, noun in phrases.METRICS.items() if field in weights)
    terms = [f"{numbers.exact(weight)} per {UNITS[field]}" for field, weight in weights.items()]
    return f"a weighted sum ({phrases.enumeration(terms)})"


def _best_option(answer: PlacementAnswer) -> str:
    if not answer["options"]:
        return ""
    best = answer["options"][0]
    request = read_request(best["request"], answer["names"])
    kind = phrases.one_line(request.get("pricing", {}).get("kind", "on-demand"))
    return (
        f"The best option is {phrases.hardware(request)} {phrases.place(request)} at {kind} prices, "
        f"with {_totals(_outcome(best))}{_difference(best['difference'])}."
    )


def _difference(difference: Differences) -> str:
    percents = {noun: percent_of(difference[field]) for field, noun in phrases.METRICS.items()}
    changes = [f"{numbers.change(percent)} {noun}" for noun, percent in percents.items() if percent]
    return f"; relative to the workload as described this is {phrases.enumeration(changes)}" if changes else ""


def _scheduled(answer: ScheduleAnswer) -> str:
    """The workload of a schedule, or a load that only its energy describes."""
    kind = workload_kind(answer["request"])
    workload = read_request(answer["request"][kind] if kind else answer["request"], answer["names"])
    place = phrases.place_of(answer, workload)
    if kind is None:
        return f"a workload {place}"
    run = phrases.inside_sentence(phrases.workload(kind, workload))
    return f"{run} on {phrases.hardware(workload)} {place}"


def _windows(answer: ScheduleAnswer) -> Iterator[str]:
    if answer["windows"] is None or answer["now"] is None:
        yield f"The best window is not known{phrases.because(short_reason(answer, 'windows'))}."
        return
    best, now = answer["windows"][0], answer["now"]
    yield f"The best window, from {_instant(best['start'])} to {_instant(best['end'])}, has {_window(best)}."
    yield f"A start at once has {_window(now)}." if now["start"] != best["start"] else "That is a start at once."
    for saving in answer["savings"] or []:
        yield _saving(saving, answer)
    yield SEASONAL


def _window(window: Emitted) -> str:
    head, bracket, interval = numbers.count(window["g_per_kwh"]).partition(" (")
    return f"{head} g CO₂e/kWh{bracket}{interval} and causes {numbers.carbon(window['location_kg'])} of CO₂e"


def _saving(saving: Saving, answer: ScheduleAnswer) -> str:
    alternative, other = ALTERNATIVES[saving["against"]], answer["best_other_region"]
    if saving["against"] == "best_other_region" and other is not None:
        alternative = f"the best window of {phrases.one_line(answer['names'].get(other['region'], other['region']))}"
    saved = numbers.carbon(saving["location_kg"])
    return f"Compared with {alternative} the saving is {saved} of CO₂e{_percent(saving['percent'])}."


def _percent(percent: Quantity | None) -> str:
    if not percent:
        return ""
    head, bracket, interval = numbers.count(percent).partition(" (")
    return f", or {head} %{bracket}{interval}"


def _instant(text: str) -> str:
    """An instant in UTC, to the minute."""
    return f"{datetime.fromisoformat(text):%Y-%m-%d %H:%M} UTC"
