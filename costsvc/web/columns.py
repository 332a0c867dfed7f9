"""The tables that people see: which rows of a listing, in which columns, in which order."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from costsvc.reference.catalog import Catalog
from costsvc.reference.listing import Item
from costsvc.web import names_of
from costsvc.web.names_of import Name

Cell = Callable[[Catalog, Item], Any]
Kind = Literal["text", "number", "year", "date"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """A column of a table for people.

    Attributes:
        name: The field of an item, and the column of the CSV.
        heading: Its heading.
        unit: The unit of its numbers; empty if the heading says it.
        kind: What its cells are: numbers are set to the right, years have no separators.
        value: Reads the cell of an item where that is not a field of it.
        label: Names what the cell identifies; the identifier stands below the name.
        links_to: The resource in which a cell names an item; ``url`` where the cell is an address; empty where it
            is neither.
        empty: What an empty cell says.
    """

    name: str
    heading: str
    unit: str = ""
    kind: Kind = "text"
    value: Cell | None = None
    label: Name | None = None
    links_to: str = ""
    empty: str = ""

    @property
    def is_number(self) -> bool:
        """Whether the cells are numbers."""
        return self.kind in ("number", "year")

    def cell(self, catalog: Catalog, item: Item) -> Any:
        """The value of an item in this column, None if it has none."""
        return item.get(self.name) if self.value is None else self.value(catalog, item)

    def text(self, catalog: Catalog, item: Item) -> Any:
        """What people read in this column of an item: the name, or the value."""
        return self.cell(catalog, item) if self.label is None else self.label(catalog, item)


@dataclass(frozen=True, slots=True, kw_only=True)
class TableView:
    """A table for people.

    Attributes:
        name: Its name in addresses.
        title: Its title.
        group: The heading under which it is listed.
        about: What it contains, and how it is ordered unless a column is chosen.
        resource: The listing whose items it shows.
        order: Names of columns by which it is ordered, with ``-`` if from the highest.
        columns: Its columns; the first one names the item.
        of: Whether an item of the listing is one of its rows.
    """

    name: str
    title: str
    group: str
    about: str
    resource: str
    order: tuple[str, ...]
    columns: tuple[Column, ...]
    of: Callable[[Item], bool] = lambda _: True

    @property
    def sorts(self) -> tuple[str, ...]:
        """The ways to sort it: names of columns, with ``-`` if from the highest."""
        return tuple(f"{sign}{column.name}" for column in self.columns for sign in ("", "-"))


def _number(name: str, heading: str, unit: str = "") -> Column:
    return Column(name=name, heading=heading, unit=unit, kind="number")


def _date(name: str, heading: str) -> Column:
    return Column(name=name, heading=heading, kind="date")


def _of_table(name: str) -> Callable[[Item], bool]:
    return lambda item: item["table"] == name


def _count(name: str, heading: str, value: Cell) -> Column:
    return Column(name=name, heading=heading, kind="number", value=value)


def _chip(heading: str = "Accelerator", links_to: str = "accelerators", value: Cell | None = None) -> Column:
    return Column(name="accelerator_id", heading=heading, label=names_of.chip, links_to=links_to, value=value)


SOURCE = Column(name="source_id", heading="Source", label=names_of.source, links_to="sources")
QUALITY = Column(name="quality", heading="Quality")
RELEASED = _date("released_on", "Released")
PROVIDER = Column(name="provider", heading="Provider", label=names_of.provider)
REGION = Column(
    name="region",
    heading="Place",
    label=names_of.region,
    links_to="regions",
    value=names_of.region_id,
    empty="any region",
)
CHARGED = Column(name="kind", heading="Kind")
TDP = _number("tdp_w", "Rated power (TDP)", "W")
SELLERS = _count("sellers", "Rented out by (providers)", names_of.sellers)
AS_PRICE = "as the price"
SEEN = (_date("valid_from", "Since"), _date("valid_to", "Until"), _date("observed_on", "Last seen"))


def _price(name: str, heading: str, unit: str) -> tuple[Column, ...]:
    """A price with the ends of its interval."""
    return _number(name, heading, unit), _number("low", "Low", AS_PRICE), _number("high", "High", AS_PRICE)


VIEWS: tuple[TableView, ...] = (
    TableView(
        name="accelerators",
        title="Accelerators",
        group="Machines",
        about="GPUs, TPUs and boards; those that most providers rent out come first, then the newest.",
        resource="accelerators",
        of=lambda item: item["segment"] != "cpu",
        order=("-sellers", "-released_on", "accelerator_id"),
        columns=(
            _chip(),
            Column(name="vendor", heading="Vendor"),
            Column(name="segment", heading="Segment"),
            RELEASED,
            SELLERS,
            TDP,
            _number("idle_w", "Idle power", "W"),
            _number("memory_gb", "Memory", "GB"),
            _number("memory_bandwidth_gb_s", "Memory bandwidth", "GB/s"),
            _number("peak_bf16_tflops", "Peak bf16", "TFLOP/s"),
            _number("peak_fp16_tflops", "Peak fp16", "TFLOP/s"),
            _number("peak_fp8_tflops", "Peak fp8", "TFLOP/s"),
            QUALITY,
            SOURCE,
        ),
    ),
    TableView(
        name="processors",
        title="Processors",
        group="Machines",
        about="CPUs; those of most cloud instances come first.",
        resource="accelerators",
        of=lambda item: item["segment"] == "cpu",
        order=("-instances", "accelerator_id"),
        columns=(
            _chip("Processor"),
            _count("instances", "Cloud instances", names_of.instances),
            TDP,
            _number("cores", "Cores of a socket"),
            Column(name="host_family", heading="Machine"),
            Column(name="generation", heading="Generation"),
            QUALITY,
            SOURCE,
        ),
    ),
    TableView(
        name="instances",
        title="Cloud instances",
        group="Machines",
        about="Those whose accelerator most providers rent out come first.",
        resource="instances",
        order=("-sellers", "accelerator_id", "provider", "accelerators", "instance_id"),
        columns=(
            Column(name="instance_id", heading="Instance", label=names_of.instance, links_to="instances"),
            PROVIDER,
            _chip("Accelerator or processor"),
            _number("accelerators", "Accelerators, or share of a socket"),
            SELLERS,
            _number("vcpus", "Virtual processors"),
            _number("memory_gb", "Memory", "GB"),
            _number("host_share", "Share of its host"),
            QUALITY,
            SOURCE,
        ),
    ),
    TableView(
        name="regions",
        title="Cloud regions",
        group="Places",
        about="Those with the most rent prices come first.",
        resource="regions",
        order=("-rents", "region_id"),
        columns=(
            Column(name="region_id", heading="Region", label=names_of.location, links_to="regions"),
            PROVIDER,
            Column(name="country", heading="Country", label=names_of.country),
            Column(name="subdivision", heading="State", label=names_of.subdivision),
            Column(name="zone_id", heading="Grid zone"),
            _count("rents", "Rent prices", names_of.rents),
            _number("pue", "PUE"),
            Column(name="pue_year", heading="Year of the PUE", kind="year"),
            _number("wue_l_per_kwh", "WUE", "L/kWh"),
            Column(name="wue_year", heading="Year of the WUE", kind="year"),
            _number("cfe_share", "Carbon-free share of electricity"),
            Column(name="cfe_year", heading="Year of the share", kind="year"),
            QUALITY,
            SOURCE,
        ),
    ),
    TableView(
        name="models",
        title="Models",
        group="Models",
        about="Those that most providers sell under their own name come first, then the newest.",
        resource="models",
        order=("-sold_by", "-released_on", "model_id"),
        columns=(
            Column(name="model_id", heading="Model", label=names_of.model, links_to="models"),
            Column(name="organization", heading="Organization"),
            RELEASED,
            _count("sold_by", "Sold by (providers)", names_of.sold_by),
            _number("total_params_b", "Parameters", "10⁹"),
            _number("active_params_b", "Active parameters", "10⁹"),
            _number("context_length", "Context", "tokens"),
            Column(name="architecture", heading="Architecture"),
            _number("training_tokens_b", "Training tokens", "10⁹"),
            _number("training_flop", "Training compute", "FLOP"),
            _number("training_accelerator_hours", "Training time", "accelerator-hours"),
            Column(name="training_accelerator", heading="Trained on"),
            QUALITY,
            SOURCE,
        ),
    ),
    TableView(
        name="hosted",
        title="Hosted models",
        group="Prices",
        about="What a call to a hosted model (API) costs. Those on sale come first, by the number of providers.",
        resource="prices",
        of=_of_table("api_prices"),
        order=("-observed_on", "-sold_by", "model", "input_usd_per_million_tokens"),
        columns=(
            Column(name="model", heading="Model", label=names_of.hosted_model),
            PROVIDER,
            Column(name="processing", heading="Processing"),
            Column(name="mode", heading="Kind"),
            _number("input_usd_per_million_tokens", "Input", "USD per 10⁶ tokens"),
            _number("cached_input_usd_per_million_tokens", "Cached input", "USD per 10⁶ tokens"),
            _number("output_usd_per_million_tokens", "Output", "USD per 10⁶ tokens"),
            _number("unit_usd", "Per unit", "USD"),
            Column(name="unit", heading="Unit"),
            _count("sold_by", "Sold by (providers)", names_of.hosted_by),
            _date("first_seen", "First seen"),
            _date("observed_on", "Last seen"),
            _date("retired_on", "Retired"),
            SOURCE,
        ),
    ),
    TableView(
        name="rent",
        title="Accelerator rent",
        group="Prices",
        about="USD for an accelerator and hour. What most providers rent out comes first, then the lowest price.",
        resource="prices",
        of=_of_table("accelerator_prices"),
        order=("-sellers", "accelerator_id", "kind", "usd_per_accelerator_hour", "-observed_on"),
        columns=(
            _chip(),
            PROVIDER,
            REGION,
            CHARGED,
            *_price("usd_per_accelerator_hour", "Price", "USD per accelerator and hour"),
            *SEEN,
            SELLERS,
            QUALITY,
            SOURCE,
        ),
    ),
    TableView(
        name="instance-rent",
        title="Instance rent",
        group="Prices",
        about="USD for a cloud instance and hour. Those whose accelerator most providers rent out come first.",
        resource="prices",
        of=_of_table("instance_prices"),
        order=("-sellers", "accelerator_id", "instance_type", "kind", "usd_per_instance_hour"),
        columns=(
            Column(name="instance_type", heading="Instance"),
            PROVIDER,
            REGION,
            CHARGED,
            *_price("usd_per_instance_hour", "Price", "USD per instance and hour"),
            _chip("Accelerator or processor", value=names_of.chip_of_instance),
            _count("accelerators", "Accelerators, or share of a socket", names_of.chips_of_instance),
            SELLERS,
            *SEEN,
            QUALITY,
            SOURCE,
        ),
    ),
    TableView(
        name="purchase",
        title="Purchase",
        group="Prices",
        about="USD for an accelerator with its share of server and network; the newest come first.",
        resource="prices",
        of=_of_table("purchase_prices"),
        order=("-year", "accelerator_id"),
        columns=(
            _chip(),
            *_price("usd_per_accelerator", "Price", "USD per accelerator"),
            Column(name="year", heading="Year", kind="year"),
            QUALITY,
            SOURCE,
        ),
    ),
    TableView(
        name="electricity",
        title="Electricity",
        group="Prices",
        about="What industry pays; the newest year comes first.",
        resource="prices",
        of=_of_table("electricity_prices"),
        order=("-year", "zone_id"),
        columns=(
            Column(name="zone_id", heading="Place", label=names_of.zone),
            Column(name="year", heading="Year", kind="year"),
            *_price("usd_per_kwh", "Price", "USD/kWh"),
            Column(name="tax_included", heading="With tax"),
            QUALITY,
            SOURCE,
        ),
    ),
    TableView(
        name="sources",
        title="Sources",
        group="About the data",
        about="The publications that figures come from, by producer.",
        resource="sources",
        order=("producer", "source_id"),
        columns=(
            Column(name="source_id", heading="Title", label=names_of.title, links_to="sources"),
            Column(name="producer", heading="Producer"),
            _date("published", "Published"),
            _date("accessed", "Accessed"),
            Column(name="licence", heading="Licence"),
            Column(name="url", heading="Address", links_to="url"),
        ),
    ),
    TableView(
        name="data",
        title="Files",
        group="About the data",
        about="The tables of the data package, with their age and licence.",
        resource="data",
        order=("name",),
        columns=(
            Column(name="name", heading="Table", links_to="data"),
            Column(name="title", heading="Content"),
            _number("rows", "Rows"),
            _date("oldest", "Oldest figure"),
            _date("newest", "Newest figure"),
            _number("old_after_days", "Old after", "days"),
            Column(name="key", heading="Key"),
            Column(name="licence", heading="Licence"),
        ),
    ),
)
"""The tables in the order of their tabs; what tells rows apart comes first and the source last."""
BY_NAME: Mapping[str, TableView] = {view.name: view for view in VIEWS}
