"""Long requests run in processes of low priority, which may die, and stop when nobody waits for them."""

import contextlib
import json
import os
import signal
import threading
import time
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlencode

import pytest

from costsvc.web.api import placement, training
from costsvc.web.serving import slots
from costsvc.web.serving.long import is_long

pytestmark = pytest.mark.processes

EXAMPLE = placement.EXAMPLE
LONG = EXAMPLE | {"regions": "all", "accelerators": "all", "offered_only": False}
PLACEMENT = "/v1/comparisons/placement"
FIGURE = f"/v1/estimates/training/figures/drivers.svg?{urlencode({'accelerator': 'h100', 'accelerator_hours': 9})}"


@pytest.fixture(scope="module")
def server(serve):
    with serve(WEB_CONCURRENCY="1") as found:
        yield found


def children(pid):
    return {int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()}


def runners(server):
    """The processes that answer long requests."""
    return {runner for worker in server.workers() for nursery in children(worker) for runner in children(nursery)}


def priority(pid):
    return os.getpriority(os.PRIO_PROCESS, pid)


@pytest.mark.parametrize(
    ("path", "query", "takes_long"),
    [
        ("/v1/estimates/training", "", False),
        ("/v1/estimates/inference", "explain=true", False),
        ("/v1/estimates/training/figures/drivers.svg", "a=b", True),
        ("/v1/validation/figure.svg", "", True),
        ("/v1/comparisons/placement", "", True),
        ("/v1/comparisons/schedule/citation.md", "a=b", True),
        ("/v1/comparisons/amortization", "", True),
        ("/v1/comparisons/change", "", False),
        ("/v1/models", "q=llama", False),
        ("/", "", False),
        ("/", "accelerator=h100", True),
        ("/placement", "a=b", True),
        ("/static/page.js", "v=1", False),
        ("/healthz", "", False),
        ("/readyz", "", False),
    ],
)
def test_what_takes_long_is_told_by_its_address(path, query, takes_long):
    assert is_long({"PATH_INFO": path, "QUERY_STRING": query}) is takes_long


def test_a_long_request_has_the_answer_that_the_application_gives(server, client):
    assert server.post(PLACEMENT, EXAMPLE) == (200, client.post(PLACEMENT, json=EXAMPLE).data)


def test_it_runs_at_a_low_priority(server):
    assert server.post(PLACEMENT, EXAMPLE)[0] == 200
    assert {priority(pid) for pid in runners(server)} == {slots.PRIORITY}
    assert {priority(pid) for pid in server.workers()} == {0}


def test_one_that_follows_another_goes_on_with_its_counts(server):
    assert server.post(PLACEMENT, EXAMPLE)[0] == 200
    before = counts(server)
    for runner in runners(server):
        os.kill(runner, signal.SIGKILL)
    assert server.post(PLACEMENT, EXAMPLE)[0] == 200
    assert counts(server) == before


def counts(server):
    return {path.name for path in server.metrics.glob("counter_*.db")}


def test_figures_are_drawn_there(server):
    assert server.get(FIGURE).startswith(b"<svg")


def test_it_is_counted_as_any_other(server):
    counted = b'costsvc_requests_total{route="/v1/comparisons/placement",status="200"}'
    assert server.post(PLACEMENT, EXAMPLE)[0] == 200
    assert counted in server.get("/metrics")


@pytest.mark.parametrize("victims", [runners, lambda server: children(min(server.workers()))])
def test_a_process_that_is_killed_costs_no_answer_to_come(serve, victims):
    with serve(WEB_CONCURRENCY="1") as server:
        assert server.post(PLACEMENT, EXAMPLE)[0] == 200
        for victim in victims(server):
            os.kill(victim, signal.SIGKILL)
        server.wait_until(lambda: server.post(PLACEMENT, EXAMPLE)[0] == 200)


def test_a_process_that_is_killed_over_a_request_is_followed_by_another(server):
    answers = []
    asking = threading.Thread(target=lambda: answers.append(server.post(PLACEMENT, LONG | {"limit": 7})))
    before = runners(server)
    asking.start()
    server.wait_until(lambda: any(busy(pid) for pid in runners(server)))
    for pid in runners(server):
        os.kill(pid, signal.SIGKILL)
    asking.join()
    assert answers[0][0] == 200
    assert not runners(server) & before


def busy(pid):
    state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    return state == "R"


def test_a_request_whose_client_has_gone_is_given_up(serve):
    with serve(WEB_CONCURRENCY="1") as server:
        assert server.post(PLACEMENT, EXAMPLE)[0] == 200
        (runner,) = runners(server)
        os.kill(runner, signal.SIGSTOP)
        connection = HTTPConnection("127.0.0.1", server.port, timeout=30)
        connection.request("POST", PLACEMENT, json.dumps(LONG), {"Content-Type": "application/json"})
        time.sleep(0.2)
        connection.close()
        server.wait_until(lambda: runner not in runners(server))
        assert server.post(PLACEMENT, EXAMPLE)[0] == 200


def asked(server, origin):
    """A connection from an address that has asked for a placement."""
    one = HTTPConnection("127.0.0.1", server.port, timeout=30, source_address=(origin, 0))
    one.request("POST", PLACEMENT, json.dumps(EXAMPLE), {"Content-Type": "application/json"})
    return one


def test_an_address_that_asks_for_too_much_is_told_when_to_come_again_and_others_are_answered(serve):
    with serve(WEB_CONCURRENCY="1") as server:
        assert server.post(PLACEMENT, EXAMPLE)[0] == 200
        stopped = runners(server) | children(min(server.workers()))
        for process in stopped:
            os.kill(process, signal.SIGSTOP)
        with contextlib.ExitStack() as opened:
            for _ in range(slots.EACH + slots.cores() + 3):
                opened.enter_context(contextlib.closing(asked(server, "127.0.0.2")))
            server.wait_until(lambda: b'status="503"' in server.get("/metrics"))
            assert server.post("/v1/estimates/training", training.EXAMPLE)[0] == 200
            refused = opened.enter_context(contextlib.closing(asked(server, "127.0.0.2"))).getresponse()
            assert (refused.status, refused.headers["Retry-After"]) == (503, "1")
            assert json.loads(refused.read())["title"] == "Busy"
            other = opened.enter_context(contextlib.closing(asked(server, "127.0.0.1")))
            for process in stopped:
                os.kill(process, signal.SIGCONT)
            assert other.getresponse().status == 200


def test_runners_end_with_their_worker(serve):
    with serve(WEB_CONCURRENCY="1") as server:
        assert server.post(PLACEMENT, EXAMPLE)[0] == 200
        worker = min(server.workers())
        family = children(worker) | runners(server)
        os.kill(worker, signal.SIGKILL)
        server.wait_until(lambda: not any(Path(f"/proc/{pid}").exists() for pid in family))
