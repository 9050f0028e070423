"""Upstreams: balancing, reuse, failures and what the client is told about them."""

import json
import shutil
import socket
import subprocess
import threading
import time
from collections import Counter

import pytest

from harness.client import Client, fetch, get, post
from harness.process import Peer
from harness.upstream import Upstream, answer, eventually


def named(name: bytes):
    def behave(connection):
        while connection.read_request() is not None:
            connection.send(answer(name))
    return behave


def closed_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def test_round_robin_is_exact_across_workers(start_slb, start_upstream):
    servers = [start_upstream(named(b"%d" % n)) for n in range(3)]
    slb = start_slb(*(s.url for s in servers))
    counts = Counter(fetch(slb.address, get("/")).body for _ in range(300))
    assert counts == {b"0": 100, b"1": 100, b"2": 100}


def test_an_idle_connection_closed_by_the_upstream_is_never_the_clients_problem(start_slb, start_upstream):
    def once(connection):
        if connection.read_request():
            connection.send(answer(b"ok"))

    upstream = start_upstream(once)
    slb = start_slb(upstream.url)
    with Client(slb.address) as client:
        for number in range(30):
            client.send(get(f"/{number}"))
            assert client.response().status == 200


def test_a_stale_connection_is_retried_once_for_a_safe_request(start_slb, start_upstream):
    """The upstream closes exactly when the second request of a connection arrives."""
    def second_dies(connection):
        if connection.number > 0:
            return named(b"fresh")(connection)
        if connection.read_request():
            connection.send(answer(b"first"))
            connection.read_request()
        return None

    slb = start_slb(start_upstream(second_dies).url, config={"workers": 1})
    assert [fetch(slb.address, get("/")).body for _ in range(2)] == [b"first", b"fresh"]


def test_a_post_that_was_sent_is_not_sent_again(start_slb, start_upstream):
    def second_dies(connection):
        if connection.read_request() and connection.number == 0:
            connection.send(answer(b"first"))
            connection.read_request()

    upstream = start_upstream(second_dies)
    slb = start_slb(upstream.url, config={"workers": 1})
    fetch(slb.address, get("/"))
    assert fetch(slb.address, post("/once", b"hello")).status == 502
    assert [r.target for r in upstream.requests].count(b"/once") == 1


def test_an_unreachable_pool_is_503_with_retry_after(start_slb):
    slb = start_slb(f"http://127.0.0.1:{closed_port()}")
    response = fetch(slb.address, get("/"))
    assert response.status == 503 and response.one(b"retry-after")
    assert json.loads(response.body)["error"]["code"] == "no_healthy_endpoint"
    assert response.one(b"x-route-source") == b"local"


def test_one_dead_endpoint_does_not_fail_requests(start_slb, start_upstream):
    slb = start_slb(f"http://127.0.0.1:{closed_port()}", start_upstream().url)
    assert [fetch(slb.address, get("/")).status for _ in range(10)] == [200] * 10


def test_connecting_has_a_deadline(start_slb):
    """A listener whose queue is full answers no SYN."""
    with socket.socket() as full:
        full.bind(("127.0.0.1", 0))
        full.listen(0)
        fillers = []
        for _ in range(4):
            filler = socket.socket()
            filler.setblocking(False)
            filler.connect_ex(full.getsockname())
            fillers.append(filler)
        slb = start_slb(f"http://127.0.0.1:{full.getsockname()[1]}", config={"timeouts": {"connect": "300ms"}})
        began = time.monotonic()
        assert fetch(slb.address, get("/")).status in (503, 504)
        assert time.monotonic() - began < 5
        for filler in fillers:
            filler.close()


def test_a_silent_upstream_is_504(start_slb, start_upstream):
    slb = start_slb(start_upstream(lambda c: (c.read_request(), c.fill())).url, config={"timeouts": {"response": "300ms"}})
    assert fetch(slb.address, get("/")).status == 504


def test_a_silence_inside_an_answer_ends_it(start_slb, start_upstream):
    def stall(connection):
        connection.read_request()
        connection.send(b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf")
        connection.fill()

    slb = start_slb(start_upstream(stall).url, config={"timeouts": {"response": "300ms"}})
    with Client(slb.address) as client:
        client.send(get("/"))
        client.read_all(5)
        assert client.ended in ("closed", "reset")


def test_an_upstream_on_a_unix_socket(start_slb, start_upstream, tmp_path):
    slb = start_slb(start_upstream(path=str(tmp_path / "app.sock")).url)
    assert fetch(slb.address, get("/unix")).body == b"echo:/unix"


def test_an_upstream_that_returns_is_used_again(start_slb, start_upstream):
    first: Upstream = start_upstream()
    slb = start_slb(first.url)
    assert fetch(slb.address, get("/")).status == 200
    port = first.port
    first.stop()
    assert eventually(lambda: fetch(slb.address, get("/")).status in (502, 503), what="the loss to show")
    second = socket.socket()
    second.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    second.bind(("127.0.0.1", port))
    second.listen(16)

    def serve():
        while True:
            try:
                peer, _ = second.accept()
            except OSError:
                return
            peer.recv(65536)
            peer.sendall(answer(b"back"))
            peer.close()

    threading.Thread(target=serve, daemon=True).start()
    eventually(lambda: fetch(slb.address, get("/")).body == b"back", what="the upstream to be used again")
    second.shutdown(socket.SHUT_RDWR)
    second.close()


@pytest.mark.skipif(not shutil.which("nginx") or not shutil.which("curl"), reason="needs nginx and curl")
def test_curl_through_a_real_nginx(start_slb, upstream, tmp_path):
    with Peer("nginx", [upstream.port]) as nginx:
        slb = start_slb(f"http://127.0.0.1:{nginx.port}")
        url = f"http://127.0.0.1:{slb.address[1]}"
        got = subprocess.run(["curl", "-sS", "--fail", f"{url}/a", f"{url}/b"], capture_output=True, timeout=20, check=True)
        assert got.stdout == b"echo:/aecho:/b"
        body = tmp_path / "body"
        body.write_bytes(b"x" * 700_000)
        got = subprocess.run(["curl", "-sS", "--fail", "-T", str(body), f"{url}/up"], capture_output=True, timeout=20, check=True)
        assert got.stdout == b"echo:/up"


@pytest.mark.skipif(not shutil.which("h2load"), reason="needs h2load")
def test_many_requests_all_succeed(start_slb):
    with Upstream() as upstream, Peer("nginx", [upstream.port]):
        slb = start_slb(upstream.url)
        got = subprocess.run(["h2load", "--h1", "-n", "4000", "-c", "16", f"http://127.0.0.1:{slb.address[1]}/"],
                             capture_output=True, timeout=60, check=True, text=True)
        assert "4000 succeeded, 0 failed" in got.stdout, got.stdout[-500:]
