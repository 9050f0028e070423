"""The committed corpus is what it says it is: it parses, it is large and varied, nothing is in it twice with
two labels, and nothing of a development set has slipped into it."""
import collections
import json
import os
import pathlib
import re
import warnings

import pytest

LABELS = {"fast-path", "general", "high-compute"}
METHOD = re.compile("[A-Z][A-Z-]{1,19}")
FIELDS = {"id", "method", "path", "content_type", "body", "label", "group"}


def records(path):
    found = []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        if line.strip():
            found.append((f"{path.name}:{number}", json.loads(line)))
    return found


def request_of(record):
    """What slb sees of it, service and id apart."""
    return tuple(record.get(name) or "" for name in ("method", "path", "content_type", "body"))


@pytest.fixture(scope="module")
def lines(corpus):
    return [entry for path in corpus for entry in records(path)]


def test_every_line_is_a_labelled_request(lines, goals):
    wrong = []
    for place, record in lines:
        if set(record) - FIELDS or not all(isinstance(value, str) for value in record.values()):
            wrong.append(f"{place}: members {sorted(record)}")
        elif record.get("label") not in LABELS:
            wrong.append(f"{place}: label {record.get('label')!r}")
        elif not record.get("group") or not record.get("id"):
            wrong.append(f"{place}: no group or no id")
        elif not record.get("path", "").startswith(("/", "*", "http")) or not METHOD.fullmatch(record.get("method", "")):
            wrong.append(f"{place}: {record.get('method')!r} {record.get('path')!r} is no request line")
        elif len(record.get("body", "").encode()) > goals["corpus"]["body_bytes"]:
            wrong.append(f"{place}: body of {len(record['body'].encode())} bytes")
    assert not wrong, "\n".join(wrong[:20])


def test_it_is_large_and_varied(lines, goals):
    services = {record["group"] for _, record in lines}
    assert len(lines) >= goals["corpus"]["lines"]
    assert len(services) >= goals["corpus"]["services"]
    labels = collections.Counter(record["label"] for _, record in lines)
    assert min(labels.values()) > 0.15 * len(lines), labels


def test_ids_are_unique(lines):
    counts = collections.Counter(record["id"] for _, record in lines)
    assert not [name for name, count in counts.items() if count > 1][:20]


def test_no_request_has_two_labels(lines):
    seen, wrong = {}, []
    for place, record in lines:
        label, first = seen.setdefault((record["group"], *request_of(record)), (record["label"], place))
        if label != record["label"]:
            wrong.append(f"{place} says {record['label']}, {first} says {label}")
    assert not wrong, "\n".join(wrong[:20])


def test_no_development_set_is_in_it(lines):
    """SLB_DEV_SET names files of requests that nothing may be trained on, separated by colons. Short requests are
    everybody's: GET /health is no secret. A service of the same name is worth a look, and no more: names are
    invented twice."""
    named = os.environ.get("SLB_DEV_SET")
    if not named:
        pytest.skip("SLB_DEV_SET names no file")
    trained = {request_of(record)[1:]: place for place, record in lines}
    groups = {record["group"] for _, record in lines}
    wrong, named_alike = [], set()
    for path in map(pathlib.Path, named.split(":")):
        for place, record in records(path):
            request = request_of(record)[1:]
            if request in trained and len(request[0]) + len(request[2]) > 40:
                wrong.append(f"{place} is {trained[request]}")
            if record.get("group"):
                named_alike |= {record["group"]} & groups
    if named_alike:
        warnings.warn(f"services of these names are in the corpus too: {', '.join(sorted(named_alike))}")
    assert not wrong, "\n".join(wrong[:20])
