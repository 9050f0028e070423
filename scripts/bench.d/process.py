"""Starts, measures and ends the programs of the benchmark.

Owns process lifetime, pinning and the readings from /proc. Must never end a process it did not start.
"""
import ctypes
import os
import pathlib
import random
import signal
import socket
import subprocess
import time

STOP_SECONDS = 3
STOP_SIGNALS = (signal.SIGTERM, signal.SIGKILL)
READY_SECONDS = 15
PR_SET_PDEATHSIG = 1
PORTS = range(20000, 32000)
_libc = ctypes.CDLL(None, use_errno=True)


class BenchError(Exception):
    """Something did not run as it must: the numbers would be worth nothing."""


class Cores:
    """The proxy alone on the last core; load and upstream on all the others."""

    def __init__(self):
        allowed = sorted(os.sched_getaffinity(0))
        self.pinned = len(allowed) > 1
        self.proxy = {allowed[-1]}
        self.load = set(allowed[:-1]) or self.proxy

    def describe(self):
        if not self.pinned:
            return "one core only: nothing pinned, expect noise"
        load = ",".join(map(str, sorted(self.load)))
        return f"proxy pinned to core {min(self.proxy)}, load generator and upstream to core {load}"


def _prepare(cores):
    def prepare():
        # If the harness is killed, its children are told to end.
        _libc.prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
        os.sched_setaffinity(0, cores)
    return prepare


def run(command, cores, timeout):
    """A program to its end; its output, or BenchError."""
    process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                               stderr=subprocess.STDOUT, text=True, preexec_fn=_prepare(cores))
    try:
        output, _ = process.communicate(timeout=timeout)
    except subprocess.TimeoutExpired:
        raise BenchError(f"{command[0]} did not end within {timeout} s") from None
    finally:
        if process.poll() is None:
            process.kill()
            process.wait()
    if process.returncode != 0:
        raise BenchError(f"{command[0]} ended with {process.returncode}:\n{output}")
    return output


class Running:
    """One program in the background with everything it forks."""

    def __init__(self, name, command, cores, log):
        self.name, self.log = name, pathlib.Path(log)
        with open(log, "ab") as output:
            self.begun = time.perf_counter()
            self.process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=output,
                                            stderr=output, start_new_session=True,
                                            preexec_fn=_prepare(cores))

    def pids(self):
        children = {}
        for entry in os.scandir("/proc"):
            if not entry.name.isdigit():
                continue
            try:
                stat = pathlib.Path(entry.path, "stat").read_text(errors="replace")
            except (FileNotFoundError, ProcessLookupError):
                continue
            parent = int(stat.rpartition(")")[2].split()[1])
            children.setdefault(parent, []).append(int(entry.name))
        found, pending = [], [self.process.pid]
        while pending:
            pid = pending.pop()
            found.append(pid)
            pending += children.get(pid, [])
        return found

    def cpu_nanoseconds(self):
        self.check_alive()
        total = 0
        for pid in self.pids():
            for file in pathlib.Path(f"/proc/{pid}/task").glob("*/schedstat"):
                total += int(file.read_text().split()[0])
        return total

    def resident_bytes(self):
        self.check_alive()
        total = 0
        for pid in self.pids():
            for line in pathlib.Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
                if line.startswith("Rss:"):
                    total += int(line.split()[1]) * 1024
        return total

    def check_alive(self):
        if self.process.poll() is not None:
            tail = self.log.read_text(errors="replace")[-2000:]
            raise BenchError(f"{self.name} ended with {self.process.returncode}:\n{tail}")

    def stop(self):
        """Ends it; true if it ended by a signal that nobody sent."""
        if self.process.poll() is None:
            self._signal(signal.SIGTERM)
            try:
                self.process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                pass
        # The leader may be gone before what it forked: the group goes as a whole.
        self._signal(signal.SIGKILL)
        return self.process.wait() < 0 and -self.process.returncode not in STOP_SIGNALS

    def _signal(self, number):
        try:
            os.killpg(self.process.pid, number)
        except ProcessLookupError:
            pass


def free_port():
    """A port below those the kernel hands to clients: no connection of the run can sit on it."""
    for number in random.sample(PORTS, len(PORTS)):
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", number))
                return number
            except OSError:
                continue
    raise BenchError("no free port")


def exchange(connection, method, path, body=b""):
    """One request on an open socket: (status, body). Reads exactly one response."""
    head = f"{method} {path} HTTP/1.1\r\nHost: bench.test\r\n"
    if body or method in ("POST", "PUT"):
        head += f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n"
    connection.sendall(head.encode() + b"\r\n" + body)
    return _response(connection)


def _response(connection):
    data = b""
    while b"\r\n\r\n" not in data:
        data += _more(connection)
    head, _, rest = data.partition(b"\r\n\r\n")
    lines = head.decode("latin-1").split("\r\n")
    fields = {name.strip().lower(): value.strip()
              for name, _, value in (line.partition(":") for line in lines[1:])}
    status = int(lines[0].split()[1])
    if status == 204:
        return status, b""
    if "chunked" in fields.get("transfer-encoding", "").lower():
        while not rest.endswith(b"0\r\n\r\n"):
            rest += _more(connection)
        return status, rest
    parts, missing = [rest], int(fields["content-length"]) - len(rest)
    while missing > 0:
        parts.append(_more(connection))
        missing -= len(parts[-1])
    return status, b"".join(parts)


def _more(connection):
    data = connection.recv(65536)
    if not data:
        raise BenchError("connection closed inside a response")
    return data


def request(port, method, path, body=b""):
    with socket.create_connection(("127.0.0.1", port), timeout=10) as connection:
        return exchange(connection, method, path, body)


def wait_ready(running, port, path, pause=0.01):
    """Until a request is answered with 200; the seconds since exec."""
    deadline = running.begun + READY_SECONDS
    while True:
        running.check_alive()
        try:
            status, _ = request(port, "GET", path)
            if status == 200:
                return time.perf_counter() - running.begun
        except (OSError, BenchError):
            status = None
        if time.perf_counter() > deadline:
            raise BenchError(f"{running.name} did not answer within {READY_SECONDS} s: last {status}")
        time.sleep(pause)
