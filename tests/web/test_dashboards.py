"""Alerts and dashboard, asked of a real Prometheus that scrapes the real service."""

import json
import math
import re
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from dataclasses import dataclass, replace
from http.client import HTTPConnection
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
import yaml

from costsvc.web.api import training
from costsvc.web.registry import ENDPOINTS

pytestmark = pytest.mark.prometheus
DEPLOY = Path(__file__).parents[2] / "deploy"
RULES = DEPLOY / "prometheus" / "alerts.yml"
SAMPLE = DEPLOY / "prometheus" / "prometheus.yml"
ALERTS = {rule["alert"]: rule for group in yaml.safe_load(RULES.read_text())["groups"] for rule in group["rules"]}
DASHBOARD = json.loads((DEPLOY / "grafana" / "costsvc.json").read_text())
PANELS = [panel for panel in DASHBOARD["panels"] if panel["type"] != "row"]
GRAFANA = {"__rate_interval": "1m", "__range": "5m", "__interval": "15s", "job": "costsvc"}
"""What Grafana puts in for its own variables and for those of the dashboard."""


@dataclass(frozen=True)
class Prometheus:
    """A running Prometheus, asked as of now or of a time."""

    port: int
    at: float | None = None

    def get(self, path: str) -> Any:
        with closing(HTTPConnection("127.0.0.1", self.port, timeout=60)) as connection:
            connection.request("GET", path)
            answer = json.loads(connection.getresponse().read())
        assert answer["status"] == "success", (path, answer)
        return answer["data"]

    def ask(self, expression: str) -> list[float]:
        """The values of an expression; it must be one that Prometheus understands."""
        when = {} if self.at is None else {"time": self.at}
        found = self.get(f"/api/v1/query?{urlencode({'query': expression, **when})}")
        return [float(series["value"][1]) for series in found["result"]]


Watch = Callable[[Any], AbstractContextManager[Prometheus]]


@pytest.fixture(scope="module")
def watch(needs, free_port, tmp_path_factory: pytest.TempPathFactory) -> Watch:
    """Starts a Prometheus with the sample of deploy/, on a service and every second."""
    program = needs("prometheus")

    @contextmanager
    def watching(server) -> Iterator[Prometheus]:
        folder, port = tmp_path_factory.mktemp("prometheus"), free_port()
        (folder / RULES.name).write_text(RULES.read_text())
        (folder / SAMPLE.name).write_text(sample_for(server.port))
        listening = f"--web.listen-address=127.0.0.1:{port}"
        command = [
            program,
            f"--config.file={folder / SAMPLE.name}",
            f"--storage.tsdb.path={folder / 'tsdb'}",
            listening,
        ]
        with subprocess.Popen(command, stderr=subprocess.DEVNULL) as process:  # noqa: S603 - Debian's
            try:
                found = Prometheus(port)
                server.wait_until(lambda: listens(found) and found.ask('sum_over_time(up{job="costsvc"}[1m]) >= 2'))
                yield found
            finally:
                process.kill()

    return watching


def sample_for(port: int) -> str:
    config = yaml.safe_load(SAMPLE.read_text())
    config["global"] = {"scrape_interval": "1s", "evaluation_interval": "1s"}
    config["scrape_configs"][0]["static_configs"][0]["targets"] = [f"127.0.0.1:{port}"]
    return str(yaml.safe_dump(config))


def listens(prometheus: Prometheus) -> bool:
    try:
        return bool(prometheus.get("/api/v1/status/runtimeinfo"))
    except (OSError, json.JSONDecodeError):  # not yet, or still reading its files
        return False


@pytest.fixture(scope="module")
def prometheus(serve, watch: Watch) -> Iterator[Prometheus]:
    """A Prometheus that has seen a healthy service answer, and refuse, some requests; asked as of then."""
    estimated = f"count(increase(costsvc_estimates_total[1m]) > 0) == {len(ENDPOINTS)}"
    seen = f'{estimated} and sum(costsvc_requests_total{{status="404"}})'
    with serve() as server, watch(server) as found:

        def healthy() -> bool:
            for _ in range(20):  # where the first were slow because the machine is busy, others make up for them
                server.post(training.ENDPOINT.path, training.EXAMPLE)
            return bool(found.ask(seen)) and not found.ask(ALERTS["CostsvcSlow"]["expr"])

        for question in ENDPOINTS.values():
            assert server.post(question.path, question.example)[0] == 200
        assert server.post(training.ENDPOINT.path, {"accelerator": "no-such-chip"})[0] == 422
        server.get("/no/such/address")
        server.wait_until(healthy)
        yield replace(found, at=time.time())


def said(expression: str) -> str:
    """An expression as Grafana sends it."""
    text = re.sub(r"\$(\w+)", lambda match: GRAFANA[match[1]], expression)
    assert "$" not in text
    return text


@pytest.mark.parametrize("panel", PANELS, ids=lambda panel: panel["title"].lower().replace(" ", "-"))
def test_every_query_of_the_dashboard_has_data(prometheus: Prometheus, panel: dict[str, Any]) -> None:
    assert panel["targets"]
    for target in panel["targets"]:
        found = prometheus.ask(said(target["expr"]))
        assert found, target["expr"]
        assert all(math.isfinite(value) for value in found), target["expr"]
        assert max(found) > 0, target["expr"]


@pytest.mark.parametrize("name", ALERTS)
def test_no_alert_holds_on_a_healthy_service(prometheus: Prometheus, name: str) -> None:
    assert prometheus.ask(ALERTS[name]["expr"]) == []


def test_prometheus_has_read_every_alert_and_none_fires(prometheus: Prometheus) -> None:
    rules = [rule for group in prometheus.get("/api/v1/rules")["groups"] for rule in group["rules"]]
    assert {rule["name"]: rule["state"] for rule in rules} == dict.fromkeys(ALERTS, "inactive")


@pytest.mark.slow
def test_a_service_that_stops_is_seen(serve, watch: Watch) -> None:
    down = ALERTS["CostsvcDown"]["expr"]
    with serve() as server, watch(server) as prometheus:
        assert prometheus.ask(down) == []
        server.process.terminate()
        server.wait_until(lambda: prometheus.ask(down))


@pytest.mark.parametrize("arguments", [("check", "rules", RULES), ("check", "config", SAMPLE)], ids=["rules", "sample"])
def test_promtool_finds_nothing_wrong(needs, arguments: tuple[object, ...]) -> None:
    checked = subprocess.run([needs("promtool"), *map(str, arguments)], capture_output=True, text=True, check=False)  # noqa: S603 - Debian's
    assert checked.returncode == 0, checked.stderr


@pytest.mark.parametrize("name", ALERTS)
def test_an_alert_says_what_happened_and_what_to_do(name: str) -> None:
    assert set(ALERTS[name]["annotations"]) == {"summary", "description"}
    assert ALERTS[name]["labels"]["severity"] in {"critical", "warning"}
    assert name in (DEPLOY / "README.md").read_text()


def test_the_dashboard_asks_the_source_that_its_reader_chooses() -> None:
    variables = {variable["name"]: variable for variable in DASHBOARD["templating"]["list"]}
    assert variables["datasource"]["type"] == "datasource"
    for panel in PANELS:
        assert {target["datasource"]["uid"] for target in panel["targets"]} == {"${datasource}"}
    assert set(variables) <= set(GRAFANA) | {"datasource"}


def test_panels_do_not_lie_over_one_another() -> None:
    places = [panel["gridPos"] for panel in DASHBOARD["panels"]]
    cells = [
        (x, y)
        for place in places
        for x in range(place["x"], place["x"] + place["w"])
        for y in range(place["y"], place["y"] + place["h"])
    ]
    assert len(cells) == len(set(cells))
    assert {x for x, _ in cells} <= set(range(24))
