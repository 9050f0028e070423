"""Learning: what the journal says, that a model trained from it asks the language model less and errs no
more, what a second model would have said, and why a request has its label."""

import concurrent.futures
import glob
import json
import random
import subprocess
from pathlib import Path

import pytest

from harness.client import fetch, get, post
from harness.process import PEER, REPOSITORY, slb_binary
from harness.upstream import eventually
from ollama import FakeOllama
from test_admin import scrape, total

pytestmark = pytest.mark.skipif(PEER != "slb", reason="only for slb")

LABELS = {"fast-path": "general", "high-compute": "general", "general": "general"}
# An application of which no corpus knows a word: what it does and what that costs.
SERVICES = ("warbler", "plimsoll", "quoin", "tessera", "gantry", "oriel")
OPERATIONS = {
    "blench": "fast-path", "dawdle": "fast-path", "fettle": "fast-path", "gambol": "fast-path",
    "gloam": "general", "hobble": "general", "jostle": "general", "kindle": "general",
    "mizzle": "high-compute", "ravel": "high-compute", "scumble": "high-compute", "thresh": "high-compute",
}
WORDS = ("amber", "birch", "cobalt", "dune", "ember", "fjord", "grove", "heath", "islet", "juniper", "kelp", "loam",
         "moraine", "nectar", "osier", "petal", "quartz", "reed", "sedge", "tarn", "umber", "vetch", "willow", "yarrow")


def script(text: str) -> str:
    """What the language model says: by the operation, which is all there is to know."""
    return next(label for name, label in OPERATIONS.items() if name in text)


def config(ollama=None, **classifier) -> dict:
    llm = {"url": ollama.url, "mode": "wait", "deadline": "10s", "max_in_flight": 8, "queue": 4096,
           "watch_interval": "50ms"} if ollama else {"enabled": False}
    return {"classifier": {"labels": LABELS, "default_label": "general", "builtin_rules": False, "llm": llm, **classifier}}


def traffic(count: int, seed: int) -> list[tuple[str, str, bytes]]:
    """Target, media type, body; the operation is in any of them, and no two requests are alike."""
    chance = random.Random(seed)
    requests = []
    for number in range(count):
        words, operation, service = chance.sample(WORDS, 5), chance.choice(list(OPERATIONS)), chance.choice(SERVICES)
        text = " ".join(words)
        requests.append((
            lambda: ("/rpc", {"jsonrpc": "2.0", "id": number, "method": f"{service}.{operation}", "params": {"whither": text}}),
            lambda: (f"/{service}", {"deed": operation, "whither": text}),
            lambda: (f"/{service}/{operation}/batch", {"items": words * 3, "whither": chance.choice(WORDS)}),
            lambda: (f"/{service}/{number}/{operation}", {"from": "2024-01-01", "to": "2024-03-01", "whither": words}),
            lambda: (f"/{service}/{operation}", text),
        )[number % 5]())
    return [(path, "text/plain", body.encode()) if isinstance(body, str)
            else (path, "application/json", json.dumps(body).encode()) for path, body in requests]


def ready(slb) -> None:
    eventually(lambda: total(scrape(slb), "slb_llm_ready") == 1, 10, "the language model to be ready")


def run(slb, requests) -> float:
    """Sends all of it; returns the share of labels that are the script's."""
    def one(request):
        path, media, body = request
        response = fetch(slb.address, post(path, body, f"Content-Type: {media}"))
        return response.one(b"x-route-label").decode() == script(path + body.decode())

    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        return sum(pool.map(one, requests)) / len(requests)


def lines(path: Path) -> list[dict]:
    return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []


def train(*arguments: str, check: bool = True) -> subprocess.CompletedProcess:
    return subprocess.run([slb_binary(), "train", *arguments], capture_output=True, text=True, timeout=280, check=check)


def test_one_retrain_spares_the_language_model(start_slb, start_upstream, tmp_path):
    upstream = start_upstream()
    url = f"http://127.0.0.1:{upstream.port}"
    journal, model = tmp_path / "journal.jsonl", tmp_path / "new.model"
    with FakeOllama(label=script) as ollama:
        first = start_slb(url, config=config(ollama, journal={"path": str(journal)}))
        ready(first)
        before = run(first, traffic(500, seed=1))
        first.stop()
        asked = len(ollama.questions)
    verdicts = [line for line in lines(journal) if line["source"] == "llm"]
    assert len(verdicts) == asked > 250
    corpus = sorted(glob.glob(str(REPOSITORY / "config/training/*.jsonl")))
    train(*corpus, "--journal", str(journal), "-o", str(model))
    with FakeOllama(label=script) as ollama:
        second = start_slb(url, config=config(ollama, model={"path": str(model)}))
        ready(second)
        after = run(second, traffic(500, seed=2))
        second.stop()
        left = len(ollama.questions)
    print(f"asked {asked} then {left} of 500; accuracy {before:.3f} then {after:.3f}")
    assert left <= 0.2 * asked
    assert after >= before


@pytest.mark.parametrize("mode", ["background", "wait"])
def test_a_verdict_that_lands_later_is_written(start_slb, start_upstream, tmp_path, mode):
    journal = tmp_path / "journal.jsonl"
    url = f"http://127.0.0.1:{start_upstream().port}"
    with FakeOllama(label="high-compute", behaviour="slow", delay=0.3) as ollama:
        settings = config(ollama, journal={"path": str(journal)}, model={"path": "none"})
        settings["classifier"]["llm"] |= {"mode": mode, "deadline": "100ms"}
        slb = start_slb(url, config=settings)
        ready(slb)
        body = b'{"mail":"jane@example.org","card":"4111 1111 1111 1111","number":123456789}'
        target = "/people/48151623/letters?token=abcdef0123456789abcdef&page=2"
        assert fetch(slb.address, post(target, body, "Content-Type: application/json")).one(b"x-route-source") == b"default"
        eventually(lambda: {line["source"] for line in lines(journal)} == {"default", "llm"}, 10, "both lines")
        assert total(scrape(slb), "slb_journal_records_total") == 2
        assert total(scrape(slb), "slb_journal_dropped_total") == 0
    slb.stop()
    by_source = {line["source"]: line for line in lines(journal)}
    default, llm = by_source["default"], by_source["llm"]
    assert (default["label"], llm["label"]) == ("general", "high-compute")
    assert default["status"] == 200 and default["service_ms"] > 0 and default["response_bytes"] > 0
    assert llm["status"] is None and llm["service_ms"] is None and llm["confidence"] > 0.5
    for line in (default, llm):
        assert line["path"].startswith("/people/00000000/letters?") and "abcdef" not in line["path"]
        assert line["body"] == '{"mail":"[email]","card":"[card]","number":[number]}'
        assert (line["method"], line["content_type"], line["body_length"]) == ("POST", "application/json", len(body))


def test_what_may_not_be_told_is_not(start_slb, start_upstream, tmp_path):
    journal = tmp_path / "journal.jsonl"
    url = f"http://127.0.0.1:{start_upstream().port}"
    slb = start_slb(url, config=config(journal={"path": str(journal)}))
    fetch(slb.address, post("/a?q=secret", b"hello", "Content-Type: text/plain", "X-Route-No-Inspect: 1"))
    slb.stop()
    (line,) = lines(journal)
    assert "body" not in line and line["path"] == "/a" and line["body_length"] == 5

    second = tmp_path / "second.jsonl"
    slb = start_slb(url, config=config(journal={"path": str(second), "content": "none"}))
    fetch(slb.address, post("/a?q=secret", b"hello", "Content-Type: text/plain"))
    slb.stop()
    (line,) = lines(second)
    assert "body" not in line and line["path"] == "/a"


def test_files_are_full_and_few(start_slb, start_upstream, tmp_path):
    url = f"http://127.0.0.1:{start_upstream().port}"
    journal = {"path": str(tmp_path / "j"), "size": "64KiB", "files": 2}
    slb = start_slb(url, config=config(journal=journal, cache={"entries": 0}))
    body = b"lorem ipsum dolor sit amet " * 150
    for number in range(80):
        assert fetch(slb.address, post(f"/documents-{number}", body, "Content-Type: text/plain")).status == 200
    slb.stop()
    files = sorted(tmp_path.iterdir())
    assert [file.name for file in files] == ["j", "j.1", "j.2"]
    assert all(0 < file.stat().st_size <= 65536 and file.stat().st_mode & 0o777 == 0o600 for file in files)
    seen = [line["path"] for name in ("j.2", "j.1", "j") for line in lines(tmp_path / name)]
    assert len(seen) == len(set(seen)) and "/documents-79" in seen


def test_a_disk_that_is_full_costs_lines_and_nothing_else(start_slb, start_upstream, tmp_path):
    journal = tmp_path / "journal.jsonl"
    url = f"http://127.0.0.1:{start_upstream().port}"
    slb = start_slb(url, config=config(journal={"path": str(journal)}), wrapper=("prlimit", "--fsize=100000"))
    body = b"lorem ipsum dolor sit amet " * 100
    for number in range(100):
        assert fetch(slb.address, post(f"/documents-{number}", body, "Content-Type: text/plain")).status == 200
    eventually(lambda: total(scrape(slb), "slb_journal_dropped_total") > 0, 5, "lines to be lost")
    eventually(lambda: total(scrape(slb), "slb_journal_dropped_total") + total(scrape(slb), "slb_journal_records_total") == 100, 5, "the rest")
    assert sum("journal: cannot write" in line for line in slb.lines) == 1
    slb.stop()
    whole = journal.read_text().split("\n")[:-1]
    assert whole and all(json.loads(line)["label"] for line in whole)


def test_labels_from_service_times(tmp_path):
    journal, model = tmp_path / "journal.jsonl", tmp_path / "times.model"
    with journal.open("w") as file:
        for number in range(240):
            slow = number % 4 == 0
            line = {"method": "GET", "path": f"/{'ravel' if slow else 'fettle'}/{number}", "content_type": "", "body": "",
                    "body_length": 0, "label": "general", "source": "default", "confidence": 0, "status": 200,
                    "service_ms": 900.5 if slow else 1.25, "response_bytes": 1}
            file.write(json.dumps(line) + "\n")
    # No verdicts, so no labels.
    assert train("--journal", str(journal), "-o", str(model), check=False).returncode == 1
    told = train("--journal", str(journal), "--journal-from-latency", "cheap,dear", "--latency-quantiles", "0.75", "-o", str(model))
    assert "cheap below 900.5" in told.stderr
    requests = tmp_path / "requests.jsonl"
    requests.write_text('{"method":"GET","path":"/ravel/7"}\n{"method":"GET","path":"/fettle/7"}\n')
    answer = subprocess.run([slb_binary(), "classify", "--model", str(model), "--model-only", str(requests)],
                            capture_output=True, text=True, timeout=60, check=True).stdout
    assert [json.loads(line)["label"] for line in answer.splitlines()] == ["dear", "cheap"]


def small_model(tmp_path: Path, labels: dict[str, str]) -> Path:
    """Knows one word for each label."""
    data, model = tmp_path / "data.jsonl", tmp_path / "small.model"
    rows = [{"method": "GET", "path": f"/{word}/{number}", "label": label, "group": f"{word}-{number % 9}"}
            for word, label in labels.items() for number in range(90)]
    data.write_text("".join(json.dumps(row) + "\n" for row in rows))
    train(str(data), "-o", str(model))
    return model


def test_the_shadow_disagrees_and_decides_nothing(start_slb, start_upstream, tmp_path):
    url = f"http://127.0.0.1:{start_upstream().port}"
    shadow = small_model(tmp_path, {"ravel": "high-compute", "fettle": "fast-path"})
    slb = start_slb(url, config=config(shadow={"path": str(shadow)}, model={"path": "none"}))
    for number in range(5):
        assert fetch(slb.address, get(f"/ravel/{number}")).one(b"x-route-label") == b"general"
    for number in range(3):
        fetch(slb.address, get(f"/fettle/{number}"))
    eventually(lambda: total(scrape(slb), "slb_shadow_decisions_total") == 8, 5, "the shadow to have seen all")
    samples = scrape(slb)
    assert total(samples, "slb_shadow_decisions_total", label="general", shadow_label="high-compute") == 5
    assert total(samples, "slb_shadow_decisions_total", label="general", shadow_label="fast-path") == 3
    assert total(samples, "slb_shadow_dropped_total") == 0


def test_a_shadow_with_other_labels_is_refused(tmp_path):
    model = small_model(tmp_path, {"ravel": "dear", "fettle": "fast-path"})
    file = tmp_path / "slb.yaml"
    file.write_text(f"classifier:\n  shadow: {{ path: {model} }}\n")
    for command in ("check", "run"):
        refused = subprocess.run([slb_binary(), command, "--config", str(file)], capture_output=True, text=True, timeout=30)
        assert refused.returncode == 1
        assert "classifier.shadow.path" in refused.stderr + refused.stdout and "'dear'" in refused.stderr + refused.stdout


def explained(slb, **request) -> dict:
    body = json.dumps(request).encode()
    return json.loads(fetch(slb.admin, post("/classify?explain=1", body, "Content-Type: application/json")).body)


def test_reasons(start_slb, start_upstream):
    upstream = start_upstream()
    url = f"http://127.0.0.1:{upstream.port}"
    rules = [{"name": "probes", "match": {"path": "/health"}, "label": "fast-path"}]
    slb = start_slb(url, config={**config(rules=rules), "headers": {"route_explain": True}})
    evidence = explained(slb, method="GET", path="/health")["evidence"]
    assert evidence == {"rule": "probes", "builtin": False}
    answer = explained(slb, method="POST", path="/reports/generate", payload={"range": "year"})
    evidence = answer["evidence"]
    assert evidence["rule"] is None and evidence["guess"]["label"] in LABELS
    assert 0 <= evidence["guess"]["unknown_share"] <= 1 and 0 < evidence["guess"]["confidence"] <= 1
    weights = [feature["weight"] for feature in evidence["features"]]
    assert weights and weights == sorted(weights, key=abs, reverse=True)

    assert fetch(slb.address, get("/health", "X-Route-Explain: mine")).one(b"x-route-explain") == b"rule=probes"
    response = fetch(slb.address, post("/reports/g%C3%A9n%C3%A9rer", b'{"r\xc3\xa4nge":"\xff\\u0000"}', "Content-Type: application/json"))
    reasons = response.one(b"x-route-explain")
    assert reasons.startswith((b"model; ", b"default; ")) and b"=" in reasons
    assert len(reasons) < 512 and all(0x20 <= byte < 0x7F for byte in reasons)
    sent = upstream.received().lower()
    assert b"x-route-label" in sent and b"x-route-explain" not in sent


def test_reasons_are_off_by_default(start_slb, start_upstream):
    slb = start_slb(f"http://127.0.0.1:{start_upstream().port}", config=config())
    assert not fetch(slb.address, get("/health")).get(b"x-route-explain")
