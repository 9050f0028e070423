"""The proxy under test as a process: slb, or a peer standing in for it (SLB_PEER=nginx|haproxy), so
that the corpus and its judge can be checked against servers whose behaviour is known."""

from __future__ import annotations

import os
import re
import shutil
import signal
import socket
import subprocess
import tempfile
import threading
import time
from pathlib import Path

import yaml

REPOSITORY = Path(__file__).resolve().parents[3]
PEER = os.environ.get("SLB_PEER", "slb")
START_SECONDS = 10


def slb_binary() -> str:
    named = os.environ.get("SLB_BINARY")
    candidates = [named] if named else [REPOSITORY / ".build/release/slb", REPOSITORY / ".build/debug/slb"]
    for candidate in candidates:
        if Path(candidate).exists():
            return str(candidate)
    raise FileNotFoundError("no slb binary: build it or set SLB_BINARY")


def merged(base: dict, extra: dict) -> dict:
    result = dict(base)
    for key, value in extra.items():
        inner = result.get(key)
        result[key] = merged(inner, value) if isinstance(value, dict) and isinstance(inner, dict) else value
    return result


def pools(*urls: str) -> dict:
    """One `general` pool that serves every request; what most tests want."""
    return {
        "pools": {"general": {"endpoints": list(urls)}},
        "classifier": {"labels": {"general": "general"}, "default_label": "general", "builtin_rules": False},
    }


DEFAULTS = {"listeners": [{"address": "127.0.0.1:0"}], "admin": {"address": "127.0.0.1:0"}, "workers": 2}


class Slb:
    """`slb run` with a configuration; ports are read from its startup lines."""

    def __init__(self, config: dict, *, environment: dict | None = None, arguments: tuple[str, ...] = (),
                 wrapper: tuple[str, ...] = (), wait: bool = True):
        self.directory = Path(tempfile.mkdtemp(prefix="slb-test-"))
        self.config_file = self.directory / "slb.yaml"
        self.config = merged(DEFAULTS, config)
        self.config_file.write_text(yaml.safe_dump(self.config, sort_keys=False))
        command = [*wrapper, slb_binary(), "run", "--config", str(self.config_file), *arguments]
        clean = {k: v for k, v in os.environ.items() if not k.startswith(("SLB_", "PROXY_", "METRICS_"))}
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                        env={**clean, **(environment or {})}, cwd=self.directory)
        self.lines: list[str] = []
        self.output: list[str] = []
        self.changed = threading.Condition()
        self.readers = [threading.Thread(target=self._collect, args=pair, daemon=True)
                        for pair in ((self.process.stderr, self.lines), (self.process.stdout, self.output))]
        for reader in self.readers:
            reader.start()
        self.stopped = False
        if wait:
            self._wait_for_start()

    def _collect(self, stream, lines: list[str]) -> None:
        for line in stream:
            with self.changed:
                lines.append(line.decode("utf-8", "replace").rstrip("\n"))
                self.changed.notify_all()

    def _matches(self, pattern: str) -> list[str]:
        return [m[1] for line in list(self.lines) if (m := re.search(pattern, line))]

    def _wait_for_start(self) -> None:
        wanted = len(self.config["listeners"])
        admin_wanted = self.config.get("admin") not in ("off", False, None)

        def up() -> bool:
            return len(self._matches(r"listening on (\S+)")) >= wanted and (
                not admin_wanted or bool(self._matches(r"admin on (\S+)")))

        deadline = time.monotonic() + START_SECONDS
        with self.changed:
            while not up():
                if self.process.poll() is not None or time.monotonic() > deadline:
                    break
                self.changed.wait(0.1)
        if not up():
            self.process.kill()
            raise AssertionError("slb did not start:\n" + "\n".join(self.lines))

    @staticmethod
    def _address(url: str) -> tuple[str, int] | str:
        if url.startswith("unix:"):
            return url.removeprefix("unix:")
        host, _, port = url.removeprefix("http://").rstrip("/").rpartition(":")
        return ("127.0.0.1" if host in ("0.0.0.0", "") else host.strip("[]"), int(port))

    @property
    def addresses(self) -> list:
        return [self._address(url) for url in self._matches(r"listening on (\S+)")]

    @property
    def address(self):
        return self.addresses[0]

    @property
    def admin(self):
        return self._address(self._matches(r"admin on (\S+)")[0])

    @property
    def pid(self) -> int:
        """The proxy itself, also when a wrapper (prlimit) started it by exec."""
        return self.process.pid

    def resident(self) -> int:
        text = Path(f"/proc/{self.pid}/status").read_text()
        return int(re.search(r"VmRSS:\s+(\d+) kB", text)[1]) * 1024

    def cpu_seconds(self) -> float:
        fields = Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def descriptors(self) -> int:
        return len(os.listdir(f"/proc/{self.pid}/fd"))

    def signal(self, number: int) -> None:
        self.process.send_signal(number)

    def wait(self, seconds: float = 15) -> int:
        code = self.process.wait(seconds)
        for reader in self.readers:
            reader.join(5)
        self.stopped = True
        shutil.rmtree(self.directory, ignore_errors=True)
        return code

    def stop(self) -> None:
        """SIGTERM and exit 0, or the test fails with what slb printed."""
        if self.stopped:
            return
        self.stopped = True
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        try:
            code = self.process.wait(15)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            raise AssertionError("slb did not stop on SIGTERM\n" + "\n".join(self.lines[-30:])) from None
        finally:
            shutil.rmtree(self.directory, ignore_errors=True)
        assert code == 0, f"slb exited {code}\n" + "\n".join(self.lines[-30:])

    def __enter__(self) -> "Slb":
        return self

    def __exit__(self, kind, *_: object) -> None:
        if kind is None:
            self.stop()
        elif self.process.poll() is None:
            self.process.kill()
            self.process.wait()


NGINX = """daemon off; worker_processes 2; pid {dir}/pid; error_log /dev/null crit;
events {{ worker_connections 4096; }}
http {{ access_log off; client_body_temp_path {dir}/b; proxy_temp_path {dir}/p; fastcgi_temp_path {dir}/f;
uwsgi_temp_path {dir}/u; scgi_temp_path {dir}/s; client_header_timeout 3s; client_body_timeout 3s;
upstream u {{ {servers} keepalive 32; }}
server {{ listen 127.0.0.1:{port} backlog=1024; location / {{ proxy_pass http://u; proxy_http_version 1.1; proxy_set_header Connection "";
proxy_set_header Host $host; proxy_read_timeout 3s; proxy_next_upstream off; }} }} }}
"""
HAPROXY = """global
  nbthread 2
defaults
  mode http
  timeout client 3s
  timeout server 3s
  timeout connect 2s
  timeout http-request 3s
  http-reuse always
frontend f
  bind 127.0.0.1:{port}
  default_backend b
backend b
{servers}
"""


class Peer:
    """nginx or haproxy with the same outside as `Slb`, as far as the corpora need it."""

    def __init__(self, kind: str, ports: list[int]):
        self.directory = Path(tempfile.mkdtemp(prefix="slb-peer-"))
        os.chmod(self.directory, 0o777)
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.address = ("127.0.0.1", self.port)
        if kind == "nginx":
            servers = " ".join(f"server 127.0.0.1:{p} max_fails=0;" for p in ports)
            text, command = NGINX, ["nginx", "-p", str(self.directory), "-c"]
        else:
            servers = "\n".join(f"  server s{p} 127.0.0.1:{p}" for p in ports)
            text, command = HAPROXY, ["haproxy", "-db", "-f"]
        file = self.directory / "conf"
        file.write_text(text.format(dir=self.directory, port=self.port, servers=servers))
        self.process = subprocess.Popen([*command, str(file)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        deadline = time.monotonic() + START_SECONDS
        while True:
            try:
                socket.create_connection(self.address, 1).close()
                return
            except OSError:
                if time.monotonic() > deadline or self.process.poll() is not None:
                    raise AssertionError(f"{kind} did not start") from None
                time.sleep(0.02)

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait(10)
        shutil.rmtree(self.directory, ignore_errors=True)

    def __enter__(self):
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()


def proxy(ports: list[int], extra: dict | None = None):
    """The proxy named by SLB_PEER before upstreams on these ports."""
    if PEER != "slb":
        return Peer(PEER, ports)
    return Slb(merged(pools(*(f"http://127.0.0.1:{p}" for p in ports)), extra or {}))
