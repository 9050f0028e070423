"""Header fields: what slb adds, what it takes away, what it leaves alone."""

import re

import pytest

from harness.client import fetch, get, post
from harness.upstream import answer


def seen(slb, upstream, *fields: str):
    fetch(slb.address, get("/", *fields))
    return upstream.requests[-1]


def test_the_upstream_learns_the_decision(slb, upstream):
    request = seen(slb, upstream)
    assert request.get(b"x-route-label") == [b"general"]
    assert re.fullmatch(rb"[01]\.\d\d", request.one(b"x-route-confidence"))
    assert request.one(b"x-route-source") in (b"cache", b"rule", b"model", b"llm", b"default")


def test_the_client_learns_the_decision(slb):
    response = fetch(slb.address, get("/"))
    assert response.get(b"x-route-label") == [b"general"]
    assert response.one(b"x-route-confidence") and response.one(b"x-route-source")


@pytest.mark.parametrize("name", ["X-Route-Label", "x-route-label", "X-ROUTE-SOURCE", "X-Route-Confidence", "X_Route_Label", "X_Route_Source", "X-Route-Explain", "X_Route_Explain"])
def test_a_client_cannot_claim_a_decision(slb, upstream, name):
    request = seen(slb, upstream, f"{name}: spoofed")
    assert b"spoofed" not in request.raw


@pytest.mark.parametrize("name", ["X-Forwarded-For", "X-Forwarded-Proto", "X-Forwarded-Host", "X_Forwarded_For", "Forwarded"])
def test_a_client_cannot_claim_an_origin(slb, upstream, name):
    assert b"6.6.6.6" not in seen(slb, upstream, f"{name}: 6.6.6.6").raw


def test_an_upstream_cannot_claim_a_decision(start_slb, start_upstream):
    def claim(connection):
        while connection.read_request():
            connection.send(answer(b"x", b"200 OK", b"X-Route-Label: spoofed"))

    response = fetch(start_slb(start_upstream(claim).url).address, get("/"))
    assert response.get(b"x-route-label") == [b"general"]


def test_forwarding_fields_name_the_client(slb, upstream):
    request = seen(slb, upstream)
    assert request.get(b"x-forwarded-for") == [b"127.0.0.1"]
    assert request.get(b"x-forwarded-proto") == [b"http"]
    assert request.get(b"x-forwarded-host") == [b"test"]
    assert b"1.1" in (request.one(b"via") or b"")


def test_a_sane_request_id_is_kept_and_a_missing_one_made(slb, upstream):
    assert seen(slb, upstream, "X-Request-Id: abc-123").get(b"x-request-id") == [b"abc-123"]
    first, second = (seen(slb, upstream).one(b"x-request-id") for _ in range(2))
    assert first and second and first != second


def test_a_request_id_twice_is_one(slb, upstream):
    assert len(seen(slb, upstream, "X-Request-Id: a", "X-Request-Id: b").get(b"x-request-id")) == 1


def test_traceparent_passes(slb, upstream):
    value = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
    assert seen(slb, upstream, f"traceparent: {value}").get(b"traceparent") == [value.encode()]


@pytest.mark.parametrize("field", ["Keep-Alive: timeout=5", "Proxy-Connection: keep-alive", "Upgrade: websocket", "HTTP2-Settings: AAMA", "TE: gzip"])
def test_hop_by_hop_fields_stop_here(slb, upstream, field):
    name = field.split(":")[0].encode()
    assert not seen(slb, upstream, field, "Connection: keep-alive").get(name)


def test_what_connection_names_stops_here(slb, upstream):
    request = seen(slb, upstream, "Connection: X-Private", "X-Private: secret", "X-Public: 1")
    assert not request.get(b"x-private") and request.get(b"x-public") == [b"1"]


@pytest.mark.parametrize("name", ["Host", "Content-Length", "Authorization", "Cookie", "X-Forwarded-For", "X-Route-Label", "Content-Type"])
def test_connection_cannot_strip_what_matters(slb, upstream, name):
    fetch(slb.address, post("/", b"hello", f"Connection: {name}", "Authorization: a", "Cookie: b=c", "Content-Type: text/plain"))
    for request in upstream.requests:
        assert request.get(name.encode()), f"{name} was stripped"


def test_fields_pass_in_order_with_their_bytes(slb, upstream):
    request = seen(slb, upstream, "X-A: 1", "x-b:  two  words ", "X-A: 2", "X-\x41\x7e: \xe9")
    assert request.get(b"x-a") == [b"1", b"2"] and request.one(b"x-b") == b"two  words" and request.one(b"x-a~") == b"\xe9"


def test_cookies_of_the_answer_stay_apart(start_slb, start_upstream):
    def cookies(connection):
        while connection.read_request():
            connection.send(answer(b"x", b"200 OK", b"Set-Cookie: a=b", b"Set-Cookie: c=d", b"Connection: X-Gone", b"X-Gone: 1", b"Keep-Alive: timeout=5"))

    response = fetch(start_slb(start_upstream(cookies).url).address, get("/"))
    assert response.get(b"set-cookie") == [b"a=b", b"c=d"]
    assert not response.get(b"x-gone") and not response.get(b"keep-alive")


def test_route_fields_to_the_client_can_be_switched_off(start_slb, upstream):
    slb = start_slb(upstream.url, config={"headers": {"route_to_client": False}})
    assert not fetch(slb.address, get("/")).get(b"x-route-label")
