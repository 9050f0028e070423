"""Sockets that somebody else opened (LISTEN_FDS), and ports that need a privilege."""

import os
import shutil
import socket
import subprocess
import sys

import pytest
import yaml

from harness.client import fetch, get
from harness.process import DEFAULTS, PEER, Slb, merged, pools, slb_binary

pytestmark = pytest.mark.skipif(PEER != "slb", reason="only for slb")

# As systemd does it: the sockets from descriptor 3 on, LISTEN_PID the process itself after exec.
ACTIVATE = """
import os, socket, sys
sockets = []
for address in sys.argv[1].split(","):
    if address.startswith("/"):
        listener = socket.socket(socket.AF_UNIX)
        listener.bind(address)
    else:
        listener = socket.socket()
        listener.bind(("127.0.0.1", int(address)))
    listener.listen(128)
    sockets.append(os.dup2(listener.fileno(), 100 + len(sockets)))
for number, descriptor in enumerate(sockets):
    os.dup2(descriptor, 3 + number, inheritable=True)
os.environ.update(LISTEN_FDS=str(len(sockets)), LISTEN_PID=str(os.getpid()))
os.execv(sys.argv[2], sys.argv[2:])
"""


def activated(upstream, addresses: list[str], listeners: list[str]) -> Slb:
    config = merged(pools(upstream.url), {"listeners": [{"address": address} for address in listeners]})
    return Slb(config, wrapper=(sys.executable, "-c", ACTIVATE, ",".join(addresses)))


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def test_inherited_sockets_are_served(upstream, tmp_path):
    path, port = str(tmp_path / "inherited"), free_port()
    # What the file says of addresses does not matter: the sockets are there.
    with activated(upstream, [str(port), path], ["127.0.0.1:0", f"unix:{path}"]) as slb:
        for number in range(20):
            assert fetch(("127.0.0.1", port), get(f"/{number}")).body == b"echo:/%d" % number
        assert fetch(path, get("/unix")).body == b"echo:/unix"
        assert any(f":{port}" in line for line in slb.lines), slb.lines


def test_listen_fds_of_another_process_are_ignored(start_slb, upstream):
    slb = start_slb(upstream.url, environment={"LISTEN_FDS": "1", "LISTEN_PID": "1"})
    assert fetch(slb.address, get("/own")).body == b"echo:/own"


def unprivileged() -> list[str]:
    if os.geteuid() != 0:
        return []
    if not shutil.which("setpriv"):
        pytest.skip("root without setpriv")
    return ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "--bounding-set=-all", "--no-new-privs"]


def test_a_privileged_port_is_one_clear_line(tmp_path):
    threshold = int(open("/proc/sys/net/ipv4/ip_unprivileged_port_start").read())
    if threshold <= 81:
        pytest.skip("every port is open to every user here")
    # A user other than root cannot read a worktree of root's: give it copies.
    tmp_path.chmod(0o755)
    for parent in list(tmp_path.parents)[:2]:
        parent.chmod(0o755)
    binary = tmp_path / "slb"
    shutil.copy(slb_binary(), binary)
    file = tmp_path / "slb.yaml"
    file.write_text(yaml.safe_dump(merged(merged(DEFAULTS, pools("http://127.0.0.1:9")), {"listeners": [{"address": "127.0.0.1:81"}]})))
    done = subprocess.run([*unprivileged(), binary, "run", "--config", file], capture_output=True, text=True, timeout=20,
                          check=False, env={"PATH": "/usr/bin:/bin"})
    # A low descriptor limit is a notice of its own.
    lines = [line for line in done.stderr.splitlines() if " notice " not in line]
    assert done.returncode == 1, done.stderr
    assert len(lines) == 1 and "127.0.0.1:81" in lines[0] and "CAP_NET_BIND_SERVICE" in lines[0], lines
