"""Upstream servers under the test's control. They record every byte of every connection and answer
as told; `RecordingUpstream` answers each request with its own target, scripted ones misbehave."""

from __future__ import annotations

import contextlib
import os
import socket
import struct
import threading
import time
from collections.abc import Callable

from .wire import Message, Violation, strict_request


class Connection:
    """One accepted connection: a buffer of what came, a log of all of it, helpers to answer."""

    def __init__(self, sock: socket.socket, number: int):
        self.sock, self.number = sock, number
        self.log, self.buffer = bytearray(), bytearray()
        self.requests: list[Message] = []
        self.arrivals: list[float] = []
        self.violation: str | None = None
        self.closed = threading.Event()
        self.keep_log = True

    def fill(self) -> bool:
        try:
            data = self.sock.recv(262144)
        except (TimeoutError, OSError):
            data = b""
        if self.keep_log:
            self.log += data
        self.buffer += data
        return bool(data)

    def read_request(self) -> Message | None:
        while True:
            try:
                step = strict_request(bytes(self.buffer))
            except Violation as error:
                self.violation = str(error)
                return None
            if step:
                del self.buffer[:step[1]]
                self.arrivals.append(time.monotonic())
                self.requests.append(step[0])
                return step[0]
            if b"100-continue" in self.buffer.lower() and b"\r\n\r\n" in self.buffer:
                self.send(b"HTTP/1.1 100 Continue\r\n\r\n")
            if not self.fill():
                return None

    def read_head(self) -> bytes | None:
        while b"\r\n\r\n" not in self.buffer:
            if not self.fill():
                return None
        head, _, rest = bytes(self.buffer).partition(b"\r\n\r\n")
        self.buffer[:] = rest
        return head + b"\r\n\r\n"

    def send(self, data: bytes) -> bool:
        try:
            self.sock.sendall(data)
            return True
        except OSError:
            return False

    def reset(self) -> None:
        with contextlib.suppress(OSError):
            self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.close()

    def close(self) -> None:
        with contextlib.suppress(OSError):
            self.sock.close()


def answer(body: bytes, status: bytes = b"200 OK", *fields: bytes) -> bytes:
    head = b"HTTP/1.1 " + status + b"\r\nContent-Type: text/plain\r\n"
    head += b"".join(f + b"\r\n" for f in fields)
    return head + b"Content-Length: %d\r\n\r\n" % len(body) + body


def echo(connection: Connection) -> None:
    """Answers every request with `echo:` and its target, until a violation or the end."""
    while (request := connection.read_request()) is not None:
        body = b"echo:" + request.target
        reply = answer(body) if request.method != b"HEAD" else answer(body)[: -len(body)]
        if not connection.send(reply):
            return
        if b"close" in b",".join(request.get(b"connection")).lower():
            return
    if connection.violation:
        connection.send(answer(b"violation", b"400 Bad Request", b"Connection: close"))


class Upstream:
    """A threaded server; `behave(connection)` runs once per connection on its own thread."""

    def __init__(self, behave: Callable[[Connection], None] = echo, path: str | None = None, backlog: int = 1024):
        self.behave, self.path = behave, path
        self.connections: list[Connection] = []
        self.changed = threading.Condition()
        if path:
            with contextlib.suppress(FileNotFoundError):
                os.unlink(path)
            self.listener = socket.socket(socket.AF_UNIX)
            self.listener.bind(path)
        else:
            self.listener = socket.socket()
            self.listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            self.listener.bind(("127.0.0.1", 0))
            self.port = self.listener.getsockname()[1]
        self.listener.listen(backlog)
        self.stopping = False
        self.thread = threading.Thread(target=self._accept, daemon=True)
        self.thread.start()

    @property
    def url(self) -> str:
        return f"unix:{self.path}" if self.path else f"http://127.0.0.1:{self.port}"

    def _accept(self) -> None:
        while not self.stopping:
            try:
                sock, _ = self.listener.accept()
            except OSError:
                return
            if sock.family != socket.AF_UNIX:
                sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            sock.settimeout(60)
            with self.changed:
                connection = Connection(sock, len(self.connections))
                self.connections.append(connection)
                self.changed.notify_all()
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: Connection) -> None:
        try:
            self.behave(connection)
        finally:
            with contextlib.suppress(OSError):
                connection.sock.shutdown(socket.SHUT_WR)
                connection.sock.settimeout(0.2)
            while connection.sock.fileno() >= 0 and connection.fill():
                pass
            connection.close()
            connection.closed.set()
            with self.changed:
                self.changed.notify_all()

    @property
    def requests(self) -> list[Message]:
        """In order of arrival, whichever connection they came on."""
        arrived = [pair for c in list(self.connections) for pair in zip(list(c.arrivals), list(c.requests), strict=False)]
        return [request for _, request in sorted(arrived, key=lambda pair: pair[0])]

    @property
    def violations(self) -> list[str]:
        return [c.violation for c in self.connections if c.violation]

    def received(self) -> bytes:
        return b"\n--\n".join(bytes(c.log) for c in list(self.connections))

    def stop(self) -> None:
        self.stopping = True
        with contextlib.suppress(OSError):
            self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()
        for connection in list(self.connections):
            with contextlib.suppress(OSError):
                connection.sock.shutdown(socket.SHUT_RDWR)

    def __enter__(self) -> "Upstream":
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()


def eventually(condition: Callable[[], object], seconds: float = 10.0, what: str = "condition"):
    """Waits for a condition with a deadline; returns its value."""
    deadline = time.monotonic() + seconds
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > deadline:
            raise AssertionError(f"not within {seconds} s: {what}")
        time.sleep(0.01)
