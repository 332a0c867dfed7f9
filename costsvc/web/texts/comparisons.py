"""The paragraphs of comparisons: what is compared, and what comes out."""

from collections.abc import Iterator
from datetime import datetime

from costsvc.estimates.answer import Plain
from costsvc.model.uncertainty import DRAWS
from costsvc.web import numbers
from costsvc.web.texts import words
from costsvc.web.texts.taken import Citation, References, Taken, citation, identity, reason

INTERVALS = "Ranges in parentheses are 90 % intervals."
BASES = {
    "total": "location-based and embodied",
    "location": "location-based",
    "market": "market-based",
    "marginal": "marginal",
}
ONE_OF = {
    "energy_kwh": "kWh",
    "carbon_kg": "kg of CO₂e",
    "water_l": "L of water",
    "cost_usd": "USD",
    "hours": "hour",
}
VERDICTS = {
    "from": "{a} needs less than {b} from {at} tasks on",
    "up_to": "{a} needs less than {b} up to {at} tasks",
    "always": "{a} always needs less than {b}",
    "never": "{a} never needs less than {b}",
    "equal": "{a} and {b} need the same",
}


def amortization(taken: Taken) -> Citation:
    """The citation of a comparison of strategies."""
    answer = taken.answer
    said = [
        _covered(answer),
        *(f"{_quoted(one['name'])} takes {_totals(one['total'])}." for one in answer["strategies"]),
        *(_verdict(one, answer["tasks"]) for one in answer["break_even"]),
        _basis(answer),
        INTERVALS,
        identity(answer),
    ]
    return citation(said, answer, References.of(answer))


def change(taken: Taken) -> Citation:
    """The citation of a workload before and after a change."""
    answer = taken.answer
    kind = "training" if "training" in taken.answer["request"]["before"] else "inference"
    said = [
        f"{_described(kind, answer['before']['request'])} takes {_totals(answer['before'])}; after the change, "
        f"{_run(answer['after']['request'])}, it takes {_totals(answer['after'])}.",
        words.plain(answer["summary"].replace("**", "").replace("`", "")),
        _lower(answer["probability_lower"]),
        _basis(answer),
        INTERVALS,
        identity(answer),
    ]
    return citation(said, answer, References.of(answer))


def placement(taken: Taken) -> Citation:
    """The citation of a search for a place."""
    answer = taken.answer
    kind = "training" if "training" in answer["request"] else "inference"
    baseline = answer["baseline"]["request"]
    said = [
        f"For {_lowered(_described(kind, baseline))}, the search covered {_options(answer)}, ranked by "
        f"{_ranked_by(answer)}.",
        _best(answer),
        f"As described, the workload takes {_totals(answer['baseline'])}.",
        _basis(answer),
        INTERVALS,
        identity(answer),
    ]
    return citation(said, answer, References.of(answer))


def schedule(taken: Taken) -> Citation:
    """The citation of a search for a time."""
    answer = taken.answer
    request = answer["request"]
    said = [
        f"For {_timed(answer)}, which runs {numbers.duration(answer['duration_h'])} and uses "
        f"{numbers.energy(answer['energy_kwh'])} of electricity at the building's meter, start times between "
        f"{_instant(request['earliest'])} and the deadline {_instant(request['deadline'])} were compared.",
        *_windows(answer),
        INTERVALS,
        identity(answer),
    ]
    return citation(said, answer, References.of(answer))


def _timed(answer: Plain) -> str:
    """What is to run: a workload, or no more than its energy."""
    request, zone = answer["request"], answer["place"]["zone"]
    kind = next((kind for kind in ("training", "inference") if kind in request), None)
    if kind is None:
        return f"a workload {words.place(request, zone)}"
    inner = request[kind]
    return f"{_lowered(words.subject(kind, inner))} on {words.hardware(inner)} {words.place(inner, zone)}"


def _covered(answer: Plain) -> str:
    names = words.both([_quoted(one["name"]) for one in answer["strategies"]])
    tasks = f"{numbers.exact(answer['tasks'])} task{'' if answer['tasks'] == 1 else 's'}"
    requests = answer["requests_per_task"]
    each = f" of {numbers.exact(requests)} requests each" if requests is not None else ""
    return f"The strategies {names} are compared for {tasks}{each}."


def _quoted(name: str) -> str:
    return f"“{words.plain(name)}”"


def _totals(outcome: Plain) -> str:
    said = [
        f"{numbers.text(outcome[metric], words.dimension(metric))}{_of(metric)}"
        for metric in words.METRICS
        if outcome.get(metric) is not None
    ]
    missing = [word for metric, word in words.METRICS.items() if metric in outcome and outcome[metric] is None]
    known = words.both(said) if said else "unknown amounts"
    return known + (f" ({words.both(missing)} not known)" if missing else "")


def _of(metric: str) -> str:
    return "" if metric in ("cost_usd", "hours") else f" of {words.METRICS[metric]}"


def _verdict(found: Plain, tasks: float) -> str:
    metric = words.METRICS[found["metric"]]
    if found["verdict"] is None:
        return f"In {metric} they cannot be compared, for it is not known of both."
    strategy, against = _quoted(found["strategy"]), _quoted(found["against"])
    said = VERDICTS[found["verdict"]].format(a=strategy, b=against, at=numbers.count(found["tasks"]))
    return f"In {metric}, {said}{_chance(found, strategy, tasks)}."


def _chance(found: Plain, strategy: str, tasks: float) -> str:
    if found["probability"] is None:
        return ""
    number = f"{numbers.exact(tasks)} task{'' if tasks == 1 else 's'}"
    return f"; at {number} the probability that {strategy} needs less is {_odds(found['probability'])}"


def _odds(probability: float) -> str:
    """A probability in words; a finite number of draws shows neither certainty nor impossibility."""
    return numbers.percent(min(max(probability, 1 / DRAWS), 1 - 1 / DRAWS))


def _basis(answer: Plain) -> str:
    return f"CO₂e is {BASES[answer['carbon_basis']]}."


def _described(kind: str, request: Plain) -> str:
    return f"{words.subject(kind, request)} {_run(request)}"


def _run(request: Plain) -> str:
    return f"on {words.hardware(request)} {words.place(request)}"


def _lowered(sentence: str) -> str:
    """A sentence's begin inside another; a name such as LoRA keeps its capitals."""
    return sentence if sentence[1].isupper() or "LoRA" in sentence[:6] else sentence[0].lower() + sentence[1:]


def _lower(probabilities: Plain) -> str:
    said = [
        f"{_odds(probabilities[metric])} for {word}"
        for metric, word in words.METRICS.items()
        if probabilities[metric] is not None
    ]
    return f"The probability of being lower after the change is {words.both(said)}." if said else ""


def _options(answer: Plain) -> str:
    considered, allowed = answer["options_considered"], answer["options_allowed"]
    many = f"{considered} combination{'' if considered == 1 else 's'} of accelerator, region, seller and price"
    return many if allowed == considered else f"{many} ({allowed or 'none'} within the limits)"


def _ranked_by(answer: Plain) -> str:
    weights = answer["weights"]
    if list(weights.values()) == [1.0]:
        return words.METRICS[next(iter(weights))]
    said = [f"{numbers.exact(weight)} per {ONE_OF[metric]}" for metric, weight in weights.items()]
    return f"a weighted sum ({words.both(said)})"


def _best(answer: Plain) -> str:
    if not answer["options"]:
        return ""
    best = answer["options"][0]
    kind = best["request"].get("pricing", {}).get("kind", "on-demand")
    return (
        f"The best is {words.hardware(best['request'])} {words.place(best['request'])} at {words.plain(kind)} prices, "
        f"with {_totals(best)}{_against(best['difference'])}."
    )


def _against(difference: Plain) -> str:
    said = [
        f"{_signed(difference[metric]['percent'])} {word}"
        for metric, word in words.METRICS.items()
        if difference[metric] and difference[metric]["percent"]
    ]
    return f"; against the workload as described this is {words.both(said)}" if said else ""


def _signed(percent: Plain) -> str:
    found = numbers.shown(percent, "number")
    ends = zip((found.value, found.low, found.high), (percent["value"], percent["low"], percent["high"]), strict=True)
    # an end that is open has no sign
    value, low, high = (f"+{said}" if (number or 0.0) > 0 else said for said, number in ends)
    return f"{value} %" if value == low == high else f"{value} % ({low} to {high})"


def _windows(answer: Plain) -> Iterator[str]:
    if answer["windows"] is None:
        because = reason(answer, "windows")
        yield f"Which window is best is not known{f', as {because}' if because else ''}."
        return
    best, now = answer["windows"][0], answer["now"]
    yield f"The best window, from {_instant(best['start'])} to {_instant(best['end'])}, has {_window(best)}."
    yield f"A start at once has {_window(now)}." if now["start"] != best["start"] else "That is a start at once."
    for saving in answer["savings"]:
        yield _saving(saving, answer)
    yield "Intensities are means of past years by month and hour, at the average of the grid."


def _window(window: Plain) -> str:
    head, bracket, interval = numbers.count(window["g_per_kwh"]).partition(" (")
    return f"{head} g CO₂e/kWh{bracket}{interval} and causes {numbers.carbon(window['location_kg'])} of CO₂e"


def _saving(saving: Plain, answer: Plain) -> str:
    against = words.plain(saving["against"])
    if against == "best_other_region":
        against = f"the best window of {words.plain(answer['best_other_region']['region'])}"
    else:
        against = {"now": "a start at once", "average": "the average over these days"}.get(against, against)
    return (
        f"Against {against} the saving is {numbers.carbon(saving['location_kg'])} of CO₂e{_percent(saving['percent'])}."
    )


def _percent(saved: Plain | None) -> str:
    if not saved:
        return ""
    head, bracket, interval = numbers.count(saved).partition(" (")
    return f", or {head} %{bracket}{interval}"


def _instant(text: str) -> str:
    """An instant in UTC, to the minute."""
    return f"{datetime.fromisoformat(text):%Y-%m-%d %H:%M} UTC"
