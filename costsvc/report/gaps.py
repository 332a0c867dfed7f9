"""The results that an answer lacks, in words."""

import re

from costsvc.answers.explanation import Provenance
from costsvc.report.labels import RESULTS

PART = re.compile(r"^(?:options\.\d+|baseline|before|after|api|own)\.")
"""The part of a comparison that lacks a result; what it lacks says more than which part."""


def missing_results(answer: Provenance) -> list[tuple[str, str]]:
    """Results that are not available, and why; what several parts of a comparison lack is listed once.

    Args:
        answer: The answer.
    """
    found = ((PART.sub("", gap["field"]), gap["reason"]) for gap in answer["unavailable"])
    return list(dict.fromkeys((RESULTS.get(field, field), reason) for field, reason in found))
