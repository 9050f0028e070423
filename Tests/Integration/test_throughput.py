"""Many requests at once from real load generators: no errors, and every counter equal to what was sent."""

import re
import shutil
import subprocess
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest

from harness.client import Client, get
from harness.process import PEER
from harness.upstream import answer, eventually
from test_admin import scrape, total

pytestmark = pytest.mark.skipif(PEER != "slb", reason="only for slb")
WORKERS, ENDPOINTS, REQUESTS = 2, 3, 3_000


def url(slb) -> str:
    return f"http://127.0.0.1:{slb.address[1]}"


def counts_are(slb, expected: int) -> None:
    eventually(lambda: total(scrape(slb), "slb_requests_total") >= expected, 10, f"{expected} requests to be counted")
    samples = scrape(slb)
    for name in ("slb_requests_total", "slb_decisions_total", "slb_upstream_requests_total", "slb_request_duration_seconds_count"):
        assert total(samples, name) == expected, name
    assert total(samples, "slb_requests_total", status_code="200") == expected
    assert total(samples, "slb_rejected_total") == 0


@pytest.mark.skipif(not shutil.which("h2load"), reason="needs h2load")
def test_h2load_gets_every_answer_and_every_counter_agrees(start_slb, upstream, tmp_path):
    slb = start_slb(upstream.url)
    body = tmp_path / "body"
    body.write_bytes(b'{"text":"' + b"x" * 280 + b'"}')
    sent = 0
    for extra in ([], ["-d", str(body), "-H", "content-type: application/json"]):
        done = subprocess.run(["h2load", "--h1", "-n", "3000", "-c", "24", *extra, url(slb) + "/load"],
                              capture_output=True, timeout=90, check=True, text=True)
        assert "3000 succeeded, 0 failed, 0 errored, 0 timeout" in done.stdout, done.stdout
        sent += 3000
        counts_are(slb, sent)
    assert len(upstream.requests) == sent and not upstream.violations


@pytest.mark.skipif(not shutil.which("wrk"), reason="needs wrk")
def test_wrk_sees_no_error_and_the_counters_cover_it(start_slb, upstream):
    slb = start_slb(upstream.url)
    done = subprocess.run(["wrk", "-t2", "-c64", "-d2s", url(slb) + "/wrk"], capture_output=True, timeout=60, check=True, text=True)
    found = re.search(r"(\d+) requests in", done.stdout)
    assert found and int(found[1]) > 0
    assert "Socket errors" not in done.stdout and "Non-2xx" not in done.stdout, done.stdout
    # wrk leaves with up to one request on each of its connections unanswered.
    eventually(lambda: total(scrape(slb), "slb_connections", side="downstream", state="active") == 0, 10, "the last exchanges to end")
    counted = total(scrape(slb), "slb_requests_total", status_code="200")
    assert int(found[1]) <= counted <= int(found[1]) + 64


def test_round_robin_is_exactly_even_under_concurrency(start_slb, start_upstream):
    """Two workers, three endpoints, many clients: each endpoint gets exactly a third."""
    def named(name: bytes):
        def behave(connection):
            while connection.read_request() is not None:
                connection.send(answer(name))
        return behave

    servers = [start_upstream(named(b"%d" % number)) for number in range(ENDPOINTS)]
    slb = start_slb(*(server.url for server in servers), config={"workers": WORKERS})
    clients = 12

    def client(_: int) -> Counter:
        seen: Counter = Counter()
        with Client(slb.address) as connection:
            for _ in range(REQUESTS // clients):
                connection.send(get("/"))
                response = connection.response()
                assert response.status == 200
                seen[response.body] += 1
        return seen

    with ThreadPoolExecutor(clients) as pool:
        counts = sum(pool.map(client, range(clients)), Counter())
    assert counts == {b"%d" % number: REQUESTS // ENDPOINTS for number in range(ENDPOINTS)}
    assert [len(server.requests) for server in servers] == [REQUESTS // ENDPOINTS] * ENDPOINTS
    counts_are(slb, REQUESTS)
