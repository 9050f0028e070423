"""Bounds: sizes, counts, slow peers, descriptors. Beyond one there is an error, never a hang or a spin."""

import shutil
import time

import pytest

from harness.client import Client, fetch, get, post
from harness.upstream import eventually
from harness.wire import parse_response

SLOW = {"timeouts": {"request_head": "400ms", "request_idle": "400ms", "keep_alive": "400ms"}}


def status_and_end(address, raw: bytes):
    with Client(address, 8) as client:
        client.send(raw)
        data = client.read_all()
        step = parse_response(data, closed=True)
        return (step[0].status if step else None), client.ended


@pytest.mark.parametrize("raw,status", [
    (b"GET /" + b"a" * 9000 + b" HTTP/1.1\r\nHost: t\r\n\r\n", 414),
    (b"GET / HTTP/1.1\r\nHost: t\r\nX-A: " + b"a" * 40000 + b"\r\n\r\n", 431),
    (b"GET / HTTP/1.1\r\nHost: t\r\n" + b"".join(b"X-%d: a\r\n" % n for n in range(200)) + b"\r\n", 431),
], ids=["uri", "head", "fields"])
def test_a_head_over_a_limit(slb, upstream, raw, status):
    assert status_and_end(slb.address, raw) in ((status, "closed"), (status, "reset"))
    assert not upstream.requests


@pytest.mark.parametrize("raw", [post("/", b"x" * 2000), b"POST / HTTP/1.1\r\nHost: t\r\nTransfer-Encoding: chunked\r\n\r\n7d0\r\n" + b"x" * 2000 + b"\r\n0\r\n\r\n"],
                         ids=["length", "chunked"])
def test_a_body_over_its_limit_is_413(start_slb, upstream, raw):
    slb = start_slb(upstream.url, config={"limits": {"body": "1KiB"}})
    assert status_and_end(slb.address, raw)[0] == 413
    assert not upstream.requests


def test_a_body_of_exactly_the_limit_is_served(start_slb, upstream):
    slb = start_slb(upstream.url, config={"limits": {"body": "1KiB"}})
    assert fetch(slb.address, post("/", b"x" * 1024)).status == 200


def test_a_head_that_never_ends_is_408(start_slb, upstream):
    slb = start_slb(upstream.url, config=SLOW)
    assert status_and_end(slb.address, b"GET / HTTP/1.1\r\nHost: t\r\n") == (408, "closed")


def test_a_dripping_head_is_408_all_the_same(start_slb, upstream):
    slb = start_slb(upstream.url, config=SLOW)
    with Client(slb.address, 8) as client:
        began = time.monotonic()
        client.send(b"GET / HTTP/1.1\r\n")
        while time.monotonic() - began < 6 and client.send(b"X-A: b\r\n"):
            if client.fill(time.monotonic() + 0.05) or client.ended != "deadline":
                break
            client.ended = None
        client.ended = None
        assert b" 408 " in client.read_all()
        assert time.monotonic() - began < 3


def test_a_body_that_stops_is_408(start_slb, upstream):
    slb = start_slb(upstream.url, config=SLOW)
    status, ended = status_and_end(slb.address, b"POST / HTTP/1.1\r\nHost: t\r\nContent-Length: 100\r\n\r\nabc")
    assert status == 408 and ended == "closed"


def test_an_idle_connection_is_closed_in_silence(start_slb, upstream):
    slb = start_slb(upstream.url, config=SLOW)
    with Client(slb.address, 8) as client:
        client.send(get("/"))
        client.response()
        assert client.read_all() == b"" and client.ended == "closed"


def test_a_connection_ends_after_its_requests(start_slb, upstream):
    slb = start_slb(upstream.url, config={"limits": {"requests_per_connection": 3}})
    with Client(slb.address) as client:
        client.send(b"".join(get(f"/{n}") for n in range(5)))
        answers = [client.response() for _ in range(3)]
        assert answers[2].one(b"connection") == b"close"
        assert client.read_all() == b"" and client.ended in ("closed", "reset")
    assert len(upstream.requests) == 3


def test_a_reader_that_takes_nothing_is_dropped(start_slb, start_upstream):
    def flood(connection):
        connection.read_request()
        connection.send(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % (1 << 30))
        while connection.send(b"x" * 65536):
            pass

    upstream = start_upstream(flood)
    slb = start_slb(upstream.url, config={"timeouts": {"write": "500ms"}})
    with Client(slb.address, receive_buffer=4096) as client:
        client.send(get("/"))
        eventually(lambda: upstream.connections and upstream.connections[0].closed.is_set(), 15, "the stalled exchange to be dropped")


@pytest.mark.skipif(not shutil.which("prlimit"), reason="needs prlimit")
def test_without_descriptors_it_waits_without_spinning_and_recovers(start_slb, upstream):
    slb = start_slb(upstream.url, wrapper=("prlimit", "--nofile=64:64"))
    clients = []
    for _ in range(120):
        try:
            clients.append(Client(slb.address, 2))
        except OSError:
            break
    before, began = slb.cpu_seconds(), time.monotonic()
    clients[0].sock.settimeout(1)
    with pytest.raises(TimeoutError):
        clients[0].sock.recv(1)
    spent = slb.cpu_seconds() - before
    assert spent < 0.5 * (time.monotonic() - began), f"{spent} s of CPU while starved"
    for client in clients:
        client.close()

    def serves() -> bool:
        try:
            return fetch(slb.address, get("/"), 2).status == 200
        except (AssertionError, Exception):  # noqa: BLE001 - any failure means: not yet
            return False

    eventually(serves, 15, "service after the shortage")


def test_connections_over_the_limit_wait_and_are_served(start_slb, upstream):
    slb = start_slb(upstream.url, config={"workers": 1, "limits": {"connections": 10}})
    held = [Client(slb.address) for _ in range(10)]
    for client in held:
        client.send(get("/held"))
        assert client.response().status == 200
    waiting = Client(slb.address, 15)
    waiting.send(get("/waiting"))
    for client in held:
        client.close()
    assert waiting.response().body == b"echo:/waiting"
    waiting.close()


def test_idle_it_sleeps(slb):
    fetch(slb.address, get("/"))
    before = slb.cpu_seconds()
    with Client(slb.address) as client:
        client.read_all(1.0)
    assert slb.cpu_seconds() - before < 0.1


def test_descriptors_are_given_back(slb, upstream):
    fetch(slb.address, get("/"))
    before = slb.descriptors()
    for _ in range(200):
        fetch(slb.address, get("/", "Connection: close"))
    eventually(lambda: slb.descriptors() <= before + 8, what="descriptors to be closed")
