"""Sources, warnings and gaps of a comparison, from the logs of its parts."""

from collections.abc import Mapping

from costsvc.answers.explanation import Provenance
from costsvc.estimates.answer import explain_log
from costsvc.reference.catalog import Catalog
from costsvc.resolve.log import FactorLog
from costsvc.resolve.site import NAME_READ


def combine_logs(parts: Mapping[str, FactorLog], common: FactorLog, catalog: Catalog, *named: object) -> Provenance:
    """The sources, warnings, gaps and versions of a comparison; each part lists its own factors.

    Args:
        parts: The log of each part by its path in the request, which becomes the prefix of its gaps.
        common: The log of the comparison itself.
        catalog: The reference tables.
        *named: Requests, and parts of the answer, whose ids have names for people.
    """
    combined = FactorLog(factors=dict(common.factors), warnings=dict(common.warnings))
    for path, log in parts.items():
        combined.factors |= {f"{path}.{name}": factor for name, factor in log.factors.items()}
        combined.warnings |= log.warnings
        combined.unavailable |= {f"{path}.{field}": reason for field, reason in log.unavailable.items()}
    said = dict.fromkeys(log.warnings[NAME_READ] for log in (common, *parts.values()) if NAME_READ in log.warnings)
    if said:
        combined.warnings[NAME_READ] = " ".join(said)  # each part may have a name of its own
    explained = explain_log(combined, catalog, None, *named)
    return {
        "names": explained["names"],
        "unavailable": explained["unavailable"],
        "sources": explained["sources"],
        "warnings": explained["warnings"],
        "data_version": explained["data_version"],
        "version": explained["version"],
    }
