"""slb train, evaluate and classify as a user of them sees them: log lines with a label column, bad lines told
by file and number, order kept, CSV in and out, standard input."""
import csv
import io
import json
import random
import time

import pytest

HOSTS = ["db-1", "db-2", "edge-07", "auth", "mail-3", "cache-b", "api-11", "worker-4"]
USERS = ["mirela", "jonas", "priya", "svc-batch", "root", "guest", "tomasz", "wen"]
FILES = ["/var/lib/data/seg-{n}", "/home/{u}/report-{n}.pdf", "/etc/app/{u}.conf", "/srv/media/{n}.mp4"]
# Words are shared between classes, so that none of them gives a class away.
KINDS = {
    "security": ["authentication failure for user {u} from {ip} port {n}", "{h} sshd: invalid user {u} from {ip}", "blocked login of {u}: too many attempts ({n})",
                 "permission denied: {u} tried to read {f}", "token of {u} rejected, signature does not match", "firewall dropped packet from {ip} to {h}:{n}"],
    "network": ["connection to {h} timed out after {n} ms", "{h}: upstream reset connection, retrying in {n} ms", "no route to host {ip}",
                "packet loss of {n} percent towards {h}", "dns lookup of {h} failed: server did not answer", "tls handshake with {ip} aborted by peer"],
    "storage": ["disk {f} is {n} percent full", "{h}: i/o error while writing {f}", "filesystem remounted read-only after {n} errors on {h}",
                "cannot write {f}: no space left on device", "raid array of {h} degraded, rebuilding at {n} kB/s", "checksum mismatch in {f}, block {n}"],
    "performance": ["query on {h} took {n} ms, rows examined {m}", "garbage collection paused {h} for {n} ms", "queue depth {n} on {h}, workers saturated",
                    "slow request by {u}: {n} ms in render", "cpu of {h} at {n} percent for ten minutes", "lock wait of {n} ms on table {u}_orders"],
    "audit": ["user {u} changed setting retention to {n}", "{u} created role {u}-readers on {h}", "file {f} downloaded by {u}",
              "export of {m} records requested by {u}", "{u} signed in from {ip} with second factor", "policy {n} updated by {u}: two rules added"],
    "lifecycle": ["{h} started version 4.{n} in {m} ms", "worker {n} stopped with status 0", "{h}: reloading configuration {f}", "scheduled job {u}-{n} finished",
                  "health check of {h} passed after {n} probes", "{h} draining, {n} requests in flight"],
}
LEVELS = ["INFO", "WARN", "ERROR", "info", "warning", "error"]


def log_lines(count, seed):
    choose = random.Random(seed)
    names = sorted(KINDS)
    for _ in range(count):
        kind = choose.choice(names)
        text = choose.choice(KINDS[kind]).format(
            u=choose.choice(USERS), h=choose.choice(HOSTS), n=choose.randrange(2, 5000), m=choose.randrange(10_000, 900_000),
            ip=".".join(str(choose.randrange(1, 255)) for _ in range(4)), f=choose.choice(FILES).format(n=choose.randrange(99), u=choose.choice(USERS)))
        stamp = f"2024-{choose.randrange(1, 13):02}-{choose.randrange(1, 29):02}T{choose.randrange(24):02}:{choose.randrange(60):02}:00Z"
        if choose.random() < 0.3:
            text = f'{text}, request "{choose.getrandbits(40):x}"'
        yield f"{stamp} {choose.choice(LEVELS)} {choose.choice(HOSTS)} {text}", kind


def write_csv(path, rows):
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["message", "label"])
        writer.writerows(rows)


def test_log_lines_train_in_seconds(slb, tmp_path, goals):
    rows = list(log_lines(5000, seed=5))
    write_csv(tmp_path / "train.csv", rows[:4000])
    write_csv(tmp_path / "rest.csv", rows[4000:])
    begun = time.monotonic()
    done = slb("train", tmp_path / "train.csv", "-o", tmp_path / "logs.model")
    took = time.monotonic() - begun
    assert done.returncode == 0, done.stderr
    assert took < goals["log_lines"]["seconds"]
    done = slb("classify", tmp_path / "rest.csv", "-o", tmp_path / "said.csv", "--model", tmp_path / "logs.model", "--model-only")
    assert done.returncode == 0, done.stderr
    said = list(csv.DictReader((tmp_path / "said.csv").open(newline="")))
    assert [row["message"] for row in said] == [text for text, _ in rows[4000:]], "the order, and the column, are the input's"
    right = sum(row["label"] == kind for row, (_, kind) in zip(said, rows[4000:])) / len(said)
    print(f"trained in {took:.1f} s; {right:.1%} right")
    assert right >= goals["log_lines"]["accuracy"]
    done = slb("evaluate", tmp_path / "rest.csv", "--model", tmp_path / "logs.model", "--model-only", "--json")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["accuracy"] == pytest.approx(right, abs=1e-4)


GOOD = [
    {"id": "a", "method": "GET", "path": "/health", "label": "fast-path", "group": "one"},
    {"id": "b", "method": "POST", "path": "/v1/export", "content_type": "application/json", "body": "{\"all\":true}", "label": "high-compute", "group": "two"},
    {"id": "c", "method": "POST", "path": "/v1/notes", "content_type": "application/json", "body": "{\"text\":\"hello\"}", "label": "general", "group": "three"},
]
BAD = ["{\"id\":", "[1,2]", "\"text\"", "nonsense", "{}"]


@pytest.fixture
def mixed(tmp_path):
    """A file with bad lines, and the numbers of these."""
    lines, numbers = [], []
    for place in range(40):
        if place % 4 == 2:
            lines.append(BAD[place // 4 % len(BAD)])
            numbers.append(len(lines))
        elif place % 7 == 0:
            lines.append("")
        else:
            lines.append(json.dumps({**GOOD[place % 3], "id": f"line-{place}", "group": f"g{place}"}))
    path = tmp_path / "mixed.jsonl"
    path.write_text("\n".join(lines) + "\n")
    return path, numbers


def told(stderr, path):
    start = f"{path}:"
    return [int(line.removeprefix(start).split(":")[0]) for line in stderr.splitlines() if line.startswith(start)]


def test_classify_skips_and_tells_bad_lines(slb, mixed):
    path, numbers = mixed
    done = slb("classify", path)
    assert done.returncode == 1
    assert told(done.stderr, path) == numbers
    assert all("skipped" in line for line in done.stderr.splitlines() if line.startswith(f"{path}:"))
    ids = [json.loads(line)["id"] for line in done.stdout.splitlines()]
    assert ids == [json.loads(line)["id"] for line in path.read_text().splitlines() if line.startswith("{\"id\": \"line")]


def test_train_skips_and_tells_bad_lines(slb, mixed, tmp_path):
    path, numbers = mixed
    done = slb("train", path, "-o", tmp_path / "model")
    assert done.returncode == 1
    assert told(done.stderr, path) == numbers
    assert (tmp_path / "model").exists(), "the good lines are used"


def test_evaluate_skips_and_tells_bad_lines(slb, mixed):
    path, numbers = mixed
    done = slb("evaluate", path, "--json")
    assert told(done.stderr, path) == numbers
    assert json.loads(done.stdout)["count"] == sum(line.startswith("{\"id\": \"line") for line in path.read_text().splitlines())
    assert done.returncode == 1


def test_a_missing_label_is_a_bad_line(slb, tmp_path):
    path = tmp_path / "data.jsonl"
    path.write_text("\n".join(json.dumps(record) for record in [*GOOD, {"path": "/x"}]) + "\n")
    for command in (["train", path, "-o", tmp_path / "model"], ["evaluate", path]):
        done = slb(*command)
        assert (done.returncode, told(done.stderr, path)) == (1, [4]), done.stderr
    assert slb("classify", path).returncode == 0


def test_standard_input_and_order(slb, tmp_path):
    text = "".join(json.dumps({**GOOD[place % 3], "id": f"n{place}"}) + "\n" for place in range(2000))
    path = tmp_path / "data.jsonl"
    path.write_text(text)
    piped, filed = slb("classify", "-", stdin=text), slb("classify", path)
    assert piped.returncode == filed.returncode == 0, piped.stderr + filed.stderr
    assert piped.stdout == filed.stdout
    rows = [json.loads(line) for line in piped.stdout.splitlines()]
    assert [row["id"] for row in rows] == [f"n{place}" for place in range(2000)]
    assert all(0 <= row["confidence"] <= 1 and row["label"] in ("fast-path", "general", "high-compute") for row in rows)


def test_csv_in_and_out(slb, tmp_path):
    path = tmp_path / "data.csv"
    with path.open("w", newline="") as file:
        writer = csv.DictWriter(file, ["id", "method", "path", "content_type", "body"])
        writer.writeheader()
        for record in GOOD:
            writer.writerow({name: record.get(name, "") for name in writer.fieldnames})
        writer.writerow({"id": "d", "method": "POST", "path": "/notes", "content_type": "text/plain", "body": 'two lines,\n"quoted"'})
        file.write("too,few\r\n")
    done = slb("classify", path)
    assert done.returncode == 1
    assert told(done.stderr, path) == [7]
    rows = list(csv.DictReader(io.StringIO(done.stdout, newline="")))
    assert [row["id"] for row in rows] == ["a", "b", "c", "d"]
    assert rows[3]["body"] == 'two lines,\n"quoted"'
    assert {"label", "confidence", "source"} <= set(rows[0])
    as_lines = slb("classify", path, "-o", tmp_path / "out.jsonl")
    assert as_lines.returncode == 1
    written = [json.loads(line) for line in (tmp_path / "out.jsonl").read_text().splitlines()]
    assert [(row["id"], row["label"]) for row in written] == [(row["id"], row["label"]) for row in rows]


def test_what_cannot_be_read_or_written_is_said(slb, tmp_path):
    data = tmp_path / "data.jsonl"
    data.write_text("".join(json.dumps(record) + "\n" for record in GOOD))
    for command in (["classify", tmp_path / "none.jsonl"], ["evaluate", tmp_path], ["train", data, "-o", tmp_path / "no" / "model"],
                    ["classify", data, "--model", data]):
        done = slb(*command)
        assert done.returncode == 1, command
        assert done.stderr.startswith("slb: ") and done.stderr.count("\n") == 1, done.stderr
