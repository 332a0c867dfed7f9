"""Under a prefix, which a proxy or gunicorn takes off, every address leads back under it."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPResponse
from typing import Any
from urllib.parse import urlencode

import pytest

from costsvc.schemas import query
from costsvc.web.api import training

pytestmark = pytest.mark.processes

PREFIX = "/costs"
ASKED = urlencode(list(query.pairs(training.EXAMPLE)))
FORWARDED = {
    "X-Forwarded-Prefix": PREFIX,
    "X-Forwarded-Host": "tools.example",
    "X-Forwarded-Proto": "https",
    "X-Forwarded-For": "192.0.2.1",
}


@dataclass(frozen=True)
class Outside:
    """The service as a client in front of the prefix sees it."""

    port: int
    taken_off: str
    headers: dict[str, str]

    def get(self, address: str) -> tuple[HTTPResponse, bytes]:
        """What lies at an address; the proxy, if there is one, takes the prefix off."""
        assert address.startswith(f"{PREFIX}/"), address
        connection = HTTPConnection("127.0.0.1", self.port, timeout=30)
        connection.request("GET", address.removeprefix(self.taken_off), headers={"Connection": "close", **self.headers})
        answer = connection.getresponse()
        body = answer.read()
        connection.close()
        return answer, body

    def text(self, address: str) -> str:
        answer, body = self.get(address)
        assert answer.status == 200, (address, answer.status)
        return body.decode()

    def json(self, address: str) -> Any:
        return json.loads(self.get(address)[1])


@pytest.fixture(scope="module")
def behind(serve) -> Iterator[Outside]:
    """The service behind one proxy."""
    with serve(COSTSVC_PROXIES="1") as server:
        yield Outside(server.port, PREFIX, FORWARDED)


@pytest.fixture(params=["proxy", "gunicorn"])
def outside(request: pytest.FixtureRequest, behind: Outside, prefixed) -> Outside:
    return behind if request.param == "proxy" else Outside(prefixed.port, "", {})


def addresses(page: str) -> list[str]:
    """Where a page leads on this host."""
    found = re.findall(r'(?:src|href|srcset|action|data-copy|data-figure|data-document)="([^"#]+)[^"]*"', page)
    return [address.replace("&amp;", "&") for address in found if not re.match(r"https?:|data:", address)]


@pytest.mark.parametrize("path", ["/", f"/?{ASKED}", "/docs", "/tables/accelerators", "/scoreboard", "/placement"])
def test_everything_that_a_page_leads_to_is_there(outside: Outside, path: str) -> None:
    found = set(addresses(outside.text(PREFIX + path)))
    assert len(found) >= 4
    for address in sorted(address for address in found if "/figures/" not in address):
        answer, body = outside.get(address)
        assert (answer.status, bool(body)) == (200, True), address


def test_the_page_draws_its_figures(outside: Outside) -> None:
    figures = [address for address in addresses(outside.text(f"{PREFIX}/?{ASKED}")) if "/figures/" in address]
    assert figures
    assert "<svg" in outside.text(next(address for address in figures if ".svg" in address))


def test_the_document_names_the_prefix_as_its_server(outside: Outside) -> None:
    assert outside.json(f"{PREFIX}/openapi.json")["servers"] == [{"url": PREFIX}]


def test_the_type_of_a_problem_leads_to_its_explanation(outside: Outside) -> None:
    address, _, anchor = outside.json(f"{PREFIX}/v1/models/no-such-model")["type"].partition("#")
    assert f'<h2 id="{anchor}">' in outside.text(address)


def test_a_redirect_stays_under_the_prefix(outside: Outside) -> None:
    answer, _ = outside.get(f"{PREFIX}/?{ASKED}&pue=")
    assert answer.status == 302
    assert outside.text(answer.headers["Location"])


def test_a_command_to_copy_asks_the_host_that_the_client_asked(behind: Outside) -> None:
    assert "https://tools.example/costs/v1/estimates/training" in behind.text(
        f"{PREFIX}{training.ENDPOINT.path}/request.sh?{ASKED}"
    )


def test_what_a_client_writes_before_the_last_proxy_is_not_believed(behind: Outside) -> None:
    forged = {name: f"/forged, {text}" for name, text in FORWARDED.items()}
    assert Outside(behind.port, PREFIX, forged).json(f"{PREFIX}/openapi.json")["servers"] == [{"url": PREFIX}]


def test_without_a_proxy_there_is_no_prefix(behind: Outside) -> None:
    assert Outside(behind.port, PREFIX, {}).json(f"{PREFIX}/openapi.json")["servers"] == [{"url": "/"}]


def test_without_the_setting_no_header_is_believed(service) -> None:
    said = service.get("/openapi.json", **FORWARDED)
    assert json.loads(said)["servers"] == [{"url": "/"}]
    assert b"tools.example" not in service.get(f"{training.ENDPOINT.path}/request.sh?{ASKED}", **FORWARDED)
