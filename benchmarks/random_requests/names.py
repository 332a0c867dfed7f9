"""Names in the tables, read from the files directly rather than through the service."""

import csv
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

Rows = list[dict[str, str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Names:
    """Names that requests may use.

    Attributes:
        datacenter: Accelerators of data centres.
        accelerators: All accelerators.
        aliases: Other names of accelerators.
        processors: Processors whose cores are known.
        instances: Cloud instances with accelerators.
        processor_instances: Cloud instances without.
        regions: Cloud regions.
        countries: Countries, in three letters and in two.
        subdivisions: States and provinces.
        zones: Zones of the grid.
        hourly_regions: Cloud regions in a zone whose profile is known.
        sellers: Who rents out accelerators.
        models: All models.
        aliases_of_models: Other names of models.
        trained_models: Models of whose training something is known.
        measured_models: Models whose serving was measured.
        image_models: Models whose drawing of images was measured.
        video_models: The same of videos.
        api_models: Seller and name of models that are sold by the token.
    """

    datacenter: list[str]
    accelerators: list[str]
    aliases: list[str]
    processors: list[str]
    instances: list[str]
    processor_instances: list[str]
    regions: list[str]
    countries: list[str]
    subdivisions: list[str]
    zones: list[str]
    hourly_regions: list[str]
    sellers: list[str]
    models: list[str]
    aliases_of_models: list[str]
    trained_models: list[str]
    measured_models: list[str]
    image_models: list[str]
    video_models: list[str]
    api_models: list[tuple[str, str]]

    @classmethod
    def load(cls, folder: Path) -> Self:
        """Read the names of a folder of tables."""
        tables = {file.stem: _rows(file) for file in folder.glob("*.csv")}
        return cls(**_machines(tables), **_places(tables), **_models(tables))


def _rows(file: Path) -> Rows:
    with file.open(newline="", encoding="utf-8") as lines:
        return list(csv.DictReader(lines))


def _distinct(rows: Rows, column: str, **wanted: str) -> list[str]:
    """The values of a column in rows with some other values, in alphabetical order."""
    return sorted({row[column] for row in rows if all(row[name] == value for name, value in wanted.items())})


def _machines(tables: dict[str, Rows]) -> dict[str, Any]:
    accelerators = set(_distinct(tables["accelerators"], "accelerator_id"))
    instances = tables["instances"]
    return {
        "datacenter": _distinct(tables["accelerators"], "accelerator_id", segment="datacenter"),
        "accelerators": sorted(accelerators),
        "aliases": _distinct(tables["accelerator_aliases"], "alias"),
        "processors": sorted(row["accelerator_id"] for row in tables["cpus"] if row["cores"]),
        "instances": sorted(row["instance_id"] for row in instances if row["accelerator_id"] in accelerators),
        "processor_instances": sorted(
            row["instance_id"] for row in instances if row["accelerator_id"] not in accelerators
        ),
        "sellers": sorted(set(_distinct(tables["accelerator_prices"], "provider")) - {"*"}),
    }


def _places(tables: dict[str, Rows]) -> dict[str, Any]:
    hourly = {row["zone_id"] for row in tables["grid_profiles"]}
    return {
        "regions": _distinct(tables["regions"], "region_id"),
        "countries": _distinct(tables["countries"], "country") + _distinct(tables["countries"], "iso2"),
        "subdivisions": _distinct(tables["subdivisions"], "subdivision"),
        "zones": _distinct(tables["grid_average_electricitymaps"], "zone_id"),
        "hourly_regions": sorted(row["region_id"] for row in tables["regions"] if row["zone_id"] in hourly),
    }


def _models(tables: dict[str, Rows]) -> dict[str, Any]:
    models, generated, sold = tables["models"], tables["generation_measurements"], tables["api_prices"]
    known = [name for name in models if name["training_accelerator_hours"] or name["training_flop"]]
    return {
        "models": _distinct(models, "model_id"),
        "aliases_of_models": _distinct(tables["model_aliases"], "alias"),
        "trained_models": sorted(row["model_id"] for row in known),
        "measured_models": _distinct(tables["inference_measurements"], "model_id"),
        "image_models": _distinct(generated, "model_id", task="text-to-image"),
        "video_models": _distinct(generated, "model_id", task="text-to-video"),
        "api_models": sorted({(row["provider"], row["model"]) for row in sold if row["mode"] == "chat"}),
    }
