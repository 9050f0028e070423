"""What the packaging tests share: the repository's root, YAML reading, stand-in programs."""
import os
import pathlib
import subprocess

import pytest
import yaml

ROOT = pathlib.Path(__file__).resolve().parents[2]
SCRIPT_SECONDS = 30


def pytest_configure():
    pytest.ROOT = ROOT


@pytest.fixture(scope="session")
def root():
    return ROOT


@pytest.fixture(scope="session")
def read_yaml():
    def read(path):
        return [document for document in yaml.safe_load_all((ROOT / path).read_text()) if document]

    return read


@pytest.fixture
def stand_in(tmp_path):
    """Writes a program NAME into a folder that a script gets as the start of its PATH."""
    folder = tmp_path / "bin"
    folder.mkdir()

    def write(name, body):
        program = folder / name
        program.write_text("#!/bin/bash\n" + body)
        program.chmod(0o755)
        return program

    write.folder = folder
    return write


@pytest.fixture
def run_script():
    def run(script, *arguments, path=None, **environment):
        full = dict(os.environ, **environment)
        if path is not None:
            full["PATH"] = str(path)
        return subprocess.run(
            ["/bin/bash", str(ROOT / script), *arguments], env=full, text=True,
            capture_output=True, stdin=subprocess.DEVNULL, timeout=SCRIPT_SECONDS)

    return run


@pytest.fixture(scope="session")
def built_slb():
    """The built slb, for what only it can judge."""
    named = os.environ.get("SLB_BINARY")
    for candidate in [named] if named else [".build/release/slb", ".build/debug/slb"]:
        if (ROOT / candidate).exists():
            return ROOT / candidate
    pytest.skip("no slb is built")
