"""What people call the things that a row of a table identifies, and how much they are used."""

from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any

from costsvc.reference.catalog import Catalog
from costsvc.reference.display_names import accelerator_name, seller_name
from costsvc.reference.listing import Item

Name = Callable[[Catalog, Item], str]
ANY = "*"
"""Any region, or a seller of the middle."""


def chip(catalog: Catalog, item: Item) -> str:
    """The accelerator or processor."""
    return chip_name(catalog, item.get("accelerator_id") or chip_of_instance(catalog, item) or "")


def chip_name(catalog: Catalog, id_: str) -> str:
    """The accelerator or processor of an id."""
    return accelerator_name(catalog, id_)


def chip_of_instance(catalog: Catalog, item: Item) -> str | None:
    """The id of the accelerator or processor of an instance."""
    row = _instance(catalog, item)
    return str(row["accelerator_id"]) if row else None


def chips_of_instance(catalog: Catalog, item: Item) -> float | None:
    """The number of accelerators of an instance, or its share of a socket."""
    row = _instance(catalog, item)
    return row["accelerators"] if row else None


def instance(_: Catalog, item: Item) -> str:
    """The cloud instance, without its provider."""
    return str(item["instance_type"])


def model(_: Catalog, item: Item) -> str:
    """The model."""
    return str(item["name"] or item["model_id"])


def hosted_model(_: Catalog, item: Item) -> str:
    """The hosted model, without its route."""
    return str(item["model"]).rpartition("/")[2]


def provider(catalog: Catalog, item: Item) -> str:
    """The provider: the name of the operator of its sites where it is known."""
    id_ = str(item["provider"])
    if id_ == ANY:
        return "typical provider"
    row = catalog.row("operators", id_)
    return str(row["name"]) if row else seller_name(id_)


def region_id(_: Catalog, item: Item) -> str | None:
    """The id of the region of a price; None if it holds in any."""
    return None if item["region"] == ANY else f"{item['provider']}:{item['region']}"


def region(catalog: Catalog, item: Item) -> str:
    """The place of the region of a price."""
    row = catalog.row("regions", region_id(catalog, item) or "")
    return location(catalog, row) if row else ""


def location(_: Catalog, item: Item) -> str:
    """The place of a region."""
    return str(item["location"] or item["region"])


def country(catalog: Catalog, item: Item) -> str:
    """The country of a region."""
    return _named(catalog, "countries", item["country"])


def subdivision(catalog: Catalog, item: Item) -> str:
    """The state or province of a region."""
    return _named(catalog, "subdivisions", item["subdivision"])


def zone(catalog: Catalog, item: Item) -> str:
    """The country or state of a price of electricity."""
    id_ = str(item["zone_id"])
    row = catalog.row("countries", id_) or catalog.row("subdivisions", id_)
    return str(row["name"]) if row else id_


def source(catalog: Catalog, item: Item) -> str:
    """Who published the source."""
    row = catalog.row("sources", item["source_id"])
    return str(row["producer"]) if row else str(item["source_id"])


def title(_: Catalog, item: Item) -> str:
    """The title of a source."""
    return str(item["title"])


def sellers(catalog: Catalog, item: Item) -> int:
    """The number of providers that rent out the accelerator."""
    id_ = item.get("accelerator_id") or chip_of_instance(catalog, item)
    return _counted(catalog, _sellers, id_)


def sold_by(catalog: Catalog, item: Item) -> int:
    """The number of providers whose price list has the model under its own name."""
    return _counted(catalog, _sold_by, item["model_id"])


def hosted_by(catalog: Catalog, item: Item) -> int:
    """The number of providers that sell a hosted model of the same name."""
    return _counted(catalog, _hosted_by, hosted_model(catalog, item))


def instances(catalog: Catalog, item: Item) -> int:
    """The number of cloud instances with the processor."""
    return _counted(catalog, _instances, item["accelerator_id"])


def rents(catalog: Catalog, item: Item) -> int:
    """The number of rent prices of the region."""
    return _counted(catalog, _rents, item["region_id"])


def _counted(catalog: Catalog, count: Callable[[Catalog], Mapping[str, int]], id_: Any) -> int:
    counts: Mapping[str, int] = catalog.memos[count]()
    return counts.get(id_, 0)


def _instance(catalog: Catalog, item: Item) -> Mapping[str, Any] | None:
    return catalog.row("instances", f"{item['provider']}:{item['instance_type']}")


def _named(catalog: Catalog, table: str, id_: str | None) -> str:
    row = catalog.row(table, id_) if id_ else None
    return str(row["name"]) if row else id_ or ""


def _sellers(catalog: Catalog) -> Mapping[str, int]:
    rows = catalog.tables["accelerator_prices"].rows.values()
    pairs = {(row["accelerator_id"], row["provider"]) for row in rows if row["provider"] != ANY}
    return Counter(id_ for id_, _ in pairs)


def _sold_by(catalog: Catalog) -> Mapping[str, int]:
    keys = ((name, key) for name, sold in catalog.hosted.sold.items() for key in sold.prices)
    found = ((name, catalog.models.exact.find(key.rpartition("/")[2])) for name, key in keys)
    return Counter(id_ for _, id_ in {(name, match.id) for name, match in found if match is not None})


def _hosted_by(catalog: Catalog) -> Mapping[str, int]:
    pairs = ((hosted_model(catalog, row), row["provider"]) for row in catalog.tables["api_prices"].rows.values())
    return Counter(name for name, _ in set(pairs))


def _instances(catalog: Catalog) -> Mapping[str, int]:
    return Counter(row["accelerator_id"] for row in catalog.tables["instances"].rows.values())


def _rents(catalog: Catalog) -> Mapping[str, int]:
    tables = (catalog.tables[name].rows.values() for name in ("accelerator_prices", "instance_prices"))
    return Counter(f"{row['provider']}:{row['region']}" for rows in tables for row in rows)
