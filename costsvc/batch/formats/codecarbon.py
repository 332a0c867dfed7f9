"""CodeCarbon's emissions.csv: measured energy, with an estimate of its GPUs and hours to compare it with."""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from costsvc.batch.formats.format import Format, Part, Translated
from costsvc.batch.formats.rows import Mask, Rows, as_column, given, is_in, is_replaced, only_where
from costsvc.units import S_PER_H, Array

ENERGY = "energy_consumed"
REPLACED = "replaced by a later row of the run"
UNMEASURED = "no energy was measured"
STATES = ("USA", "CAN")
"""Countries in which CodeCarbon names the state or province of a run."""
AMBIGUOUS = {"washington": "US-WA"}
"""States whose name with the country may be another place's."""
COUNT = r"^([0-9]+) x "
"""Number before the model of GPUs."""
SEVERAL = r"[0-9]+ x .*[0-9]+ x "
"""GPUs of several models, which are no single machine."""


def translate(batch: pa.RecordBatch) -> Translated:
    """Read rows of emissions.csv.

    Args:
        batch: Rows of the file.
    """
    rows = Rows(batch)
    energy, pue, wue = rows.numbers(ENERGY), rows.numbers("pue"), rows.numbers("wue")
    duration, emissions, gpus = (rows.numbers(name) for name in ("duration", "emissions", "gpu_count"))
    rows.reject(np.isnan(energy), ENERGY, "must be given")
    rows.reject(energy < 0, ENERGY, "must be at least 0 kWh")
    rows.skip(_is_replaced(rows, duration), REPLACED)
    rows.skip(energy == 0, UNMEASURED)
    place = {
        "region": _region(rows),
        "date": rows.days("timestamp"),
        "pue": np.where(pue == 1, np.nan, pue),
        "wue_l_per_kwh": np.where(wue == 0, np.nan, wue),
    }
    columns = {"it_energy_kwh": ENERGY, "pue": "pue", "wue_l_per_kwh": "wue", "date": "timestamp"}
    columns["region"] = next(iter(rows.present(("cloud_region", "country_iso_code"))), "country_name")
    it_energy = energy / np.where(pue > 1, pue, 1.0)
    measured = Part(
        kind="training",
        rows=rows.left,
        fields=given({"it_energy_kwh": it_energy, **place}, rows.left),
        columns=columns,
    )
    added = {
        "measured_energy_kwh": as_column(np.where(rows.remains, energy, np.nan)),
        "measured_emissions_kg": as_column(np.where(rows.remains, emissions, np.nan)),
    }
    machines = np.flatnonzero(rows.remains & _has_machine(rows, gpus, duration))
    estimated = Part(
        kind="training",
        rows=machines,
        fields=given({**_machine(rows, gpus, duration), **place}, machines),
        columns={**columns, "accelerator": "gpu_model", "accelerators": "gpu_count", "hours": "duration"},
    )
    return rows.translated([measured], added, [estimated])


def _is_replaced(rows: Rows, duration: Array) -> Mask:
    """Rows of a run that another one follows: the energy of each contains that of the ones before it."""
    task = pc.fill_null(rows.text("task_name"), "")
    runs = only_where(rows.remains, pc.binary_join_element_wise(rows.text("run_id"), task, " "))
    return is_replaced(runs, np.nan_to_num(duration))


def _region(rows: Rows) -> pa.Array:
    cloud = pc.binary_join_element_wise(rows.text("cloud_provider"), rows.text("cloud_region"), ":")
    state, country = pc.utf8_lower(rows.text("region")), rows.text("country_iso_code")
    known = pa.nulls(rows.count, pa.string())
    for name, id_ in AMBIGUOUS.items():
        known = pc.if_else(pc.equal(state, name), id_, known)
    in_state = pc.coalesce(known, pc.binary_join_element_wise(state, country, ", "))
    return pc.coalesce(cloud, only_where(is_in(country, STATES), in_state), country, rows.text("country_name"))


def _machine(rows: Rows, gpus: Array, duration: Array) -> dict[str, pa.Array | Array]:
    """Fields of an estimate from GPUs and hours; CodeCarbon writes ``8 x NVIDIA H100 80GB HBM3``."""
    model = pc.replace_substring_regex(rows.text("gpu_model"), COUNT, "")
    return {"accelerator": model, "accelerators": gpus, "hours": duration / S_PER_H}


def _has_machine(rows: Rows, gpus: Array, duration: Array) -> Mask:
    """Runs on GPUs of one model."""
    is_mixed = pc.match_substring_regex(rows.text("gpu_model"), SEVERAL)
    has_one: Mask = pc.equal(is_mixed, False).fill_null(False).to_numpy(zero_copy_only=False)
    return has_one & (gpus > 0) & (duration > 0)


CODECARBON = Format(
    name="codecarbon",
    title="CodeCarbon's emissions.csv",
    required=((ENERGY,),),
    known=(
        *("timestamp", "run_id", "task_name", "duration", "emissions", ENERGY, "pue", "wue"),
        *("country_name", "country_iso_code", "region", "cloud_provider", "cloud_region", "gpu_count", "gpu_model"),
    ),
    translate=translate,
)
