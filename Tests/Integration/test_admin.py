"""The admin interface, metrics against the traffic, the access log, decisions and their cache."""

import json
import signal

import pytest
from prometheus_client import parser
from prometheus_client.openmetrics import parser as openmetrics

from harness.client import Client, fetch, get, post
from harness.process import PEER
from harness.upstream import eventually

pytestmark = pytest.mark.skipif(PEER != "slb", reason="only for slb")


def scrape(slb) -> dict[tuple, float]:
    text = fetch(slb.admin, get("/metrics")).body.decode()
    return {(s.name, *sorted(s.labels.items())): s.value for family in parser.text_string_to_metric_families(text) for s in family.samples}


def total(samples: dict, name: str, **labels: str) -> float:
    return sum(v for k, v in samples.items() if k[0] == name and set(labels.items()) <= set(k[1:]))


def test_metrics_equal_the_traffic(slb):
    for number in range(25):
        fetch(slb.address, get(f"/{number}"))
    for _ in range(5):
        fetch(slb.address, post("/p", b"hello"))
    eventually(lambda: total(scrape(slb), "slb_requests_total") == 30, 5, "the counters to arrive")
    samples = scrape(slb)
    assert total(samples, "slb_requests_total", label="general", status_code="200") == 30
    assert total(samples, "slb_decisions_total", label="general") == 30
    assert total(samples, "slb_upstream_requests_total", pool="general") == 30
    assert total(samples, "slb_request_duration_seconds_count") == 30
    assert total(samples, "slb_cache_hits_total") + total(samples, "slb_cache_misses_total") == 30
    assert total(samples, "slb_build_info") == 1 and total(samples, "process_resident_memory_bytes") > 0


def test_refusals_are_counted(slb):
    for _ in range(3):
        fetch(slb.address, b"GET / HTTP/1.1\r\nHost : t\r\n\r\n")
    eventually(lambda: total(scrape(slb), "slb_rejected_total") == 3, 5, "the refusals to be counted")


def test_openmetrics_by_accept(slb):
    response = fetch(slb.admin, get("/metrics", "Accept: application/openmetrics-text; version=1.0.0"))
    assert b"openmetrics-text" in response.one(b"content-type")
    assert response.body.endswith(b"# EOF\n")
    assert list(openmetrics.text_string_to_metric_families(response.body.decode()))


def test_health_ready_pools_and_config(slb):
    assert fetch(slb.admin, get("/health")).status == 200
    assert fetch(slb.admin, get("/ready")).status == 200
    assert b"general" in fetch(slb.admin, get("/pools")).body
    assert b"general" in fetch(slb.admin, get("/config")).body
    assert b"<html" in fetch(slb.admin, get("/")).body.lower()
    assert fetch(slb.admin, get("/nothing-here")).status == 404


def test_every_path_of_the_proxy_port_belongs_to_the_upstreams(slb):
    for path in ("/metrics", "/health", "/ready", "/events", "/classify", "/pools", "/config"):
        assert fetch(slb.address, get(path)).body == b"echo:" + path.encode()


def test_events_tell_each_decision(slb):
    with Client(slb.admin) as events:
        events.send(get("/events"))
        assert b"text/event-stream" in events.read_until(b"\r\n\r\n")
        fetch(slb.address, post("/watched", b"secret payload"))
        line = events.read_until(b"\n\n", 5)
        while b"data:" not in line:
            line = events.read_until(b"\n\n", 5)
        event = json.loads(line.split(b"data:", 1)[1].split(b"\n")[0])
        assert set(event) >= {"id", "timestamp", "label", "confidence", "source", "classifyLatencyMs", "totalLatencyMs", "upstreamUrl", "statusCode"}
        assert event["label"] == "general" and event["statusCode"] == 200 and b"secret" not in line


def test_classify_answers_with_a_verdict(slb):
    body = json.dumps({"payload": "hello", "method": "POST", "path": "/x", "content_type": "text/plain"}).encode()
    response = fetch(slb.admin, post("/classify", body, "Content-Type: application/json"))
    assert response.status == 200 and set(json.loads(response.body)) >= {"label", "confidence", "source", "latency_ms"}
    assert fetch(slb.admin, post("/classify", b"{nonsense", "Content-Type: application/json")).status == 400


def test_the_second_identical_request_comes_from_the_cache(slb):
    sources = [fetch(slb.address, post("/same", b"hello", "Content-Type: text/plain")).one(b"x-route-source") for _ in range(3)]
    assert sources[0] != b"cache" and sources[1:] == [b"cache", b"cache"]
    assert fetch(slb.address, post("/same", b"other", "Content-Type: text/plain")).one(b"x-route-source") != b"cache"


def test_the_cache_can_be_switched_off(start_slb, upstream):
    slb = start_slb(upstream.url, config={"classifier": {"cache": {"entries": 0}}})
    assert b"cache" not in [fetch(slb.address, post("/same", b"hello")).one(b"x-route-source") for _ in range(3)]


def test_rules_route_to_their_pools(start_slb, start_upstream):
    general, heavy = start_upstream(), start_upstream()
    slb = start_slb(general.url, config={
        "pools": {"heavy": {"endpoints": [heavy.url]}},
        "classifier": {"labels": {"general": "general", "heavy": "heavy"},
                       "rules": [{"name": "big", "match": {"json": {"pointer": "/max_tokens", "gt": 1000}}, "label": "heavy"}]}})
    for tokens, label in ((10, b"general"), (5000, b"heavy")):
        body = json.dumps({"max_tokens": tokens}).encode()
        response = fetch(slb.address, post("/v1", body, "Content-Type: application/json"))
        assert response.one(b"x-route-label") == label
    assert (len(general.requests), len(heavy.requests)) == (1, 1)
    assert heavy.requests[0].one(b"x-route-source") == b"rule"


def test_a_pool_without_an_endpoint_up_is_seen_by_ready_or_refused(start_slb):
    slb = start_slb("http://127.0.0.1:9")
    assert fetch(slb.address, get("/")).status == 503


def test_the_access_log_is_json_a_line_and_reopens(start_slb, upstream, tmp_path):
    log = tmp_path / "access.log"
    slb = start_slb(upstream.url, config={"access_log": {"destination": str(log), "format": "json"}})

    def records(file):
        return [json.loads(line) for line in file.read_text().splitlines()] if file.exists() else []

    fetch(slb.address, get("/one?q='x", 'User-Agent: "odd\\agent'))
    eventually(lambda: len(records(log)) == 1, 5, "the first line")
    assert "/one" in json.dumps(records(log)[0]) and 200 in records(log)[0].values()
    moved = log.rename(tmp_path / "access.log.1")
    slb.signal(signal.SIGUSR1)
    eventually(log.exists, 5, "the file to be reopened")
    fetch(slb.address, get("/two"))
    eventually(lambda: len(records(log)) == 1, 5, "the line in the new file")
    assert len(records(moved)) == 1


def test_the_access_log_in_combined_format(start_slb, upstream, tmp_path):
    log = tmp_path / "access.log"
    slb = start_slb(upstream.url, config={"access_log": {"destination": str(log), "format": "combined"}})
    fetch(slb.address, get("/combined", "User-Agent: agent"))
    eventually(lambda: log.exists() and log.read_text().endswith("\n"), 5, "a line")
    assert '"GET /combined HTTP/1.1" 200' in log.read_text() and '"agent"' in log.read_text()


def test_connection_gauges_agree_with_the_connections(start_slb, upstream):
    """Refused heads, served requests, kept and closed connections: none may be left counted."""
    slb = start_slb(upstream.url, config={"workers": 1})
    for raw in (get("/"), get("/again"), get("/and-again"), b"GET / HTTP/1.1\r\n\r\n", b"nonsense\r\n\r\n", get("/", "Connection: close")):
        with Client(slb.address) as client:
            client.send(raw)
            client.response()

    def gauges():
        text = fetch(slb.admin, get("/metrics")).body.decode()
        found = dict(line.rsplit(" ", 1) for line in text.splitlines() if line.startswith("slb_connections{"))
        return {name: float(value) for name, value in found.items()}

    def settled():
        now = gauges()
        kept = {value for name, value in now.items() if 'side="upstream"' in name and 'state="idle"' in name}
        others = {value for name, value in now.items() if not ('side="upstream"' in name and 'state="idle"' in name)}
        return len(now) == 4 and others == {0.0} and all(value >= 1 for value in kept)

    eventually(settled, 5, "only idle upstream connections counted")
    open_upstreams = sum(not connection.closed.is_set() for connection in upstream.connections)
    assert sum(gauges().values()) == open_upstreams, gauges()
