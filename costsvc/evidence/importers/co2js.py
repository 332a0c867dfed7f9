"""Yearly averages by grid zone, as the npm package @tgwf/co2 carries them: one JavaScript file per year."""

import json
import re
from pathlib import Path
from typing import Any

import pandas as pd

FOLDER = "tgwf-co2/package/dist/esm/data/electricity-maps"
YEARS = range(2021, 2026)
FIGURES = {
    "lifecycle_gco2e_per_kwh": "carbonIntensity",
    "renewable_pct": "renewableEnergy",
    "carbon_free_pct": "carbonFreeEnergy",
}


def yearly(upstream: Path) -> pd.DataFrame:
    """Intensity of consumption by zone and year.

    Args:
        upstream: Folder with the upstream files.

    Returns:
        Columns zone, year, the three figures (intensity in g/kWh, shares in per cent; NaN is missing), and locator.
    """
    rows = [row for year in YEARS for row in _year(upstream / FOLDER / f"yearly_{year}.js", year)]
    return pd.DataFrame(rows).sort_values(["zone", "year"], ignore_index=True)


def _year(path: Path, year: int) -> list[dict[str, Any]]:
    # JSON has no escapes of two hexadecimal digits
    text = re.sub(r"\\x([0-9A-Fa-f]{2})", r"\\u00\1", path.read_text(encoding="utf-8"))
    zones, _ = json.JSONDecoder().raw_decode(text, text.index("{"))
    return [
        {
            "zone": zone,
            "year": year,
            **{name: result.get(key, {}).get("value") for name, key in FIGURES.items()},
            "locator": f"data/electricity-maps/{path.name}: {zone}",
        }
        for zone, result in zones.items()
    ]
