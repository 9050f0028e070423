"""What is measured, and against which goal. Each case takes a contender once and returns a sample.

Must fail, not report, when a proxy answered wrongly or less often than it should.
"""
import dataclasses
import json
import pathlib
import select
import socket
import struct
import time

import process
import servers
from process import BenchError

LOAD_SCRIPT = pathlib.Path(__file__).with_name("load.lua")
IDLE_CONNECTIONS = 4000
# How many of the idle connections must answer a second time.
IDLE_RECHECKED = 40
START_PAUSE_SECONDS = 0.0005
BEST = "best peer"


@dataclasses.dataclass(frozen=True)
class LoadCase:
    name: str
    method: str
    path: str
    body: str
    connections: int
    goals: dict
    unit: str = "µs CPU/req"
    bodies: bool = False
    fresh: bool = False

    def prove(self, port, upstream):
        """One request by hand: right status, right content, and the body arrived whole."""
        body = b"x" * (servers.MEBIBYTE if self.bodies else 300) if self.method != "GET" else b""
        # A file of the probe's own: the last uploads of an ended load may still arrive at the other.
        path = servers.PROBE_PATH if self.path == servers.UPLOAD_PATH else self.path
        upstream.uploaded.unlink(missing_ok=True)
        status, answer = process.request(port, self.method, path, body)
        if path == servers.PROBE_PATH:
            right = status in (201, 204) and upstream.uploaded.read_bytes() == body
        elif self.path == servers.DOWNLOAD_PATH:
            right = status == 200 and len(answer) >= servers.MEBIBYTE
        else:
            expected = f'"received":"{len(body) or ""}"'.encode()
            right = status == 200 and expected in answer
        if not right:
            raise BenchError(f"{self.name}: wrong answer to the probe: {status} {answer[:300]!r}")

    def measure(self, bench, running, port):
        self.prove(port, bench.upstream)
        self.load(bench, port, bench.warm_seconds)
        served = upstream_requests(bench.upstream.port)
        before = running.cpu_nanoseconds()
        counts = self.load(bench, port, bench.seconds)
        spent = running.cpu_nanoseconds() - before
        served = upstream_requests(bench.upstream.port) - served
        requests = counts["requests"]
        if served < requests:
            raise BenchError(f"{running.name}, {self.name}: {requests} answers, "
                             f"but the upstream saw {served} requests")
        return {"value": spent / requests / 1000, "requests": requests,
                "rate": requests * 1e6 / counts["microseconds"],
                "busy": spent / counts["microseconds"] / 1000,
                "p50_us": counts["p50_us"], "p99_us": counts["p99_us"]}

    def ask_again(self, port):
        """What a request gets right after a failed load: the error page often names the cause."""
        try:
            status, answer = process.request(port, "GET", self.path)
            return f"{status} {answer[:200]!r}"
        except (OSError, BenchError) as error:
            return repr(error)

    def load(self, bench, port, seconds):
        """wrk for a while, checked: no error, no bad status, nothing short."""
        # wrk takes whole seconds only.
        command = [servers.find("wrk"), "-t1", f"-c{self.connections}", f"-d{seconds}s",
                   "-s", str(LOAD_SCRIPT), f"http://127.0.0.1:{port}/", "--",
                   self.method, self.path, self.body, str(time.time_ns() // 1000 % 10**15)]
        output = process.run(command, bench.cores.load, seconds + 20)
        lines = [line for line in output.splitlines() if line.startswith("bench:")]
        if not lines:
            raise BenchError(f"wrk printed no counts:\n{output}")
        counts = json.loads(lines[0].removeprefix("bench:"))
        wrong = {key: counts[key] for key in ("connect", "read", "write", "status", "timeout")
                 if counts[key]}
        if wrong:
            raise BenchError(f"{self.name}: failed requests {wrong} among {counts['requests']}; "
                             f"asked again: {self.ask_again(port)}")
        least = self.connections * seconds
        if counts["requests"] < least:
            raise BenchError(f"{self.name}: {counts['requests']} answers, expected {least} or more")
        if self.path == servers.DOWNLOAD_PATH and counts["bytes"] < counts["requests"] * servers.MEBIBYTE:
            raise BenchError(f"{self.name}: {counts['bytes']} bytes for {counts['requests']} downloads")
        return counts


@dataclasses.dataclass(frozen=True)
class IdleCase:
    name: str
    connections: int
    goals: dict
    unit: str = "RSS B/conn"
    bodies: bool = False
    fresh: bool = True

    def measure(self, bench, running, port):
        process.wait_ready(running, port, servers.SMALL_PATH)
        before = running.resident_bytes()
        sockets = []
        try:
            for _ in range(self.connections):
                connection = socket.create_connection(("127.0.0.1", port), timeout=10)
                sockets.append(connection)
                self.ask(connection)
            growth = running.resident_bytes() - before
            self.check_open(sockets)
        finally:
            for connection in sockets:
                # A reset leaves no TIME_WAIT behind for the next case.
                connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                connection.close()
        return {"value": growth / self.connections, "before": before, "growth": growth}

    def ask(self, connection):
        status, _ = process.exchange(connection, "GET", servers.SMALL_PATH)
        if status != 200:
            raise BenchError(f"{self.name}: status {status}")

    def check_open(self, sockets):
        poll = select.poll()
        for connection in sockets:
            poll.register(connection, select.POLLIN | select.POLLRDHUP)
        closed = len(poll.poll(0))
        if closed:
            raise BenchError(f"{self.name}: {closed} of {len(sockets)} connections were closed")
        for connection in sockets[::max(1, len(sockets) // IDLE_RECHECKED)]:
            self.ask(connection)


@dataclasses.dataclass(frozen=True)
class StartCase:
    name: str
    goals: dict
    unit: str = "ms"
    bodies: bool = False
    fresh: bool = True

    def measure(self, bench, running, port):
        seconds = process.wait_ready(running, port, servers.SMALL_PATH, START_PAUSE_SECONDS)
        return {"value": seconds * 1000}


def upstream_requests(port):
    _, answer = process.request(port, "GET", servers.STATUS_PATH)
    # "server accepts handled requests" and below it the three numbers.
    return int(answer.split(b"\n")[2].split()[2])


SMALL_GOALS = {"nginx": 0.85, "haproxy": 0.85, "envoy": 0.30}
CASES = {case.name: case for case in (
    LoadCase("post", "POST", servers.POST_PATH, "chat", 32, SMALL_GOALS),
    LoadCase("post-unique", "POST", servers.POST_PATH, "chat-unique", 32, {"nginx": 1.0}),
    LoadCase("get", "GET", servers.SMALL_PATH, "none", 32, SMALL_GOALS),
    LoadCase("get-256", "GET", servers.SMALL_PATH, "none", 256, {}),
    LoadCase("upload-1m", "PUT", servers.UPLOAD_PATH, str(servers.MEBIBYTE), 8, {BEST: 1.0},
             bodies=True),
    LoadCase("download-1m", "GET", servers.DOWNLOAD_PATH, "none", 8, {BEST: 1.0}, bodies=True),
    IdleCase("idle-4000", IDLE_CONNECTIONS, {"slb": 700}),
    StartCase("start", {"slb": 100}),
)}
