"""Each shipped configuration passes `slb check`, and the binary needs no more than the image has."""
import subprocess

import pytest

# What debian:bookworm-slim holds; a library beyond it must be added to the Dockerfile and here.
IN_THE_IMAGE = {
    "linux-vdso.so.1", "ld-linux-x86-64.so.2", "ld-linux-aarch64.so.1", "libc.so.6", "libm.so.6",
    "libdl.so.2", "libpthread.so.0", "librt.so.1", "libgcc_s.so.1", "libstdc++.so.6",
    # From libcurl4, with all that it needs itself.
    "libcurl.so.4"}


def has_check(slb):
    done = subprocess.run([slb, "check", "--help"], capture_output=True, text=True, timeout=20)
    return done.returncode == 0 and "--config" in done.stdout


def checked(slb, path):
    if not has_check(slb):
        pytest.skip("this slb has no `check` yet")
    done = subprocess.run(
        [slb, "check", "--config", path], capture_output=True, text=True, timeout=20)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("file", ["config/slb.yaml", "config/compose.yaml", "k8s/base/slb.yaml"])
def test_configuration_passes_check(built_slb, root, file):
    assert (root / file).exists()
    checked(built_slb, root / file)


def test_sidecar_configuration_passes_check(built_slb, read_yaml, tmp_path):
    config_map = read_yaml("k8s/examples/sidecar.yaml")[0]
    file = tmp_path / "slb.yaml"
    file.write_text(config_map["data"]["slb.yaml"])
    checked(built_slb, file)


def test_release_binary_needs_only_what_the_image_has(root):
    binary = root / ".build" / "release" / "slb"
    if not binary.exists():
        pytest.skip("no release build")
    done = subprocess.run(
        ["objdump", "-p", binary], capture_output=True, text=True, timeout=60, check=True)
    needed = {line.split()[1] for line in done.stdout.splitlines() if "NEEDED" in line}
    assert needed
    assert needed - IN_THE_IMAGE == set()
