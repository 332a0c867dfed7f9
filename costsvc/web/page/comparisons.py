"""The reports of comparisons that their templates show besides the answer."""

from collections.abc import Callable, Mapping
from typing import Any

from costsvc.answers.placement import OutcomeAnswer, PlacementAnswer
from costsvc.report.answers import Answer, of_kind, read_request, workload_kind
from costsvc.report.placement_cards import cards, changes, machine

Link = Callable[[str, object], str]
"""Makes the address of the estimate of a workload from its kind and its request."""
Linked = Callable[[Link], dict[str, Any]]


def comparison_report(kind: str, answer: Answer, link: Link) -> dict[str, Any]:
    """The reports of a comparison by name; none of an estimate.

    Args:
        kind: The kind of question.
        answer: The answer.
        link: Makes the address of an estimate.
    """
    return _REPORTS[kind](answer)(link) if kind in _REPORTS else {}


def _placement(placement: PlacementAnswer) -> Linked:
    """The options to choose from, and the rows of the table; each with the address of its estimate."""
    workload = workload_kind(placement["request"]) or "training"

    def linked(link: Link) -> dict[str, Any]:
        rows = [_row(placement["baseline"], "Now", "", placement["names"])]
        rows += [
            _row(one, str(one["rank"]), changes(one["difference"]), placement["names"]) for one in placement["options"]
        ]
        return {
            "cards": [{"card": card, "href": link(workload, card.option["request"])} for card in cards(placement)],
            "rows": [{**row, "href": link(workload, row["outcome"]["request"])} for row in rows],
        }

    return linked


def _row(outcome: OutcomeAnswer, title: str, changed: str, names: Mapping[str, str]) -> dict[str, Any]:
    """A row of the table of a placement."""
    request = read_request(outcome["request"], names)
    pricing = read_request(outcome["request"].get("pricing") or {}, names)
    sold = (pricing.get("provider"), pricing.get("kind"))
    return {
        "title": title,
        "outcome": outcome,
        "place": request.get("region", "world"),
        "region": outcome["request"].get("region", ""),
        "machine": machine(request),
        "price": ", ".join(str(word) for word in sold if word),
        "changes": changed,
    }


_REPORTS: Mapping[str, Callable[[Answer], Linked]] = {"placement": of_kind(_placement)}
