"""Reports in the BoAmps format: the measured energy of a task, with an estimate of its machine to compare it with."""

import json
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import pyarrow as pa

from costsvc.batch.formats.documents import flat_row, nested_text
from costsvc.batch.formats.format import Document, Format, Part, Row, Translated
from costsvc.batch.formats.rows import Rows, as_column, given, is_replaced, only_where, read_days
from costsvc.units import S_PER_H

REPLACED = "replaced by a later report with the same reportId"
SECTIONS = ("header", "task", "measures", "infrastructure", "environment")
CLOUD_REGION = re.compile(r"^[a-z]+-[a-z]+-?\d+$")
"""A location that is a region of a cloud: ``eu-west-3``, ``europe-west4``."""
COUNT = re.compile(r"^\d+ x ")
"""Number before the model of GPUs."""
Object: TypeAlias = Mapping[str, object]


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """What one method measured of a task.

    Attributes:
        method: The method.
        energy_kwh: Energy of all its measures. [kWh]
        hours: Duration of all its measures; NaN if none is given. [h]
        time: Time of its first measure.
    """

    method: str
    energy_kwh: float
    hours: float
    time: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """A report.

    Attributes:
        fault: Section at fault and what is wrong with it; None if the report can be read.
        measured: The measure that counts.
        names: Fields of the request that are names, and further texts.
        numbers: Fields of the request that are numbers, and further numbers.
    """

    fault: tuple[str, str] | None = None
    measured: Measured = Measured(method="", energy_kwh=math.nan, hours=math.nan, time=None)
    names: Mapping[str, str | None]
    numbers: Mapping[str, float]


def translate(batch: pa.RecordBatch) -> Translated:
    """Read reports.

    Args:
        batch: The sections of reports, as JSON text or as nested columns.
    """
    rows = Rows(batch)
    cells = {name: nested_text(rows.column(name)).to_pylist() for name in rows.present(SECTIONS)}
    reports = [_read({name: column[row] for name, column in cells.items()}) for row in range(rows.count)]
    for row, report in enumerate(reports):
        if report.fault is not None:
            rows.reject(np.arange(rows.count) == row, *report.fault)
    rows.skip(is_replaced(only_where(rows.remains, _texts(reports, "reportId")), np.zeros(rows.count)), REPLACED)
    place = {
        "region": _texts(reports, "region"),
        "date": read_days(_texts(reports, "date")),
        "grid_g_per_kwh": _numbers(reports, "grid_g_per_kwh"),
    }
    energy = np.array([report.measured.energy_kwh for report in reports])
    hours = np.array([report.measured.hours for report in reports])
    names = {name: _texts(reports, name) for name in ("accelerator", "instance")}
    accelerators = _numbers(reports, "accelerators")
    has_machine = rows.remains & (hours > 0) & np.array([_has_machine(report) for report in reports], dtype=bool)
    machines = np.flatnonzero(has_machine)
    columns = {**dict.fromkeys(place, "environment"), "it_energy_kwh": "measures", "hours": "measures"}
    columns |= dict.fromkeys((*names, "accelerators"), "infrastructure")
    measured, estimated = (
        {"it_energy_kwh": energy, **place},
        {**names, "accelerators": accelerators, "hours": hours, **place},
    )
    return rows.translated(
        [Part(kind="training", rows=rows.left, fields=given(measured, rows.left), columns=columns)],
        {
            "stage": _texts(reports, "stage"),
            "requests": as_column(_numbers(reports, "requests")),
            "measurement_method": pa.array([report.measured.method or None for report in reports], pa.string()),
            "measured_energy_kwh": as_column(np.where(rows.remains, energy, np.nan)),
        },
        [Part(kind="training", rows=machines, fields=given(estimated, machines), columns=columns)],
    )


def unfold(document: Document) -> Sequence[Row]:
    """A report as a row.

    Args:
        document: The report.
    """
    return [flat_row(document)]


def _read(sections: Mapping[str, str | None]) -> Report:
    parsed: dict[str, object] = {}
    for name, text in sections.items():
        try:
            parsed[name] = json.loads(text or "null")
        except json.JSONDecodeError:
            return Report(fault=(name, "must be JSON"), names={}, numbers={})
    measures = _objects(parsed.get("measures"))
    if not measures:
        return Report(fault=("measures", "must have at least one measure"), names={}, numbers={})
    if any(not _number(one, "powerConsumption") >= 0 for one in measures):
        fault = "must have a powerConsumption of at least 0 kWh in each measure"
        return Report(fault=("measures", fault), names={}, numbers={})
    measured = _widest(measures)
    if measured.energy_kwh == 0:
        return Report(fault=("measures", "must have a powerConsumption above 0 kWh"), names={}, numbers={})
    header, task = _object(parsed.get("header")), _object(parsed.get("task"))
    environment = _object(parsed.get("environment"))
    infrastructure = _object(parsed.get("infrastructure"))
    names, numbers = _machine(infrastructure)
    names |= {
        "region": _region(environment, _text(infrastructure, "cloudProvider")),
        "date": measured.time or _text(header, "reportDatetime"),
        "reportId": _text(header, "reportId"),
        "stage": _text(task, "taskStage"),
    }
    numbers["grid_g_per_kwh"] = _number(environment, "powerSourceCarbonIntensity")
    numbers["requests"] = _number(task, "nbRequest")
    return Report(measured=measured, names=names, numbers=numbers)


def _widest(measures: Sequence[Object]) -> Measured:
    """The method that measured the most energy.

    Measures of one method are parts of the task and are added up; another method has measured the same energy again,
    and the one with more of it has the wider boundary: a meter at the socket sees more than a counter of the chip.
    """
    methods: dict[str, list[Object]] = {}
    for one in measures:
        methods.setdefault((_text(one, "measurementMethod") or "").casefold(), []).append(one)
    found = [
        Measured(
            method=_text(parts[0], "measurementMethod") or "",
            energy_kwh=sum(_number(one, "powerConsumption") for one in parts),
            hours=sum(_number(one, "measurementDuration") for one in parts) / S_PER_H,
            time=min((time for one in parts if (time := _text(one, "measurementDateTime"))), default=None),
        )
        for parts in methods.values()
    ]
    return max(found, key=lambda one: one.energy_kwh)


def _machine(infrastructure: Object) -> tuple[dict[str, str | None], dict[str, float]]:
    """GPUs of one model and their number, else the instance."""
    components = _objects(infrastructure.get("components"))
    gpus = [one for one in components if (_text(one, "componentType") or "").casefold() == "gpu"]
    if not gpus:
        return {"instance": _text(infrastructure, "cloudInstance")}, {}
    models = {_model(one) for one in gpus}
    if len(models) > 1:
        return {}, {}
    shares = [1.0 if math.isnan(share := _number(one, "share")) else share for one in gpus]
    count = sum(_number(one, "nbComponent") * share for one, share in zip(gpus, shares, strict=True))
    return {"accelerator": models.pop()}, {"accelerators": count}


def _model(component: Object) -> str | None:
    name = _text(component, "componentName")
    if name is not None:
        return COUNT.sub("", name)
    parts = (_text(component, key) for key in ("manufacturer", "family", "series"))
    return " ".join(part for part in parts if part) or None


def _region(environment: Object, provider: str | None) -> str | None:
    """The cloud region if the location is one, else the country."""
    location = _text(environment, "location")
    if provider and location and CLOUD_REGION.match(location):
        return f"{provider}:{location}"
    return _text(environment, "country")


def _has_machine(report: Report) -> bool:
    has_count = report.numbers.get("accelerators", math.nan) > 0
    return report.names.get("instance") is not None or (report.names.get("accelerator") is not None and has_count)


def _texts(reports: Sequence[Report], name: str) -> pa.Array:
    return pa.array([report.names.get(name) for report in reports], pa.string())


def _numbers(reports: Sequence[Report], name: str) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    return np.array([report.numbers.get(name, math.nan) for report in reports], dtype=float)


def _object(value: object) -> Object:
    return value if isinstance(value, dict) else {}


def _objects(value: object) -> list[Object]:
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def _text(value: Object, key: str) -> str | None:
    text = value.get(key)
    return text.strip() or None if isinstance(text, str) else None


def _number(value: Object, key: str) -> float:
    number = value.get(key)
    if isinstance(number, bool) or not isinstance(number, (int, float, str)):
        return math.nan
    try:
        return float(number)
    except ValueError:
        return math.nan


BOAMPS = Format(
    name="boamps",
    title="BoAmps reports",
    required=(("measures",),),
    known=SECTIONS,
    translate=translate,
    unfold=unfold,
)
