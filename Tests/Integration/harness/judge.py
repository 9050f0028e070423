"""Judges one request case by what reached the recording upstream and what the client saw, with a
probe request after it on the same connection and another one beside it."""

from __future__ import annotations

import re
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

from corpus import Case

from .client import Client, fetch, get
from .upstream import Upstream, eventually
from .wire import Message, Violation, lint, parse_responses, strict_request

READ_SECONDS = 8.0
QUIET_SECONDS = 1.0


@dataclass
class Verdict:
    case: Case
    marker: bytes
    received: bytes = b""
    ended: str | None = None
    problems: list[str] = field(default_factory=list)

    def blame(self, text: str) -> None:
        self.problems.append(text)


def probe(marker: bytes, kind: bytes) -> bytes:
    return get(f"/{kind.decode()}-{marker.decode()}")


def play(address, case: Case, number: int) -> Verdict:
    """Sends one case; the answers are kept for `judge`."""
    verdict = Verdict(case, b"m%05dz" % number)
    raw = case.bytes(verdict.marker)
    follow = probe(verdict.marker, b"probe")
    with Client(address, READ_SECONDS) as client:
        client.send(raw)
        if case.expect == "incomplete":
            client.half_close()
        else:
            client.send(follow)
        deadline = time.monotonic() + READ_SECONDS
        expected = b"echo:/probe-" + verdict.marker
        while expected not in client.buffer and client.fill(deadline):
            pass
        if expected in client.buffer:
            client.half_close()
            client.fill(time.monotonic() + QUIET_SECONDS)
        verdict.received, verdict.ended = bytes(client.buffer), client.ended
    try:
        other = fetch(address, probe(verdict.marker, b"other"), READ_SECONDS)
        if other.body != b"echo:/other-" + verdict.marker:
            verdict.blame(f"another client got {other.body[:60]!r}")
    except (Violation, OSError) as error:
        verdict.blame(f"another client got nothing: {error}")
    return verdict


def play_all(address, cases: list[Case], threads: int = 24) -> list[Verdict]:
    with ThreadPoolExecutor(threads) as executor:
        return list(executor.map(lambda pair: play(address, pair[1], pair[0]), enumerate(cases)))


@dataclass
class Evidence:
    """What upstreams saw, by marker: complete requests and violations."""

    requests: dict[bytes, list[Message]]
    violations: dict[bytes, str]

    @classmethod
    def collect(cls, upstreams: list[Upstream], verdicts: list[Verdict]) -> "Evidence":
        evidence = cls({v.marker: [] for v in verdicts}, {})
        for upstream in upstreams:
            for connection in upstream.connections:
                evidence._add(bytes(connection.log))
        return evidence

    def _markers(self, data: bytes) -> set[bytes]:
        return {marker for marker in re.findall(rb"m[0-9]{5}z", data) if marker in self.requests}

    def _add(self, log: bytes) -> None:
        while log:
            try:
                step = strict_request(log)
            except Violation as error:
                head = log.partition(b"\r\n\r\n")[0]
                for marker in self._markers(head) or self._markers(log):
                    self.violations[marker] = str(error)
                return
            if step is None:
                return
            message, length = step
            log = log[length:]
            for marker in self._markers(message.raw):
                self.requests[marker].append(message)
                try:
                    lint(message)
                except Violation as error:
                    self.violations[marker] = str(error)


def answers(verdict: Verdict) -> list:
    """The client's answers; a Violation when they are not HTTP."""
    methods = [verdict.case.raw.lstrip(b"\r\n").split(b" ", 1)[0]]
    return parse_responses(verdict.received, methods, closed=verdict.ended == "closed")[0]


def ambiguous(verdict: Verdict, evidence: Evidence) -> list[str]:
    """The bare minimum: what reached the upstream reads the same for everybody, the others are unhurt."""
    marker, problems = verdict.marker, list(verdict.problems)
    if marker in evidence.violations:
        problems.append(f"ambiguous at the upstream: {evidence.violations[marker]}")
    mine = [m for m in evidence.requests[marker] if b"/probe-" + marker not in m.target]
    if any(b"/probe-" + marker in m.raw for m in mine) and verdict.case.expect != "incomplete":
        problems.append("the probe became part of another request")
    if verdict.case.expect == "incomplete" and [m for m in mine if b"/other-" + marker not in m.target]:
        problems.append("an unfinished request was completed")
    return problems


def judge(verdict: Verdict, evidence: Evidence) -> list[str]:
    """Problems of one played case; an empty list is a pass."""
    case, marker = verdict.case, verdict.marker
    problems = ambiguous(verdict, evidence)
    seen = evidence.requests[marker]
    mine = [m for m in seen if b"/probe-" + marker not in m.target and b"/other-" + marker not in m.target]
    if any(b"/smuggled-" in m.target for m in mine):
        problems.append("a smuggled request reached the upstream")
    try:
        responses = answers(verdict)
    except Violation as error:
        return [*problems, f"client cannot parse the answers: {error}"]
    good = [r for r in responses if 200 <= r.status < 300]
    probed = [r for r in good if r.body == b"echo:/probe-" + marker]
    others = [r for r in good if r not in probed]
    if case.expect in ("refused", "incomplete"):
        if mine:
            problems.append(f"{len(mine)} request(s) forwarded: {mine[0].start[:80]!r}")
        if others:
            problems.append(f"the client was served: {others[0].body[:60]!r}")
        if case.expect == "refused" and not responses and not case.quiet:
            problems.append(f"no answer ({verdict.ended})")
    elif len(mine) > case.requests or len(others) > case.requests:
        problems.append(f"{len(mine)} requests and {len(others)} answers for {case.requests}")
    elif case.expect == "served" and (len(mine) != case.requests or len(others) != case.requests):
        problems.append(f"not served: {len(mine)} of {case.requests} forwarded, statuses {[r.status for r in responses]}")
    return problems


def strictness(verdict: Verdict, evidence: Evidence) -> list[str]:
    """What slb asks of itself beyond safety: a refusal ends the connection at once."""
    if verdict.case.expect != "refused":
        return []
    problems = []
    if any(b"/probe-" + verdict.marker in m.target for m in evidence.requests[verdict.marker]):
        problems.append("a request after the refused one was forwarded")
    if verdict.ended == "deadline":
        problems.append("the connection stayed open after a refusal")
    return problems


def settle(upstreams: list[Upstream]) -> None:
    """Waits until no upstream connection receives anything more."""
    state: list[int] = []

    def still() -> bool:
        nonlocal state
        now = [len(c.log) for u in upstreams for c in u.connections]
        same, state = now == state, now
        if not same:
            time.sleep(0.2)
        return same

    eventually(still, 10, "upstreams to fall silent")
