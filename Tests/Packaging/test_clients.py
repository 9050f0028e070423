"""The scripts that talk HTTP, against small servers of our own: load-test.sh and pull-model.sh."""
import contextlib
import http.server
import json
import threading

import pytest

LABELS = ["fast-path", "high-compute", "general"]


@contextlib.contextmanager
def serving(answer):
    """A server on a free port; `answer(handler, body)` writes the reply."""

    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def handle_any(self):
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            answer(self, body)

        do_GET = do_HEAD = do_POST = do_PUT = do_PATCH = do_DELETE = do_OPTIONS = handle_any

        def log_message(self, *arguments):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def reply(handler, status, headers, body=b""):
    handler.send_response(status)
    for name, value in {**headers, "Content-Length": str(len(body))}.items():
        handler.send_header(name, value)
    handler.end_headers()
    if handler.command != "HEAD":
        handler.wfile.write(body)


@pytest.fixture(scope="module")
def payloads(root):
    lines = (root / "config" / "load-test.jsonl").read_text().splitlines()
    return [json.loads(line) for line in lines]


def routed(payloads, worker=None, status=200):
    """What slb and three workers would answer, if every label were right (and `worker` were not set)."""
    label_of = {(p["method"], p["path"], p["body"]): p["label"] for p in payloads}

    def answer(handler, body):
        label = label_of[handler.command, handler.path, body.decode()]
        reply(handler, status, {"X-Route-Label": label, "X-Route-Source": "rule",
                                "X-Worker-Type": worker or label}, b"{}")

    return answer


def test_payloads_are_distinct_and_cover_every_label(payloads):
    assert {p["label"] for p in payloads} == set(LABELS)
    for label in LABELS:
        assert sum(p["label"] == label for p in payloads) >= 15
    assert len({(p["method"], p["path"], p["body"]) for p in payloads}) == len(payloads)
    for p in payloads:
        assert set(p) == {"method", "path", "content_type", "body", "label"}
        assert bool(p["body"]) == bool(p["content_type"])
        if p["content_type"] == "application/json":
            json.loads(p["body"])


def test_load_test_passes_when_all_is_routed_right(payloads, run_script):
    with serving(routed(payloads)) as url:
        done = run_script("scripts/load-test.sh", url, "--requests", "126", "--concurrency", "4")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "126 answers" in done.stdout and "0 wrong" in done.stdout
    rows = [line.split() for line in done.stdout.splitlines() if line.strip().startswith("general")]
    assert [row[1:] for row in rows[:2]] == [["0", "0", "40"]] * 2


def test_load_test_fails_when_a_worker_gets_what_is_not_its_own(payloads, run_script):
    with serving(routed(payloads, worker="general")) as url:
        done = run_script("scripts/load-test.sh", url, "--requests", "63", "--concurrency", "2")
    assert done.returncode == 1
    assert "but served by worker general" in done.stdout


def test_load_test_fails_on_an_error_status(payloads, run_script):
    with serving(routed(payloads, status=503)) as url:
        done = run_script("scripts/load-test.sh", url, "--requests", "5", "--concurrency", "1")
    assert done.returncode == 1
    assert "answered 503" in done.stdout


def test_load_test_fails_when_nothing_listens(run_script):
    with serving(lambda handler, body: None) as url:
        pass
    done = run_script("scripts/load-test.sh", url, "--requests", "3")
    assert done.returncode == 1
    assert "3 wrong" in done.stdout and "refused" in done.stdout


def ollama(events, status=200):
    asked = []

    def answer(handler, body):
        asked.append((handler.path, json.loads(body)))
        text = "".join(json.dumps(event) + "\n" for event in events)
        reply(handler, status, {"Content-Type": "application/x-ndjson"}, text.encode())

    return answer, asked


def test_pull_model_asks_for_the_model_and_shows_progress(run_script):
    answer, asked = ollama([
        {"status": "pulling manifest"},
        {"status": "pulling layer", "total": 4_000_000, "completed": 2_000_000},
        {"status": "success"}])
    with serving(answer) as url:
        done = run_script("scripts/pull-model.sh", OLLAMA_BASE_URL=url + "/", OLLAMA_MODEL="tiny")
    assert done.returncode == 0, done.stderr
    assert asked == [("/api/pull", {"model": "tiny", "stream": True})]
    assert "pulling layer  50 % of 4 MB" in done.stdout


@pytest.mark.parametrize("events, status, message", [
    ([{"error": "no such model"}], 200, "no such model"),
    ([{"error": "no room"}], 500, "answered 500"),
    ([{"status": "pulling manifest"}], 200, "before it said success"),
])
def test_pull_model_fails_with_a_reason(run_script, events, status, message):
    answer, _ = ollama(events, status)
    with serving(answer) as url:
        done = run_script("scripts/pull-model.sh", "tiny", OLLAMA_BASE_URL=url)
    assert done.returncode == 1
    assert message in done.stderr and "Traceback" not in done.stderr


@pytest.mark.parametrize("url", ["nonsense", "http://127.0.0.1:1"])
def test_pull_model_says_when_there_is_no_ollama(run_script, url):
    done = run_script("scripts/pull-model.sh", OLLAMA_BASE_URL=url)
    assert done.returncode == 1
    assert len(done.stderr.splitlines()) == 1 and url in done.stderr
