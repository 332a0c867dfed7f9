"""Factors have sources, places have fallbacks with a resolution, overlays replace rows and mark them."""

import csv
import shutil
from dataclasses import asdict

import pytest

from costsvc.errors import TableError
from costsvc.reference.catalog import Catalog
from costsvc.reference.grid import closest_year, nearest_year
from costsvc.reference.sites import measure
from costsvc.settings import bundled_data

LIFECYCLE, DIRECT = {"scope": "lifecycle", "method": "average"}, {"scope": "direct", "method": "average"}
MY_SOURCE = "my-meter,Me,Readings,2026,,,facts only,me"


def overlay(folder, table, *changes):
    """A folder with rows of a bundled table, changed, and a source of its own."""
    with (bundled_data() / f"{table}.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    folder.mkdir(exist_ok=True)
    with (folder / f"{table}.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, rows[0])
        writer.writeheader()
        writer.writerows({**rows[0], **change, "source_id": "my-meter"} for change in changes)
    header = (bundled_data() / "sources.csv").read_text(encoding="utf-8").splitlines()[0]
    (folder / "sources.csv").write_text(f"{header}\n{MY_SOURCE}\n", encoding="utf-8")
    return folder


def grid(catalog, place, year, scope="lifecycle"):
    areas = catalog.place(place).areas(direct=scope == "direct")
    return catalog.grid.find(areas, scope, "average", year)


@pytest.mark.parametrize(
    ("place", "scope", "resolution", "zone"),
    [
        pytest.param("aws:us-east-1", "lifecycle", "zone", "em:US-MIDA-PJM", id="zone-of-a-cloud-region"),
        pytest.param("aws:us-east-1", "direct", "zone", "egrid:SRVC", id="subregion-for-direct"),
        pytest.param("gcp:europe-west3", "direct", "region", "gcp:europe-west3", id="google-tells-its-regions"),
        pytest.param("US-VA", "lifecycle", "subdivision", "US-VA", id="state"),
        pytest.param("CA-ON", "lifecycle", "zone", "em:CA-ON", id="province-that-is-a-zone"),
        pytest.param("egrid:CAMX", "lifecycle", "zone", "egrid:CAMX", id="subregion"),
        pytest.param("US-VT", "direct", "subdivision", "US-VT", id="state-by-its-subregion"),
        pytest.param("US-PR", "direct", "country", "PRI", id="territory-by-its-subregion"),
        pytest.param("GB-SCT", "direct", "zone", "em:GB", id="nation-by-its-zone"),
        pytest.param("DE", "lifecycle", "country", "DEU", id="country"),
        pytest.param("DE", "direct", "zone", "em:DE", id="country-that-is-one-zone"),
        pytest.param("FR", "direct", None, None, id="no-direct-figure-is-ever-made-up"),
        pytest.param("Monaco", "lifecycle", "country", "MCO", id="enclave"),
        pytest.param("world", "lifecycle", "world", "world", id="world"),
    ],
)
def test_a_grid_intensity_has_the_resolution_of_its_area(catalog, place, scope, resolution, zone):
    found = grid(catalog, place, 2024, scope)
    assert (found and found.resolution, found and found.row["zone_id"]) == (resolution, zone)


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        pytest.param(1990, 2000, id="before-the-first"),
        pytest.param(2015, 2015, id="known"),
        pytest.param(2040, 2025, id="after-the-last"),
    ],
)
def test_the_nearest_year_of_the_grid_is_used(catalog, asked, found):
    assert grid(catalog, "USA", asked).row["year"] == found


@pytest.mark.parametrize(
    ("years", "wanted", "found"),
    [
        pytest.param([2022, 2025], 2024, 2025, id="fewest-years-off"),
        pytest.param([2022, 2024], 2023, 2022, id="the-earlier-of-two"),
        pytest.param([], 2024, None, id="none"),
    ],
)
def test_the_closest_year_may_be_a_later_one(years, wanted, found):
    assert closest_year(years, wanted) == found


@pytest.mark.parametrize(
    ("years", "wanted", "found"),
    [
        pytest.param([2020, 2024], 2022, 2020, id="past-before-future"),
        pytest.param([2020, 2024], 2019, 2020, id="earliest"),
        pytest.param([2020, 2024], 2030, 2024, id="latest"),
        pytest.param([], 2024, None, id="none"),
    ],
)
def test_the_nearest_year_is_the_latest_past_one(years, wanted, found):
    assert nearest_year(years, wanted) == found


@pytest.mark.parametrize(
    ("place", "zone"),
    [
        pytest.param("aws:us-east-1", "avert:Mid-Atlantic", id="cloud-region"),
        pytest.param("em:US-MIDA-PJM", "em:US-MIDA-PJM", id="zone"),
        pytest.param("US-VA", "US-VA", id="state"),
        pytest.param("egrid:SRVC", "egrid:SRVC", id="subregion"),
        pytest.param("US-HI", "em:US-HI", id="island"),
        pytest.param("em:DE", "DEU", id="zone-without-one"),
        pytest.param("DE", "DEU", id="country"),
        pytest.param("JEY", "FRA", id="island-on-a-neighbours-cable"),
    ],
)
def test_marginal_figures_come_from_the_narrowest_area_that_has_one(catalog, place, zone):
    found = catalog.grid.find(catalog.place(place).marginal_areas(), "direct", "marginal", 2024)
    assert found.row["zone_id"] == zone


def test_a_factor_carries_its_source_bounds_year_and_origin(catalog):
    pue = catalog.factor("site_measures", ("aws:af-south-1", "pue", 2024), "value", "pue")
    assert (pue.value, pue.low, pue.high, pue.year) == (1.24, 1.168, 1.336, 2024)
    assert (pue.origin, pue.source_id) == ("table", "aws-sites")
    assert "2024" in pue.locator


def test_a_default_has_the_origin_default_and_a_missing_one_is_an_error(catalog):
    assert catalog.default("age_years").origin == "default"
    with pytest.raises(KeyError):
        catalog.default("no-such-default")


@pytest.mark.parametrize(
    ("table", "key", "column"),
    [
        pytest.param("regions", "no:such", "zone_id", id="no-row"),
        pytest.param("accelerators", "nvidia-v100-sxm2-16gb", "peak_fp8_tflops", id="empty-cell"),
    ],
)
def test_there_is_no_factor_if_the_table_has_no_figure(catalog, table, key, column):
    assert catalog.factor(table, key, column, "pue") is None


def test_groups_contain_the_last_column_of_the_key(catalog):
    years = catalog.group("electricity_prices", "USA")
    assert 2024 in years
    assert catalog.group("electricity_prices", "nowhere") == []


def test_overlay_rows_replace_those_of_equal_key_add_new_ones_and_are_marked(tmp_path, catalog):
    changes = [{"name": "age_years", "value": "2", "high": "3"}, {"name": "of-mine", "value": "1", "high": "3"}]
    mine = Catalog.load(bundled_data(), overlay(tmp_path / "mine", "defaults", *changes))
    factor = mine.default("age_years")
    assert (factor.value, factor.origin, factor.source_id) == (2, "overlay", "my-meter")
    assert mine.default("of-mine").origin == "overlay"
    untouched = next(key for key in catalog.tables["defaults"] if key != "age_years")
    assert asdict(mine.default(untouched)) == asdict(catalog.default(untouched))


def test_an_intensity_of_an_overlay_takes_precedence_over_tied_zones(tmp_path, catalog):
    mine = {"zone_id": "LUX", "year": "2025", "scope": "lifecycle", "g_per_kwh": "99", "low": "90", "high": "110"}
    own = Catalog.load(bundled_data(), overlay(tmp_path / "mine", "grid_average", mine))
    assert grid(catalog, "LUX", 2025).table == "grid_average_tied"
    assert grid(own, "LUX", 2025).row["g_per_kwh"] == 99


def test_a_building_of_an_overlay_takes_precedence_over_that_of_the_operator(tmp_path):
    mine = {"scope_id": "coreweave:US-EAST-01", "metric": "pue", "year": "2025", "value": "1.2", "high": "1.3"}
    own = Catalog.load(bundled_data(), overlay(tmp_path / "mine", "site_measures", mine | {"low": "1.1"}))
    found = measure(own, ("coreweave:US-EAST-01", "coreweave", "*"), "pue", "1", 2025)
    assert (found.value, found.origin) == (1.2, "overlay")


def test_an_overlay_can_add_an_accelerator(tmp_path):
    change = {"accelerator_id": "acme-x9", "family": "x9", "name": "Acme X9"}
    mine = Catalog.load(bundled_data(), overlay(tmp_path / "mine", "accelerators", change))
    assert mine.accelerator("X9")[0].id == "acme-x9"


def test_the_version_depends_on_the_overlay(tmp_path, catalog):
    mine = Catalog.load(bundled_data(), overlay(tmp_path / "mine", "defaults", {"value": "2", "high": "3"}))
    copied = tmp_path / "copied"
    shutil.copytree(bundled_data(), copied)
    assert mine.version != catalog.version
    assert Catalog.load(copied).version == catalog.version


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        pytest.param("defualts.csv", "a\n1\n", "no table is called defualts.csv", id="misspelt-file"),
        pytest.param(
            "mfu_measurements.csv", "a\n1\n", "no table is called mfu_measurements.csv", id="only-fits-read-it"
        ),
        pytest.param("hosts.csv", "host_family\nmine\n", "hosts.csv: columns are not as described", id="columns"),
        pytest.param(
            "price_indices.csv",
            "index_id,year,value,source_id,locator,quality\nmine,2024,1,hearsay,x,assumed\n",
            "source_id is not in sources.csv: ['hearsay']",
            id="unknown-source",
        ),
    ],
)
def test_a_bad_overlay_is_refused(tmp_path, name, text, message):
    (tmp_path / name).write_text(text, encoding="utf-8")
    with pytest.raises(TableError) as refused:
        Catalog.load(bundled_data(), tmp_path)
    assert message in str(refused.value)


def test_a_missing_overlay_is_refused(tmp_path):
    with pytest.raises(TableError, match="does not exist"):
        Catalog.load(bundled_data(), tmp_path / "nowhere")


def test_the_faults_of_all_tables_are_named_at_once(tmp_path):
    folder = tmp_path / "data"
    shutil.copytree(bundled_data(), folder)
    (folder / "hosts.csv").unlink()
    (folder / "equivalences.csv").write_text("colour\nred\n", encoding="utf-8")
    with pytest.raises(TableError) as refused:
        Catalog.load(folder)
    assert "hosts.csv" in str(refused.value)
    assert "equivalences.csv" in str(refused.value)
