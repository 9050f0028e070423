"""Dockerfile and compose file, as far as they can be judged without a Docker engine."""
import json
import os
import re
import shlex
import socket
import subprocess
import threading

import pytest


@pytest.fixture(scope="module")
def instructions(root):
    text = (root / "Dockerfile").read_text()
    lines = re.sub(r"\\\n", " ", re.sub(r"(?m)^#.*\n", "", text)).splitlines()
    return [line.split(maxsplit=1) for line in lines if line.strip()]


def arguments_of(instructions, name):
    return [rest for instruction, rest in instructions if instruction == name]


def test_copied_files_exist_and_are_not_ignored(root, instructions):
    ignored = (root / ".dockerignore").read_text().splitlines()
    assert ignored[1] == "*"
    for rest in arguments_of(instructions, "COPY"):
        if rest.startswith("--from"):
            continue
        for source in shlex.split(rest)[:-1]:
            assert (root / source).exists(), source
            assert f"!{source}" in ignored, source
    for line in ignored:
        if line.startswith("!"):
            assert (root / line[1:]).exists(), line


def test_image_runs_as_a_numeric_user_that_is_not_root(instructions):
    (user,) = arguments_of(instructions, "USER")
    assert int(user.split(":")[0]) > 0


def test_image_ships_a_later_stage_than_it_builds_in(instructions):
    stages = arguments_of(instructions, "FROM")
    assert len(stages) == 2 and stages[0].endswith(" AS build")
    assert "swift" not in stages[1]
    names = [name for name, _ in instructions]
    last = instructions[len(names) - 1 - names[::-1].index("FROM"):]
    (command,) = [rest for name, rest in last if name == "RUN"]
    assert "source=scripts/install-packages.sh," in command
    assert "/install-packages.sh run &&" in command
    assert arguments_of(last, "COPY") == ["--from=build /out/slb /usr/local/bin/slb"]


def test_image_says_how_it_is_run_and_stopped(instructions):
    assert arguments_of(instructions, "ENTRYPOINT") == ['["slb"]']
    assert arguments_of(instructions, "CMD") == ['["run"]']
    assert arguments_of(instructions, "STOPSIGNAL") == ["SIGTERM"]
    assert arguments_of(instructions, "EXPOSE") == ["8080 9090"]


@pytest.mark.parametrize("status, healthy", [("200 OK", True), ("503 Service Unavailable", False)])
def test_health_check_asks_the_admin_listener(instructions, status, healthy):
    (rest,) = arguments_of(instructions, "HEALTHCHECK")
    command = json.loads(rest[rest.index("CMD") + 3:])
    with socket.create_server(("127.0.0.1", 0)) as listener:
        asked = []

        def answer():
            connection, _ = listener.accept()
            with connection, connection.makefile("rb") as lines:
                asked.append(b"".join(iter(lines.readline, b"\r\n")))
                connection.sendall(f"HTTP/1.1 {status}\r\nContent-Length: 0\r\n\r\n".encode())

        thread = threading.Thread(target=answer)
        thread.start()
        environment = dict(os.environ, SLB_HEALTH_PORT=str(listener.getsockname()[1]))
        done = subprocess.run(command, env=environment, timeout=20)
        thread.join()
    assert asked == [b"GET /health HTTP/1.0\r\nHost: localhost\r\n"]
    assert (done.returncode == 0) == healthy


def test_base_images_are_pinned_to_a_release(instructions, read_yaml):
    (compose,) = read_yaml("docker-compose.yml")
    images = [stage.split()[0] for stage in arguments_of(instructions, "FROM")]
    images += [service["image"] for service in compose["services"].values()]
    for image in images:
        assert ":" in image and not image.endswith(":latest"), image


def test_compose_has_the_whole_set(read_yaml):
    (compose,) = read_yaml("docker-compose.yml")
    assert set(compose["services"]) == {
        "proxy", "fast-path", "high-compute", "general", "prometheus", "ollama"}
    for name, service in compose["services"].items():
        for needed in service.get("depends_on", []):
            assert needed in compose["services"], name


def test_compose_mounts_exist(root, read_yaml):
    (compose,) = read_yaml("docker-compose.yml")
    used = set()
    for service in compose["services"].values():
        for mount in service.get("volumes", []):
            source = mount.split(":")[0]
            if source.startswith("."):
                assert (root / source).is_file(), source
            else:
                used.add(source)
    assert used == set(compose["volumes"])


def test_compose_publishes_only_the_proxy_to_the_network(read_yaml):
    (compose,) = read_yaml("docker-compose.yml")
    published = [port for service in compose["services"].values()
                 for port in service.get("ports", [])]
    assert [port for port in published if not port.startswith("127.0.0.1:")] == ["8080:8080"]
    hosts = [port.split(":")[-2] for port in published]
    assert len(hosts) == len(set(hosts))


def test_compose_configuration_points_at_the_workers(read_yaml):
    (compose,) = read_yaml("docker-compose.yml")
    (configuration,) = read_yaml("config/compose.yaml")
    for label, pool in configuration["pools"].items():
        command = compose["services"][label]["command"]
        port = command[command.index("--port") + 1]
        assert command[:3] == ["worker", "--type", label]
        assert pool["endpoints"] == [f"http://{label}:{port}"]
        assert compose["services"][label]["environment"]["SLB_HEALTH_PORT"] == port
    assert configuration["classifier"]["llm"]["url"] == "http://ollama:11434"


def test_compose_waits_for_the_drain(read_yaml):
    (compose,) = read_yaml("docker-compose.yml")
    (configuration,) = read_yaml("config/compose.yaml")
    grace = compose["services"]["proxy"]["stop_grace_period"]
    assert int(grace.rstrip("s")) > int(configuration["timeouts"]["drain"].rstrip("s"))


def test_prometheus_scrapes_the_admin_port(read_yaml):
    (prometheus,) = read_yaml("config/prometheus.yml")
    (configuration,) = read_yaml("config/compose.yaml")
    port = configuration["admin"]["address"].split(":")[1]
    targets = prometheus["scrape_configs"][0]["static_configs"][0]["targets"]
    assert targets == [f"proxy:{port}"]
