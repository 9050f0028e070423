"""A raw client: sends exactly the bytes it is given, reads until a condition or a deadline."""

from __future__ import annotations

import contextlib
import socket
import struct
import time

from .wire import Response, Violation, parse_response


class Client:
    def __init__(self, address: tuple[str, int] | str, timeout: float = 10.0, receive_buffer: int | None = None):
        family = socket.AF_UNIX if isinstance(address, str) else socket.AF_INET
        self.sock = socket.socket(family)
        if receive_buffer:
            self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        self.sock.settimeout(timeout)
        self.sock.connect(address)
        if family == socket.AF_INET:
            self.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.timeout, self.buffer, self.ended = timeout, bytearray(), None

    def send(self, *parts: bytes) -> bool:
        try:
            for part in parts:
                self.sock.sendall(part)
            return True
        except OSError:
            return False

    def fill(self, deadline: float) -> bool:
        """Reads once; False at the end, a reset or the deadline (`ended` says which)."""
        left = deadline - time.monotonic()
        if left <= 0:
            self.ended = "deadline"
            return False
        self.sock.settimeout(left)
        try:
            data = self.sock.recv(262144)
        except TimeoutError:
            self.ended = "deadline"
            return False
        except OSError:
            self.ended = "reset"
            return False
        if not data:
            self.ended = "closed"
            return False
        self.buffer += data
        return True

    def response(self, method: bytes = b"GET", timeout: float | None = None) -> Response:
        """The next final response; a Violation if the connection ends or stalls before it."""
        deadline = time.monotonic() + (timeout or self.timeout)
        while True:
            step = parse_response(bytes(self.buffer), method == b"HEAD", closed=self.ended == "closed")
            if step:
                del self.buffer[:step[1]]
                return step[0]
            if self.ended or not self.fill(deadline):
                step = parse_response(bytes(self.buffer), method == b"HEAD", closed=self.ended == "closed")
                if step and self.buffer:
                    del self.buffer[:step[1]]
                    return step[0]
                raise Violation(f"no response ({self.ended}), got {bytes(self.buffer[:200])!r}")

    def read_until(self, marker: bytes, timeout: float | None = None) -> bytes:
        deadline = time.monotonic() + (timeout or self.timeout)
        while marker not in self.buffer:
            if not self.fill(deadline):
                raise Violation(f"no {marker!r} ({self.ended}), got {bytes(self.buffer[-200:])!r}")
        end = self.buffer.index(marker) + len(marker)
        data = bytes(self.buffer[:end])
        del self.buffer[:end]
        return data

    def read_all(self, timeout: float | None = None) -> bytes:
        """Everything until the end; `ended` is `closed`, `reset` or `deadline`."""
        deadline = time.monotonic() + (timeout or self.timeout)
        while self.ended is None and self.fill(deadline):
            pass
        data = bytes(self.buffer)
        self.buffer.clear()
        return data

    def half_close(self) -> None:
        with contextlib.suppress(OSError):
            self.sock.shutdown(socket.SHUT_WR)

    def reset(self) -> None:
        self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.sock.close()

    def close(self) -> None:
        self.sock.close()

    def __enter__(self) -> "Client":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def get(path: str = "/", *fields: str, host: str = "test", method: str = "GET") -> bytes:
    lines = [f"{method} {path} HTTP/1.1", f"Host: {host}", *fields, "", ""]
    return "\r\n".join(lines).encode("latin-1")


def post(path: str, body: bytes, *fields: str) -> bytes:
    lines = [f"POST {path} HTTP/1.1", "Host: test", f"Content-Length: {len(body)}", *fields, "", ""]
    return "\r\n".join(lines).encode("latin-1") + body


def fetch(address: tuple[str, int] | str, request: bytes, timeout: float = 10.0) -> Response:
    with Client(address, timeout) as client:
        client.send(request)
        return client.response(request.split(b" ", 1)[0])
