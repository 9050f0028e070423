"""Slow senders: a head or a body that keeps coming, but too slowly, ends with 408."""

import threading
import time

import pytest

from harness.client import Client, get
from harness.process import PEER

pytestmark = pytest.mark.skipif(PEER != "slb", reason="only for slb")

QUICK = {"timeouts": {"request_head": "400ms", "request_idle": "400ms"}}
# Far beyond the grace and the second that a rate needs to show.
DEADLINE_SECONDS = 10
# Each piece comes well before `request_idle`, so that silence is not what ends it.
PAUSE_SECONDS = 0.1


def drip(client: Client, piece: bytes) -> tuple[bytes, float]:
    """Sends a piece again and again until an answer comes; what came, and after how long."""
    began = time.monotonic()
    while time.monotonic() - began < DEADLINE_SECONDS and client.send(piece):
        if client.fill(time.monotonic() + PAUSE_SECONDS) or client.ended != "deadline":
            break
        client.ended = None
    took = time.monotonic() - began
    if client.ended == "deadline":
        client.ended = None
    return client.read_all(2), took


@pytest.mark.parametrize("head,piece", [
    (b"POST /d HTTP/1.1\r\nHost: t\r\nContent-Length: 1000000\r\n\r\n", b"x"),
    (b"POST /d HTTP/1.1\r\nHost: t\r\nTransfer-Encoding: chunked\r\n\r\n", b"1\r\nx\r\n"),
], ids=["length", "chunked"])
def test_a_dripping_body_is_408(start_slb, upstream, head, piece):
    slb = start_slb(upstream.url, config=QUICK)
    with Client(slb.address) as client:
        client.send(head)
        answer, took = drip(client, piece)
        assert answer.startswith(b"HTTP/1.1 408 "), (answer, client.ended)
        assert 0.4 < took < DEADLINE_SECONDS
    assert not [r for r in upstream.requests if r.target == b"/d"], "half a body was taken for a request"


def test_the_same_drip_passes_without_a_rate(start_slb, start_upstream):
    """Only the rate ends it: with `body_rate: 0` the same body is served."""
    done = threading.Event()

    def patient(connection):
        if connection.read_request():
            done.set()
            connection.send(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")

    slb = start_slb(start_upstream(patient).url, config={**QUICK, "limits": {"body_rate": 0}})
    pieces = 30
    with Client(slb.address) as client:
        client.send(b"POST /d HTTP/1.1\r\nHost: t\r\nContent-Length: %d\r\n\r\n" % pieces)
        for number in range(pieces):
            assert not done.is_set()
            assert client.send(b"x")
            if number < pieces - 1:
                client.fill(time.monotonic() + PAUSE_SECONDS)
                assert client.ended == "deadline", "an answer or an end before the whole body"
                client.ended = None
        assert client.response().status == 200


def test_a_body_that_is_fast_enough_is_served(start_slb, upstream):
    slb = start_slb(upstream.url, config=QUICK)
    pieces, piece = 30, b"x" * 200
    with Client(slb.address) as client:
        client.send(b"POST /fast-enough HTTP/1.1\r\nHost: t\r\nContent-Length: %d\r\n\r\n" % (pieces * len(piece)))
        for number in range(pieces):
            assert client.send(piece)
            if number < pieces - 1:
                client.fill(time.monotonic() + PAUSE_SECONDS)
                assert client.ended == "deadline"
                client.ended = None
        assert client.response().body == b"echo:/fast-enough"


def test_a_slow_head_does_not_hold_up_others(start_slb, upstream):
    slb = start_slb(upstream.url, config={**QUICK, "workers": 1})
    slow = [Client(slb.address) for _ in range(50)]
    for client in slow:
        client.send(b"GET / HTTP/1.1\r\nHost: t\r\n")
    with Client(slb.address) as client:
        client.send(get("/quick"))
        assert client.response().body == b"echo:/quick"
    for client in slow:
        assert client.read_all().startswith(b"HTTP/1.1 408 ") and client.ended == "closed"
        client.close()
