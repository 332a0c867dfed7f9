"""Chip energy by ecologits: requests as JSON in, joules per output token out.

Runs in an environment of its own, which has no costsvc. A request names its active and total parameters
in billions and the requests answered at once, or none for what ecologits takes for granted.
"""

import json
import sys

from ecologits.impacts.llm import BATCH_SIZE, compute_llm_impacts_dag
from ecologits.log import logger

J_PER_KWH = 3.6e6
NOT_COMPARED = {
    "if_electricity_mix_adpe": 0.0,
    "if_electricity_mix_pe": 0.0,
    "if_electricity_mix_gwp": 0.0,
    "if_electricity_mix_wue": 0.0,
    "datacenter_pue": 1.0,
    "datacenter_wue": 0.0,
}


def joules(active_b: float, total_b: float, batch: float | None) -> float:
    """Energy of all chips per output token, without the rest of the server [J]."""
    found = compute_llm_impacts_dag(
        model_active_parameter_count=active_b,
        model_total_parameter_count=total_b,
        output_token_count=1,
        request_latency=float("inf"),
        batch_size=batch or BATCH_SIZE,
        **NOT_COMPARED,
    )
    return float(found["gpu_required_count"] * found["gpu_energy"] * J_PER_KWH)


logger.disabled = True
json.dump([joules(*request) for request in json.load(sys.stdin)], sys.stdout)
