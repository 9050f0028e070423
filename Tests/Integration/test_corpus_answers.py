"""Hostile upstream answers against one process: the client never takes one for a good answer, never
sees bytes of an extra one, and the next requests get their own answers."""

import os
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from corpus.answers import Answer, all_answers

from harness.client import Client, fetch, get
from harness.process import PEER, proxy
from harness.upstream import Connection, Upstream, answer
from harness.wire import Response, Violation

ANSWERS = all_answers()
ANSWERED = [threading.Event() for _ in ANSWERS]  # the client has its answer
LATE_SENT = [threading.Event() for _ in ANSWERS]  # the late bytes lie in the proxy's socket
SHORT = {"timeouts": {"request_head": "3s", "request_idle": "3s", "keep_alive": "5s", "response": "3s"}}


def behave(connection: Connection) -> None:
    """`/hostile-N` is answered by case N, everything else by its own target."""
    while (request := connection.read_request()) is not None:
        if request.target.startswith(b"/hostile-"):
            number = int(request.target.removeprefix(b"/hostile-"))
            case = ANSWERS[number]
            connection.send(case.raw)
            if case.late:
                ANSWERED[number].wait(6)
                connection.send(case.late)
                LATE_SENT[number].set()
            if case.reset:
                connection.reset()
            if case.close or case.reset:
                return
        elif not connection.send(answer(b"echo:" + request.target)):
            return


def play(address, number: int, case: Answer) -> list[str]:
    problems: list[str] = []
    method = case.method.encode()
    with Client(address, 6.0) as client:
        client.send(get(f"/hostile-{number}", method=case.method))
        try:
            response = client.response(method)
        except Violation:
            response = None
        ANSWERED[number].set()
        if case.late:
            LATE_SENT[number].wait(6)
        early = bytes(client.buffer)
        if b"EVIL" in early or (response and b"EVIL" in response.raw):
            problems.append(f"hostile bytes reached the client: {(response.raw if response else early)[:120]!r}")
        problems += verdict(case, response, client.ended)
        problems += follow_up(client, number) if client.ended is None else []
    for turn in range(3):
        path = f"/other-{number}-{turn}"
        try:
            other = fetch(address, get(path), 6.0)
            if other.body != b"echo:" + path.encode():
                problems.append(f"another client got {other.status} {other.body[:60]!r}")
        except (Violation, OSError) as error:
            problems.append(f"another client: {error}")
    return problems


def verdict(case: Answer, response: Response | None, ended: str | None) -> list[str]:
    failed = response is None or response.status in (502, 503, 504)
    if ended == "deadline":
        return ["the client was left waiting"]
    if case.expect == "refused" and not failed:
        return [f"taken for {response.status} {response.body[:60]!r}"]
    if case.expect == "truncated" and not failed:
        return [f"looks complete: {response.status} {response.body[:60]!r}"]
    if case.expect == "served" or (case.expect == "safe" and not failed):
        if response is None or (response.status, response.body) != (case.status, case.body):
            return [f"wanted {case.status} {case.body!r}, got {response and (response.status, response.body[:80])}"]
    return []


def follow_up(client: Client, number: int) -> list[str]:
    """The same client asks again, unless the proxy closed."""
    path = f"/probe-{number}"
    client.send(get(path))
    try:
        response = client.response()
    except Violation as error:
        return [] if client.ended in ("closed", "reset") and not client.buffer else [f"the same client: {error}"]
    return [] if response.body == b"echo:" + path.encode() else [f"the same client got {response.status} {response.body[:60]!r}"]


@pytest.fixture(scope="module")
def played():
    with Upstream(behave) as upstream, proxy([upstream.port], SHORT) as running:
        with ThreadPoolExecutor(16) as executor:
            now = executor.map(lambda pair: None if pair[1].late else play(running.address, *pair), enumerate(ANSWERS))
            results = list(now)
        # Late bytes on a connection that is leased again are nobody's fault: these run one by one.
        for number, case in enumerate(ANSWERS):
            if case.late:
                results[number] = play(running.address, number, case)
    if file := os.environ.get("SLB_ANSWER_REPORT"):
        failed = {case.name: problems for case, problems in zip(ANSWERS, results, strict=True) if problems}
        with open(file, "w", encoding="utf-8") as out:
            out.write(f"{PEER}: as wanted {len(ANSWERS) - len(failed)} of {len(ANSWERS)}\n")
            out.writelines(f"{name}: {'; '.join(problems)}\n" for name, problems in failed.items())
    return {case.name: problems for case, problems in zip(ANSWERS, results, strict=True)}


def test_the_corpus_is_large():
    assert len(ANSWERS) >= 130 and sum(a.expect == "served" for a in ANSWERS) >= 30


@pytest.mark.parametrize("case", ANSWERS, ids=lambda case: case.name)
def test_answer(played, case):
    assert not played[case.name], f"{played[case.name]}\nthe upstream sent {case.raw[:300]!r}"
