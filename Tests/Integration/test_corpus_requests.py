"""The malformed request corpus against one process: nothing ambiguous reaches an upstream, nobody
gets another's answer, well-formed controls are served."""

import collections
import os

import pytest
from corpus.requests import all_cases

from harness.judge import Evidence, ambiguous, judge, play_all, settle, strictness
from harness.process import PEER, proxy
from harness.upstream import Upstream

SHORT = {"timeouts": {"request_head": "2s", "request_idle": "2s", "keep_alive": "2s", "response": "4s"}, "headers": {"route_to_client": True}}
CASES = all_cases()


@pytest.fixture(scope="module")
def played():
    with Upstream() as upstream, proxy([upstream.port], SHORT) as running:
        verdicts = play_all(running.address, CASES)
        settle([upstream])
        evidence = Evidence.collect([upstream], verdicts)
        yield {v.case.name: (v, evidence) for v in verdicts}
        report(verdicts, evidence)


def report(verdicts, evidence):
    """SLB_CORPUS_REPORT=FILE: one line per failed case, for comparing peers."""
    if file := os.environ.get("SLB_CORPUS_REPORT"):
        failed = {v.case.name: judge(v, evidence) for v in verdicts if judge(v, evidence)}
        with open(file, "w", encoding="utf-8") as out:
            harmful = sum(bool(ambiguous(v, evidence)) for v in verdicts)
            out.write(f"{PEER}: as wanted {len(verdicts) - len(failed)}, unambiguous {len(verdicts) - harmful} of {len(verdicts)}\n")
            out.writelines(f"{name}: {'; '.join(problems)}\n" for name, problems in failed.items())


def test_the_corpus_is_large_and_balanced():
    counts = collections.Counter(case.expect for case in CASES)
    assert len(CASES) >= 500 and counts["served"] >= 40 and counts["refused"] >= 350, counts


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_request(played, case):
    verdict, evidence = played[case.name]
    problems = judge(verdict, evidence)
    if PEER == "slb":
        problems += strictness(verdict, evidence)
    assert not problems, f"{problems}\nsent {case.bytes(verdict.marker)[:400]!r}\ngot {verdict.received[:400]!r} ({verdict.ended})"
