"""What the page of a row shows: each field in words with its unit, interval and source, and what can be asked of it."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple
from urllib.parse import urlencode

from flask import url_for

from costsvc.reference.catalog import Catalog
from costsvc.reference.listing import Item
from costsvc.web import names_of
from costsvc.web.columns import VIEWS, Column, TableView

UNITS = {
    "_usd_per_million_tokens": "USD per 10⁶ tokens",
    "_l_per_kwh": "L/kWh",
    "_gb_s": "GB/s",
    "_tflops": "TFLOP/s",
    "_tops": "TOP/s",
    "_params_b": "10⁹",
    "_tokens_b": "10⁹ tokens",
    "_tokens": "tokens",
    "_flop": "FLOP",
    "_hours": "h",
    "_days": "days",
    "_usd": "USD",
    "_px": "px",
    "_gb": "GB",
    "_w": "W",
}
"""Units by the end of a field's name."""
WORDS = {
    "id": "identifier",
    "kv": "key-value",
    "lora": "low-rank",
    "mfu": "MFU",
    "tdp": "TDP",
    "pue": "PUE",
    "wue": "WUE",
    "cfe": "carbon-free electricity",
    "flop": "FLOP",
    "usd": "USD",
    "egrid": "eGRID",
    "avert": "AVERT",
    "url": "address",
    "params": "parameters",
    "dim": "dimension",
}
"""Parts of the names of fields that people write in another way."""
HEADINGS = {
    "name": "Name",
    "title": "Title",
    "price_id": "Identifier",
    "table": "File",
    "kind": "Kind of offer",
    "region": "Region of the provider",
    "low": "Low, 9 times in 10 above",
    "high": "High, 9 times in 10 below",
    "locator": "Where in the source",
    "level": "Level of the sellers (1 is the middle)",
    "devices_per_unit": "Devices that drivers list of one unit",
    "embodied_id": "Manufacture as of",
    "training_source_id": "Source of the training figures",
    "training_locator": "Where in that source",
    "params_disclosed": "Size published by its maker",
    "kv_lora_rank": "Width of the latent of the attention",
    "cached_values": "Numbers kept per token and block",
    "attended_values": "Numbers multiplied per token attended to",
    "state_values": "Numbers of recurrent state",
    "window_layers": "Layers with a sliding window",
    "full_layers": "Layers that see the whole context",
    "picked_tokens": "Tokens that the attention picks",
    "host_family": "Machine that it is in",
    "host_share": "Share of its host",
    "training_accelerator_hours": "Training time",
}
QUALITIES = {
    "measured": "measured",
    "reported": "reported by the source",
    "derived": "derived from what the source says",
    "assumed": "assumed",
}
ENDS = ("_low", "_high", "_source_id", "_locator")
"""Fields that belong to the one before their ending."""
LINKS = {
    "accelerator_id": "accelerators",
    "device_id": "accelerators",
    "source_id": "sources",
    "training_source_id": "sources",
    "url": "url",
}
"""Fields that name a row, and its resource."""
USES = {
    "accelerators": (("Use it in an estimate", "page.training", {"accelerator": "accelerator_id"}),),
    "models": (
        ("Estimate requests to it", "page.serving", {"model": "model_id"}),
        ("Estimate its training", "page.training", {"model": "model_id"}),
    ),
    "regions": (("Use it in an estimate", "page.training", {"region": "region_id"}),),
    "instances": (("Use it in an estimate", "page.training", {"instance": "instance_id"}),),
    "hosted": (("Use it in an estimate", "page.serving", {"provider": "provider", "model": "model"}),),
    "rent": (("Use it in an estimate", "page.training", {"accelerator": "accelerator_id"}),),
    "purchase": (("Use it in an estimate", "page.training", {"accelerator": "accelerator_id"}),),
}
"""By table: what can be asked of a row, on which page, and the fields of the request that it fills in."""
Labels = Mapping[str, Callable[[Catalog, str], str]]
KNOWN: Mapping[str, Column] = {column.name: column for view in reversed(VIEWS) for column in view.columns}


class RowField(NamedTuple):
    """A field of a row for people.

    Attributes:
        name: Its name in the table.
        heading: Its name in words.
        unit: Its unit; empty if it has none.
        value: Its value.
        low: Lower end of its interval, None if it has none.
        high: Upper end.
        source: The source of this field, where it is not that of the row.
        locator: Where in that source.
        links_to: The resource in which the value names a row; empty where it names none.
        label: What people call what the value identifies; empty if it is not an identifier.
    """

    name: str
    heading: str
    unit: str
    value: Any
    low: float | None
    high: float | None
    source: str | None
    locator: str | None
    links_to: str
    label: str


class Use(NamedTuple):
    """A page on which a row can be used.

    Attributes:
        title: What it does.
        href: Its address.
    """

    title: str
    href: str


def fields_of(view: TableView, catalog: Catalog, item: Item) -> list[RowField]:
    """The fields of a row that are not empty.

    Args:
        view: The table of the row.
        catalog: The reference tables.
        item: The row.
    """
    return list(_fields({column.name: column for column in view.columns}, catalog, item))


def uses_of(view: TableView, item: Item) -> list[Use]:
    """What can be asked of a row.

    Args:
        view: Its table.
        item: The row.
    """
    kind = "accelerators" if view.name == "processors" else view.name
    return [
        Use(title, f"{url_for(page)}?{urlencode({field: item[name] for field, name in said.items()})}")
        for title, page, said in USES.get(kind, ())
    ]


def _fields(columns: Mapping[str, Column], catalog: Catalog, item: Item) -> Iterator[RowField]:
    identity = next(iter(columns.values()))
    for name, value in item.items():
        if value is None or value == [] or _belongs(name, item):
            continue
        low, high, source, locator = (item.get(f"{name}{end}") for end in ENDS)
        column = columns.get(name) or KNOWN.get(name)
        links_to = "" if column is identity else LINKS.get(name, "")
        yield RowField(
            name=name,
            heading=HEADINGS.get(name) or (column.heading if column and column.label is None else _heading(name)),
            unit=column.unit if column and column.unit else unit_of(name),
            value=QUALITIES.get(value, value) if name == "quality" else value,
            low=low,
            high=high,
            source=source,
            locator=locator,
            links_to=links_to,
            label=LABELS[links_to](catalog, value) if links_to in LABELS else "",
        )


def _belongs(name: str, item: Item) -> bool:
    """Whether a field is shown with another one."""
    return any(name.endswith(end) and name.removesuffix(end) in item for end in ENDS)


def _publication(catalog: Catalog, id_: str) -> str:
    row = catalog.row("sources", id_)
    return f"{row['producer']}: {row['title']}" if row else id_


def _heading(name: str) -> str:
    """A field's name in words, without its unit."""
    end = next((end for end in UNITS if name.endswith(end) and end not in ("_tokens", "_hours", "_flop")), "")
    words = " ".join(WORDS.get(word, word) for word in name.removesuffix("_id").removesuffix(end).split("_"))
    return words[:1].upper() + words[1:]


def unit_of(name: str) -> str:
    """The unit that the end of a field's name says; empty if it says none.

    Args:
        name: The name of a field.
    """
    return next((unit for end, unit in UNITS.items() if name.endswith(end)), "")


LABELS: Labels = {"accelerators": names_of.chip_name, "sources": _publication}
"""What people call a row of a resource."""
