"""The shell scripts: sound by bash and shellcheck, and right with stand-ins for what they call."""
import os
import re
import shutil
import signal
import subprocess

import pytest

ROOT = pytest.ROOT
SCRIPTS = sorted([*(ROOT / "scripts").glob("*.sh"), ROOT / ".ci" / "run"])


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.name)
def test_scripts_are_sound(script):
    assert subprocess.run(["bash", "-n", script]).returncode == 0
    assert os.access(script, os.X_OK)
    text = script.read_text()
    assert text.startswith("#!/usr/bin/env bash\n# ")
    assert "\nset -euo pipefail\n" in text
    if not shutil.which("shellcheck"):
        pytest.skip("no shellcheck here")
    done = subprocess.run(["shellcheck", script], text=True, capture_output=True)
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.name)
def test_scripts_call_only_scripts_that_exist(script):
    for name in re.findall(r"\bscripts/[a-z.-]+(?:\.sh)?", script.read_text()):
        assert (ROOT / name).exists(), name


def tools(stand_in, *names):
    """The named real programs, and nothing else, on the stand-in's PATH."""
    for name in names:
        (stand_in.folder / name).symlink_to(shutil.which(name))


def test_demo_says_when_swift_is_missing(stand_in, run_script):
    tools(stand_in, "dirname", "bash", "env")
    done = run_script("scripts/demo.sh", path=stand_in.folder)
    assert done.returncode == 1
    assert "no 'swift' on the PATH" in done.stderr
    assert len(done.stderr.splitlines()) == 1


@pytest.mark.parametrize("version, status", [("5.10.1", 1), ("6.1", 1), ("6.2", 0), ("6.10", 0)])
def test_an_old_swift_is_refused(stand_in, run_script, version, status):
    stand_in("swift", f"echo 'Swift version {version} (swift-{version}-RELEASE)'")
    done = run_script("scripts/require-swift.sh", path=f"{stand_in.folder}:{os.environ['PATH']}")
    assert done.returncode == status
    assert (version in done.stderr) == (status == 1)


def test_installer_asks_apt_only_for_what_is_missing(stand_in, run_script, tmp_path):
    log = tmp_path / "apt.log"
    stand_in("dpkg-query", '[[ ${!#} == wrk ]] && exit 1; echo "ii "')
    stand_in("apt-get", f'echo "$@" >> {log}')
    stand_in("sudo", '"$@"')
    environment = dict(path=f"{stand_in.folder}:{os.environ['PATH']}",
                       SLB_POLICY_RC_D=str(tmp_path / "policy"))
    assert run_script("scripts/install-packages.sh", "build", **environment).returncode == 0
    assert not log.exists()
    done = run_script("scripts/install-packages.sh", "test", **environment)
    assert done.returncode == 0, done.stderr
    assert log.read_text().splitlines()[-1].split()[-1] == "wrk"
    assert "nginx" not in log.read_text()
    assert not (tmp_path / "policy").exists()


@pytest.mark.parametrize("script", ["install-packages.sh", "sanitize.sh"])
def test_scripts_refuse_an_unknown_argument(run_script, script):
    done = run_script(f"scripts/{script}", "nonsense")
    assert done.returncode == 64
    assert done.stderr.startswith("usage: ")


FAKE_SLB = """
trap 'echo "$1 drained"; exit 0' TERM
echo "$1 $*"
[[ $1 == run && -n ${SLB_FAKE_FAILS:-} ]] && exit 7
while :; do read -r -t 0.05 < <(:) || true; done
"""


def start_dev_up(slb, **environment):
    return subprocess.Popen(
        ["bash", ROOT / "scripts" / "dev-up.sh", "--set", "workers=1"], text=True,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, start_new_session=True,
        env=dict(os.environ, SLB_BINARY=str(slb), **environment))


def test_dev_up_starts_four_and_stops_them_on_ctrl_c(stand_in):
    process = start_dev_up(stand_in("slb", FAKE_SLB))
    lines = [process.stdout.readline() for _ in range(4)]
    os.killpg(process.pid, signal.SIGINT)
    rest, _ = process.communicate(timeout=20)
    assert sorted(line.split("|")[0].strip() for line in lines) == [
        "fast-path", "general", "high-compute", "proxy"]
    assert any("run --set workers=1" in line for line in lines)
    assert process.returncode == 130
    # Each was asked once, and the proxy first.
    drained = [line for line in rest.splitlines() if "drained" in line]
    assert sorted(drained) == sorted(
        f"{name:<12} | {command} drained" for name, command in (
            ("proxy", "run"), ("fast-path", "worker"), ("high-compute", "worker"),
            ("general", "worker")))


def test_dev_up_ends_with_the_first_that_fails(stand_in):
    process = start_dev_up(stand_in("slb", FAKE_SLB), SLB_FAKE_FAILS="1")
    output, _ = process.communicate(timeout=20)
    assert process.returncode == 7
    assert "one process ended with status 7" in output


def test_minikube_deploy_builds_applies_and_waits(stand_in, run_script, tmp_path):
    log = tmp_path / "calls.log"
    stand_in("minikube", f'echo "minikube $*" >> {log}; [[ $* == *--url* ]] && echo http://10.0.0.2:30080; exit 0')
    stand_in("kubectl", f'echo "kubectl $*" >> {log}')
    done = run_script("scripts/minikube-deploy.sh", path=f"{stand_in.folder}:{os.environ['PATH']}")
    assert done.returncode == 0, done.stderr
    assert "scripts/load-test.sh http://10.0.0.2:30080" in done.stdout
    calls = log.read_text()
    order = [calls.index(part) for part in (
        "image build -t slb:dev", "apply -k k8s/overlays/minikube", "rollout restart",
        "rollout status deployment/proxy")]
    assert order == sorted(order)


def test_minikube_deploy_says_what_is_missing(stand_in, run_script):
    tools(stand_in, "dirname", "bash")
    done = run_script("scripts/minikube-deploy.sh", path=stand_in.folder)
    assert done.returncode == 1
    assert done.stderr == "minikube-deploy: no 'minikube' on the PATH\n"
