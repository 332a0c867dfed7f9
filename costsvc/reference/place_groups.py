"""Groups of cloud regions: those of a provider, of a continent or of the EU."""

from collections.abc import Mapping

from costsvc.errors import UnknownNameError
from costsvc.reference.catalog import Catalog
from costsvc.reference.place_index import normal


def _codes(text: str) -> frozenset[str]:
    return frozenset(text.split())


EU = _codes(
    "AUT BEL BGR CYP CZE DEU DNK ESP EST FIN FRA GRC HRV HUN IRL ITA LTU LUX LVA MLT NLD POL PRT ROU SVK SVN SWE"
)
EUROPE = EU | _codes("ALB BIH BLR CHE GBR ISL MDA MKD MNE NOR SRB UKR XKX")
MIDDLE_EAST = _codes("ARE BHR IRN IRQ ISR JOR KWT LBN OMN PSE QAT SAU SYR TUR YEM")
ASIA = _codes(
    "AFG ARM AZE BGD BRN BTN CHN GEO HKG IDN IND JPN KAZ KGZ KHM KOR LAO LKA MAC MDV MMR MNG MYS NPL PAK PHL PRK SGP "
    "THA TJK TKM TLS TWN UZB VNM"
)
AFRICA = _codes(
    "AGO BDI BEN BFA BWA CAF CIV CMR COD COG COM CPV DJI DZA EGY ERI ETH GAB GHA GIN GMB GNB GNQ KEN LBR LBY LSO MAR "
    "MDG MLI MOZ MRT MUS MWI NAM NER NGA RWA SDN SEN SLE SOM SSD STP SWZ SYC TCD TGO TUN TZA UGA ZAF ZMB ZWE"
)
NORTH_AMERICA = _codes("CAN MEX USA")
SOUTH_AMERICA = _codes("ARG BOL BRA CHL COL ECU GUY PER PRY SUR URY VEN")
LATIN_AMERICA = SOUTH_AMERICA | _codes("CRI CUB DOM GTM HND HTI JAM MEX NIC PAN PRI SLV")
OCEANIA = _codes("AUS FJI NZL PNG")
CONTINENTS: Mapping[str, frozenset[str]] = {
    "africa": AFRICA,
    "americas": NORTH_AMERICA | LATIN_AMERICA,
    "apac": ASIA | OCEANIA,
    "asia": ASIA | MIDDLE_EAST,
    "asia-pacific": ASIA | OCEANIA,
    "emea": EUROPE | MIDDLE_EAST | AFRICA,
    "eu": EU,
    "eu27": EU,
    "europe": EUROPE,
    "european-union": EU,
    "latin-america": LATIN_AMERICA,
    "middle-east": MIDDLE_EAST,
    "north-america": NORTH_AMERICA,
    "oceania": OCEANIA,
    "south-america": SOUTH_AMERICA,
}
"""Countries of each group, as ISO 3166-1 alpha-3."""


def regions_of_group(catalog: Catalog, name: str) -> tuple[str, ...]:
    """Ids of the cloud regions of a group; none if the name is not that of one.

    Args:
        catalog: The reference tables.
        name: A continent, the EU or a provider: ``europe``, ``EU``, ``aws``.
    """
    rows = catalog.tables["regions"].rows
    countries = CONTINENTS.get(normal(name))
    if countries is not None:
        return tuple(str(id_) for id_, row in rows.items() if row["country"] in countries)
    if catalog.place_names.read(name) is not None:
        return ()
    try:
        provider = catalog.provider(name)
    except UnknownNameError:
        return ()
    return tuple(str(id_) for id_, row in rows.items() if row["provider"] == provider)


def read_regions(catalog: Catalog, name: str, request_field: str = "regions") -> tuple[str, ...]:
    """Ids of the places that a name stands for: the regions of a group, or one place.

    Args:
        catalog: The reference tables.
        name: A group of regions, or a place.
        request_field: The field of the request that has the name.

    Raises:
        UnknownNameError: If the name is not known.
    """
    return catalog.memos[regions_of_group](name) or (catalog.place(name, request_field).region,)
