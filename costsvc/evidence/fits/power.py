"""Fits server overhead and the share of the thermal design power that chips draw."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from costsvc.evidence.fits.between import Spread, spread
from costsvc.evidence.fits.training_rows import ANY, FIT, NORMAL_95, Evidence, ratios, replaced, shrunk
from costsvc.units import Array

OPEN_CONTEXT_W = 38.0
"""An open context adds 26 to 50 W to an idle chip with stacked memory (arXiv:2605.23918)."""
MAIN_HOST = "hgx-h100"
"""The family of hosts with logs of several makes, idle and loaded: its overhead share holds for the others."""
LOGS = "mlcommons-power"
LEAST_BASE_SPREAD = 0.1

WEIGHTS = {"run": 4.0, "benchmark": 1.0}
"""Benchmarks run steps at their best, without the loading, evaluation and restarts of a run."""
BANDS: Mapping[str, tuple[float, ...]] = {"llm": (1.0,), "vision": (0.03,), "recommender": (0.1,)}
"""Upper size limits in 10^9 parameters; a last band without limit holds the rest and unknown sizes."""
FAMILY_PULL = 3.0
"""Readings' worth of all families in the mean of one."""
FEWEST_FAMILIES = 2
SPREAD_PULL = 4.0
"""Sources' worth of the scatter of all families in that of one."""
LARGEST_ERROR = 0.8
HIGHEST, HIGHEST_SYSTEM = 1.05, 2.5
"""Largest share of the thermal design power; where watts hold the whole system it may be more."""
CELL = ["system", "workload", "band"]
"""Readings that are compared with one another."""
SYSTEM = "tpu"
"""The family of hosts whose readings and rows are of the whole system."""


def fit_hosts(evidence: Evidence) -> pd.DataFrame:
    """Fit overhead share and base power of the families that have wall logs.

    Args:
        evidence: Measured power.

    Returns:
        The table.
    """
    wall = wall_logs(evidence.readings)
    main = wall[wall["host_family"].eq(MAIN_HOST)]
    share, _ = _line(main)
    base = (wall["power_w"] - wall["chip_w"] * (1 + share)).groupby([wall["host_family"], wall["host"]]).mean()
    kept = evidence.hosts.set_index("host_family", drop=False)
    rows = [
        _host_row(kept.loc[str(family)].to_dict(), share, bases.to_numpy(float))
        for family, bases in base.groupby(level="host_family")
    ]
    return replaced(evidence.hosts, ["host_family"], rows)


def wall_logs(readings: pd.DataFrame) -> pd.DataFrame:
    """Logs of hosts, idle and loaded, with the power of their chips where that is known.

    Idle chips draw their idle power and an open context. Loaded ones draw what chips of the family
    drew in runs of language models. Of clusters only those count that were logged idle, too: jobs
    too small for them wait for the network.
    """
    of_models = readings["boundary"].eq("chip") & readings["workload"].eq("llm") & readings["params_b"].gt(1)
    chips = readings[of_models]
    fraction = (chips["power_w"] / chips["tdp_w"]).groupby(chips["power_family"]).mean()
    logs = readings[readings["source_id"].eq(LOGS)]
    idle = logs["kind"].eq("idle")
    loaded_w = logs["power_family"].map(fraction) * logs["tdp_w"]
    chip_w = loaded_w.where(~idle, logs["idle_w"] + OPEN_CONTEXT_W)
    known = logs.assign(chip_w=chip_w)[chip_w.notna() & logs["host"].isin(logs.loc[idle, "host"])]
    return known.groupby(["host_family", "host", "kind"], as_index=False)[["chip_w", "power_w"]].mean()


def _line(wall: pd.DataFrame) -> tuple[float, float]:
    """Overhead share and base power of server watts against chip watts."""
    slope, base = np.polyfit(wall["chip_w"], wall["power_w"], 1)
    return float(slope) - 1, float(base)


def cross_validate_hosts(evidence: Evidence) -> Array:
    """Errors at load of each host of the main family, cross-validated by host [1]."""
    wall = wall_logs(evidence.readings)
    main, missed = wall[wall["host_family"].eq(MAIN_HOST)], []
    for host in main.loc[main["kind"].ne("idle"), "host"]:
        share, base = _line(main[main["host"].ne(host)])
        own = main[main["host"].eq(host) & main["kind"].ne("idle")]
        missed.append(ratios((own["chip_w"] * (1 + share) + base).to_numpy(), own["power_w"].to_numpy()))
    return np.concatenate(missed)


def _host_row(kept: Mapping[Any, Any], share: float, bases: Array) -> dict[str, object]:
    base, spread = float(bases.mean()), float(np.std(np.log(bases), ddof=1))
    factor = np.exp(NORMAL_95 * max(spread, LEAST_BASE_SPREAD))
    shares = {"overhead_share": share, "overhead_share_low": share / 2, "overhead_share_high": share * 1.7}
    return {**kept, **shares, "base_w": base, "base_w_low": base / factor, "base_w_high": base * factor}


def fit_fractions(evidence: Evidence, hosts: pd.DataFrame) -> tuple[pd.DataFrame, Array]:
    """Fit the share of the thermal design power that chips draw, by family, workload and size.

    Args:
        evidence: Measured power.
        hosts: The fitted table of hosts, which turns server readings into the chips'.

    Returns:
        The table, and errors cross-validated by source. [1]
    """
    seen = chip_fractions(evidence.readings, hosts)
    errors = seen["log_fraction"].to_numpy() - np.array([_without(seen, row) for row in seen.index])
    missed = seen.assign(missed=errors.clip(-LARGEST_ERROR, LARGEST_ERROR))
    everywhere = spread(missed["missed"].to_numpy(), missed["source_id"].tolist())
    rows = []
    for _, cell in missed.groupby(CELL):
        one = cell.iloc[0]
        place = {"workload": one["workload"], "max_params_b": one["band"] if np.isfinite(one["band"]) else np.nan}
        rows += [{**place, **row} for row in _rows(cell, everywhere)]
    table = replaced(evidence.fractions, ["power_family", "workload", "max_params_b"], rows)
    return table, np.exp(np.abs(errors[~np.isnan(errors)]))


def chip_fractions(readings: pd.DataFrame, hosts: pd.DataFrame) -> pd.DataFrame:
    """Readings under load as shares of the chips' thermal design power, by size band."""
    host = hosts.set_index("host_family")[["overhead_share", "base_w"]]
    loaded = readings[readings["kind"].ne("idle")].join(host, on="host_family").reset_index(drop=True)
    of_server = (loaded["power_w"] - loaded["base_w"]) / (1 + loaded["overhead_share"])
    chip_w = loaded["power_w"].where(loaded["boundary"].eq("chip"), of_server)
    return loaded.assign(
        log_fraction=np.log(chip_w / loaded["tdp_w"]),
        band=[band(*pair) for pair in zip(loaded["workload"], loaded["params_b"], strict=True)],
        weight=loaded["kind"].map(WEIGHTS),
        system=loaded["host_family"].eq(SYSTEM),
        family=loaded["power_family"].where(loaded["power_family"].ne(ANY), loaded["accelerator_id"]),
    )


def band(workload: str, params_b: float) -> float:
    """Upper size limit of the band of a model, infinity for the last one [10^9]."""
    return next((limit for limit in BANDS.get(workload, ()) if params_b <= limit), np.inf)


def _rows(cell: pd.DataFrame, everywhere: Spread) -> list[dict[str, object]]:
    """Rows of one workload and band: each family's, and all families' where there are several."""
    common = _spread(cell, everywhere)
    rows = [
        _row(str(family), _level(own, cell), _spread(own, common), own)
        for family, own in cell.groupby("power_family")
        if family != ANY
    ]
    if cell["family"].nunique() >= FEWEST_FAMILIES and not cell["system"].any():
        rows.append(_row(ANY, _overall(cell), common, cell))
    return rows


def _spread(readings: pd.DataFrame, common: Spread) -> Spread:
    return spread(readings["missed"].to_numpy(), readings["source_id"].tolist(), common, SPREAD_PULL)


def _row(family: str, level: float, width: Spread, readings: pd.DataFrame) -> dict[str, object]:
    fraction, most = float(np.exp(level)), HIGHEST_SYSTEM if readings["system"].any() else HIGHEST
    sources = readings["source_id"].nunique()
    return {
        "power_family": family,
        "fraction": fraction,
        "low": fraction / width.factor,
        "high": max(fraction, min(fraction * width.factor, most)),
        "source_id": FIT,
        "locator": f"{len(readings)} readings of power_measurements.csv, {sources} sources",
        "quality": "derived",
    }


def _overall(cell: pd.DataFrame) -> float:
    """Mean logarithm of all families, each counting once."""
    sums = (cell["log_fraction"] * cell["weight"]).groupby(cell["family"]).sum()
    return float((sums / cell["weight"].groupby(cell["family"]).sum()).mean())


def _level(own: pd.DataFrame, cell: pd.DataFrame) -> float:
    """A family's mean logarithm, drawn towards all families'."""
    return shrunk(own["log_fraction"].to_numpy(), own["weight"].to_numpy(), _overall(cell), FAMILY_PULL)


def _without(seen: pd.DataFrame, row: int) -> float:
    """Logarithm of the share that other sources' readings predict for one; NaN where there are none."""
    one = seen.loc[row]
    others = seen[seen["source_id"].ne(one["source_id"])]
    cell = others[(others[CELL] == one[CELL]).all(axis=1)]
    own = cell[cell["family"].eq(one["family"])]
    return _level(own, cell) if len(own) else _overall(cell)
