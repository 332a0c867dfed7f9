"""Settings come from the environment, once; a variable that is no setting stops the start."""

from pathlib import Path

import pytest

from costsvc.errors import SettingsError, TableError
from costsvc.services import Services
from costsvc.settings import Settings, bundled_data


def test_without_variables_the_bundled_tables_are_used():
    assert Settings.from_env({}) == Settings(data_dir=bundled_data(), data_overlay=None)
    assert (bundled_data() / "datapackage.json").is_file()


@pytest.mark.parametrize(
    ("variable", "text", "setting"),
    [
        pytest.param("COSTSVC_DATA_DIR", "/srv/tables", {"data_dir": Path("/srv/tables")}, id="tables"),
        pytest.param("COSTSVC_DATA_OVERLAY", "/srv/mine", {"data_overlay": Path("/srv/mine")}, id="overlay"),
        pytest.param("COSTSVC_DATA_OVERLAY", "", {}, id="empty-is-unset"),
        pytest.param("COSTSVC_CORS_ORIGINS", "*", {"cors_origins": frozenset("*")}, id="all-origins"),
        pytest.param(
            "COSTSVC_CORS_ORIGINS",
            "https://a.example, http://LocalHost:5173",
            {"cors_origins": frozenset({"https://a.example", "http://localhost:5173"})},
            id="two-origins",
        ),
        pytest.param(
            "COSTSVC_CORS_ORIGINS",
            "http://[::1]:3000,http://a.example:443,moz-extension://1f-2e",
            {"cors_origins": frozenset({"http://[::1]:3000", "http://a.example:443", "moz-extension://1f-2e"})},
            id="unusual-origins",
        ),
        pytest.param("COSTSVC_PROXIES", "2", {"proxies": 2}, id="proxies"),
        pytest.param("COSTSVC_BATCH_MIB", "64", {"batch_mib": 64}, id="batches"),
    ],
)
def test_a_variable_sets_its_setting(variable, text, setting):
    assert Settings.from_env({variable: text}) == Settings(**setting)


@pytest.mark.parametrize(
    "variable",
    [
        pytest.param("COSTSVC_PORT", id="port"),
        pytest.param("COSTSVC_PORT_8000_TCP_ADDR", id="port-address"),
        pytest.param("COSTSVC_SERVICE_HOST", id="service-host"),
        pytest.param("COSTSVC_SERVICE_PORT_HTTP", id="service-port"),
        pytest.param("PATH", id="not-ours"),
    ],
)
def test_what_kubernetes_sets_for_a_service_of_that_name_is_ignored(variable):
    assert Settings.from_env({variable: "tcp://10.0.0.1:8000"}) == Settings()


def test_an_unknown_variable_is_refused_with_those_that_are_known():
    with pytest.raises(SettingsError) as refused:
        Settings.from_env({"COSTSVC_DATA_OVERLY": "/srv/mine", "COSTSVC_COLOUR": "red"})
    assert "COSTSVC_COLOUR, COSTSVC_DATA_OVERLY" in str(refused.value)
    assert "COSTSVC_DATA_OVERLAY" in str(refused.value).partition("known:")[2]


@pytest.mark.parametrize(
    ("variable", "text"),
    [
        pytest.param("COSTSVC_CORS_ORIGINS", "https://a.example/", id="origin-with-a-path"),
        pytest.param("COSTSVC_CORS_ORIGINS", "a.example", id="origin-without-a-scheme"),
        pytest.param("COSTSVC_CORS_ORIGINS", "https://", id="origin-without-a-host"),
        pytest.param("COSTSVC_CORS_ORIGINS", "https://me@a.example", id="origin-with-a-user"),
        pytest.param("COSTSVC_CORS_ORIGINS", "https://*.example", id="origin-as-a-pattern"),
        pytest.param("COSTSVC_CORS_ORIGINS", "https://a.example,*", id="all-beside-one"),
        pytest.param("COSTSVC_CORS_ORIGINS", "https://a.example,", id="nothing-behind-a-comma"),
        pytest.param("COSTSVC_CORS_ORIGINS", "null", id="no-origin"),
        pytest.param("COSTSVC_CORS_ORIGINS", "https://a.example:443", id="origin-with-its-scheme's-port"),
        pytest.param("COSTSVC_CORS_ORIGINS", "http://a.example:", id="origin-with-half-a-port"),
        pytest.param("COSTSVC_CORS_ORIGINS", "https://\u00e4.example", id="origin-not-in-punycode"),
        pytest.param("COSTSVC_PROXIES", "-1", id="fewer-proxies-than-none"),
        pytest.param("COSTSVC_PROXIES", "1.5", id="half-a-proxy"),
        pytest.param("COSTSVC_PROXIES", "yes", id="proxies-as-a-word"),
        pytest.param("COSTSVC_BATCH_MIB", "0", id="batches-without-bytes"),
        pytest.param("COSTSVC_BATCH_MIB", "257", id="batches-above-the-limit"),
        pytest.param("COSTSVC_BATCH_MIB", "16MB", id="batches-with-a-unit"),
    ],
)
def test_what_cannot_be_read_stops_the_start_and_names_the_setting(variable, text):
    with pytest.raises(SettingsError, match=variable):
        Settings.from_env({variable: text})


def test_an_overlay_that_is_not_there_stops_the_start(tmp_path):
    with pytest.raises(TableError, match="does not exist"):
        Services.open(Settings(data_overlay=tmp_path / "nowhere"), lambda _: {}, lambda _: {})


def test_tables_that_are_not_there_stop_the_start(tmp_path):
    with pytest.raises(TableError, match=r"datapackage\.json"):
        Services.open(Settings(data_dir=tmp_path), lambda _: {}, lambda _: {})


def test_the_overlay_reaches_the_catalog(tmp_path):
    header, first = (bundled_data() / "defaults.csv").read_text(encoding="utf-8").splitlines()[:2]
    (tmp_path / "defaults.csv").write_text(f"{header}\n{first}\n", encoding="utf-8")
    services = Services.open(Settings.from_env({"COSTSVC_DATA_OVERLAY": str(tmp_path)}), lambda _: {}, lambda _: {})
    assert services.catalog.default(first.partition(",")[0]).origin == "overlay"
