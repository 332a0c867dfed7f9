"""Which columns of a listing a table for people shows, under which headings."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table for people.

    Attributes:
        name: The field of an item; where an item lacks it, or it is null, the cell is empty.
        heading: Its heading, with the unit in brackets.
        numeric: Whether its cells are numbers, to be set to the right.
        links_to: The resource in which a cell names an item; ``url`` where the cell is an address; empty where it
            is neither.
    """

    name: str
    heading: str
    numeric: bool = False
    links_to: str = ""


SOURCE = Column("source_id", "source", links_to="sources")
QUALITY = Column("quality", "quality")
RELEASED = Column("released_on", "released")

COLUMNS: Mapping[str, tuple[Column, ...]] = {
    "accelerators": (
        Column("accelerator_id", "accelerator", links_to="accelerators"),
        Column("name", "name"),
        Column("vendor", "vendor"),
        Column("segment", "segment"),
        RELEASED,
        Column("tdp_w", "TDP [W]", numeric=True),
        Column("idle_w", "idle [W]", numeric=True),
        Column("memory_gb", "memory [GB]", numeric=True),
        Column("memory_bandwidth_gb_s", "memory bandwidth [GB/s]", numeric=True),
        Column("peak_bf16_tflops", "peak bf16 [TFLOP/s]", numeric=True),
        Column("peak_fp16_tflops", "peak fp16 [TFLOP/s]", numeric=True),
        Column("peak_fp8_tflops", "peak fp8 [TFLOP/s]", numeric=True),
        QUALITY,
        SOURCE,
    ),
    "instances": (
        Column("instance_id", "instance", links_to="instances"),
        Column("provider", "provider"),
        Column("instance_type", "type"),
        Column("accelerators", "accelerators", numeric=True),
        Column("accelerator_id", "accelerator", links_to="accelerators"),
        Column("vcpus", "virtual processors", numeric=True),
        Column("memory_gb", "memory [GB]", numeric=True),
        Column("host_share", "share of its host [1]", numeric=True),
        QUALITY,
        SOURCE,
    ),
    "regions": (
        Column("region_id", "region", links_to="regions"),
        Column("location", "location"),
        Column("country", "country"),
        Column("subdivision", "subdivision"),
        Column("zone_id", "grid zone"),
        Column("pue", "PUE [1]", numeric=True),
        Column("pue_year", "PUE year", numeric=True),
        Column("wue_l_per_kwh", "WUE [L/kWh]", numeric=True),
        Column("wue_year", "WUE year", numeric=True),
        Column("cfe_share", "carbon-free share [1]", numeric=True),
        Column("cfe_year", "share year", numeric=True),
        QUALITY,
        SOURCE,
    ),
    "models": (
        Column("model_id", "model", links_to="models"),
        Column("name", "name"),
        Column("organization", "organization"),
        RELEASED,
        Column("architecture", "architecture"),
        Column("total_params_b", "parameters [10⁹]", numeric=True),
        Column("active_params_b", "active parameters [10⁹]", numeric=True),
        Column("context_length", "context [tokens]", numeric=True),
        Column("training_tokens_b", "training tokens [10⁹]", numeric=True),
        Column("training_flop", "training [FLOP]", numeric=True),
        Column("training_accelerator_hours", "training [accelerator-hours]", numeric=True),
        Column("training_accelerator", "trained on"),
        QUALITY,
        SOURCE,
    ),
    # the id tells provider, region, accelerator or model, and kind; each row has one of the prices
    "prices": (
        Column("price_id", "price", links_to="prices"),
        Column("usd_per_accelerator_hour", "rent [USD per accelerator and hour]", numeric=True),
        Column("usd_per_instance_hour", "rent [USD per instance and hour]", numeric=True),
        Column("usd_per_accelerator", "purchase [USD per accelerator]", numeric=True),
        Column("input_usd_per_million_tokens", "input [USD per 10⁶ tokens]", numeric=True),
        Column("output_usd_per_million_tokens", "output [USD per 10⁶ tokens]", numeric=True),
        Column("usd_per_kwh", "electricity [USD/kWh]", numeric=True),
        Column("low", "low [as the price]", numeric=True),
        Column("high", "high [as the price]", numeric=True),
        Column("valid_from", "since"),
        Column("valid_to", "until"),
        Column("observed_on", "observed"),
        Column("year", "year", numeric=True),
        QUALITY,
        SOURCE,
    ),
    "sources": (
        Column("source_id", "source", links_to="sources"),
        Column("producer", "producer"),
        Column("title", "title"),
        Column("published", "published"),
        Column("accessed", "accessed"),
        Column("licence", "licence"),
        Column("url", "address", links_to="url"),
    ),
    "data": (
        Column("name", "table", links_to="data"),
        Column("title", "title"),
        Column("rows", "rows", numeric=True),
        Column("oldest", "oldest figure"),
        Column("newest", "newest figure"),
        Column("old_after_days", "old after [days]", numeric=True),
        Column("key", "key"),
        Column("licence", "licence"),
    ),
}
"""Resource to its columns, the ones that tell rows apart first and the source last."""
