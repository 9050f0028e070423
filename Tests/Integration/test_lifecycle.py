"""Start and end: drain, signals, ports in use, environment, errors at start."""

import signal
import socket
import subprocess
import threading

import pytest
import yaml

from harness.client import Client, fetch, get
from harness.process import DEFAULTS, PEER, merged, pools, slb_binary
from harness.upstream import answer, eventually

pytestmark = pytest.mark.skipif(PEER != "slb", reason="only for slb")


def held(release: threading.Event):
    def behave(connection):
        while connection.read_request() is not None:
            release.wait(20)
            connection.send(answer(b"finished"))
    return behave


def test_sigterm_finishes_what_runs_and_takes_nothing_new(start_slb, start_upstream):
    release = threading.Event()
    upstream = start_upstream(held(release))
    slb = start_slb(upstream.url)
    with Client(slb.address) as client:
        client.send(get("/running"))
        eventually(lambda: upstream.requests, what="the request to arrive")
        slb.signal(signal.SIGTERM)

        def refuses() -> bool:
            try:
                Client(slb.address, 1).close()
                return False
            except OSError:
                return True

        eventually(refuses, 5, "listeners to close")
        release.set()
        assert client.response().body == b"finished"
    assert slb.wait() == 0


def test_sigterm_closes_idle_connections_at_once(start_slb, upstream):
    slb = start_slb(upstream.url)
    with Client(slb.address) as client:
        client.send(get("/"))
        client.response()
        slb.signal(signal.SIGTERM)
        assert slb.wait(5) == 0


def test_a_second_signal_ends_it_now(start_slb, start_upstream):
    release = threading.Event()
    upstream = start_upstream(held(release))
    slb = start_slb(upstream.url)
    with Client(slb.address) as client:
        client.send(get("/running"))
        eventually(lambda: upstream.requests, what="the request to arrive")
        slb.signal(signal.SIGTERM)
        eventually(lambda: any("drain" in line for line in slb.lines), 5, "the first signal to be taken")
        slb.signal(signal.SIGTERM)
        slb.wait(5)
    release.set()


def test_the_drain_has_a_deadline(start_slb, start_upstream):
    release = threading.Event()
    upstream = start_upstream(held(release))
    slb = start_slb(upstream.url, config={"timeouts": {"drain": "500ms"}})
    with Client(slb.address) as client:
        client.send(get("/running"))
        eventually(lambda: upstream.requests, what="the request to arrive")
        slb.signal(signal.SIGTERM)
        assert slb.wait(8) == 0
    release.set()


def run_once(config: dict, tmp_path, environment: dict | None = None, *arguments: str):
    file = tmp_path / "slb.yaml"
    file.write_text(yaml.safe_dump(merged(DEFAULTS, config), sort_keys=False))
    return subprocess.run([slb_binary(), "run", "--config", str(file), *arguments], capture_output=True, text=True, timeout=20,
                          env={"PATH": "/usr/bin", **(environment or {})}, check=False)


def test_a_port_in_use_is_one_clear_line(tmp_path):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        done = run_once({**pools("http://127.0.0.1:9"), "listeners": [{"address": f"127.0.0.1:{port}"}]}, tmp_path)
    assert done.returncode == 1
    assert str(port) in done.stderr and len([line for line in done.stderr.splitlines() if "rror" in line or str(port) in line]) == 1, done.stderr


def test_a_bad_value_ends_the_start(tmp_path):
    done = run_once(merged(pools("http://127.0.0.1:9"), {"timeouts": {"connect": "soon"}}), tmp_path)
    assert done.returncode == 1 and "slb.yaml:" in done.stderr and "connect" in done.stderr


def test_a_misspelt_key_gets_a_suggestion(tmp_path):
    done = run_once(merged(pools("http://127.0.0.1:9"), {"timeouts": {"conect": "1s"}}), tmp_path)
    assert done.returncode == 1 and "conect" in done.stderr and "connect" in done.stderr.replace("conect", "")


def test_a_bad_environment_variable_ends_the_start(tmp_path):
    done = run_once(pools("http://127.0.0.1:9"), tmp_path, {"PROXY_PORT": "eighty"})
    assert done.returncode == 1 and "PROXY_PORT" in done.stderr


def test_the_environment_overrides_the_file_and_set_overrides_both(start_slb, start_upstream):
    first, second, third = (start_upstream(lambda c, n=n: [c.send(answer(n)) for _ in iter(c.read_request, None)]) for n in (b"1", b"2", b"3"))
    slb = start_slb(first.url, environment={"GENERAL_POOL": second.url})
    assert fetch(slb.address, get("/")).body == b"2"
    slb = start_slb(first.url, environment={"GENERAL_POOL": second.url}, arguments=("--set", f"pools.general.endpoints=[{third.url!r}]"))
    assert fetch(slb.address, get("/")).body == b"3"


def test_the_environment_alone_names_the_pools(start_slb, start_upstream):
    upstream = start_upstream()
    slb = start_slb("http://127.0.0.1:9", environment={"GENERAL_POOL": f"{upstream.url},{upstream.url}".split(",")[0]})
    assert fetch(slb.address, get("/env")).body == b"echo:/env"


def test_a_unix_listener(start_slb, upstream, tmp_path):
    path = tmp_path / "slb.sock"
    slb = start_slb(upstream.url, config={"listeners": [{"address": "127.0.0.1:0"}, {"address": f"unix:{path}"}]})
    assert fetch(str(path), get("/unix")).body == b"echo:/unix"
    assert fetch(slb.address, get("/tcp")).body == b"echo:/tcp"


def test_it_starts_quickly(tmp_path, start_slb, upstream):
    import time
    began = time.monotonic()
    start_slb(upstream.url)
    assert time.monotonic() - began < 2, "a start takes far less than this even on a busy machine"
