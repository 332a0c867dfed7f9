"""Method and path of every operation of openapi.yaml, by its operationId."""

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote, urlencode

from costsvc.requests.dotted import pairs

OPERATIONS: Mapping[str, tuple[str, str]] = {
    "estimateTraining": ("POST", "/v1/estimates/training"),
    "estimateServing": ("POST", "/v1/estimates/inference"),
    "estimateBatch": ("POST", "/v1/batches"),
    "compareStrategies": ("POST", "/v1/comparisons/amortization"),
    "compareApiOrOwn": ("POST", "/v1/comparisons/api-or-own"),
    "findPlace": ("POST", "/v1/comparisons/placement"),
    "compareChange": ("POST", "/v1/comparisons/change"),
    "findTime": ("POST", "/v1/comparisons/schedule"),
    "getModelFootprint": ("GET", "/v1/models/{name}/footprint"),
    "listAccelerators": ("GET", "/v1/accelerators"),
    "getAccelerator": ("GET", "/v1/accelerators/{name}"),
    "listInstances": ("GET", "/v1/instances"),
    "getInstance": ("GET", "/v1/instances/{name}"),
    "listRegions": ("GET", "/v1/regions"),
    "getRegion": ("GET", "/v1/regions/{name}"),
    "listModels": ("GET", "/v1/models"),
    "getModel": ("GET", "/v1/models/{name}"),
    "listPrices": ("GET", "/v1/prices"),
    "getPrice": ("GET", "/v1/prices/{name}"),
    "listSources": ("GET", "/v1/sources"),
    "getSource": ("GET", "/v1/sources/{name}"),
    "listData": ("GET", "/v1/data"),
    "getData": ("GET", "/v1/data/{name}"),
    "drawTrainingFigure": ("GET", "/v1/estimates/training/figures/{figure}"),
    "drawInferenceFigure": ("GET", "/v1/estimates/inference/figures/{figure}"),
    "drawAmortizationFigure": ("GET", "/v1/comparisons/amortization/figures/{figure}"),
    "drawApiOrOwnFigure": ("GET", "/v1/comparisons/api-or-own/figures/{figure}"),
    "drawPlacementFigure": ("GET", "/v1/comparisons/placement/figures/{figure}"),
    "drawChangeFigure": ("GET", "/v1/comparisons/change/figures/{figure}"),
    "drawScheduleFigure": ("GET", "/v1/comparisons/schedule/figures/{figure}"),
    "exportTraining": ("GET", "/v1/estimates/training/{document}"),
    "exportInference": ("GET", "/v1/estimates/inference/{document}"),
    "exportAmortization": ("GET", "/v1/comparisons/amortization/{document}"),
    "exportApiOrOwn": ("GET", "/v1/comparisons/api-or-own/{document}"),
    "exportPlacement": ("GET", "/v1/comparisons/placement/{document}"),
    "exportChange": ("GET", "/v1/comparisons/change/{document}"),
    "exportSchedule": ("GET", "/v1/comparisons/schedule/{document}"),
    "getValidation": ("GET", "/v1/validation"),
    "drawValidation": ("GET", "/v1/validation/figure.{form}"),
    "listTools": ("GET", "/v1/tools.json"),
    "checkHealth": ("GET", "/healthz"),
    "checkReadiness": ("GET", "/readyz"),
    "getMetrics": ("GET", "/metrics"),
    "getOpenapi": ("GET", "/openapi.json"),
}
REQUEST = "request"
"""Parameter whose fields are parameters of their own, under dotted names."""


def locate(operation: str, parameters: Mapping[str, Any]) -> tuple[str, str]:
    """The method of an operation, and its path with the query.

    Args:
        operation: Its operationId.
        parameters: Its parameters by name, as JSON; None is a parameter that is not given.

    Raises:
        ValueError: If the operation is not known, or a parameter of its path is not given.
    """
    if operation not in OPERATIONS:
        raise ValueError(f"{operation!r} is no operation; must be one of {', '.join(OPERATIONS)}")
    method, path = OPERATIONS[operation]
    given = {name: value for name, value in parameters.items() if value is not None}
    for name in re.findall(r"{(\w+)}", path):
        if name not in given:
            raise ValueError(f"{operation} needs {name}: {path}")
        path = path.replace(f"{{{name}}}", quote(str(given.pop(name)), safe="/:"))
    query = urlencode([*pairs(given.pop(REQUEST, {})), *pairs(given)])
    return method, f"{path}?{query}" if query else path
