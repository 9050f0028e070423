"""The quality gate: what the corpus teaches, measured on services held out whole, and that the shipped model is
the one the corpus makes. The bounds are in goals.json."""
import json
import os
import subprocess

import pytest

from conftest import ROOT, TIMEOUT_SECONDS


@pytest.fixture(scope="module")
def report(slb, corpus):
    done = slb("evaluate", "--cross-validate", *corpus, "--json")
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def above(report, threshold):
    return next(row for row in report["coverage"] if row["threshold"] == threshold)


def test_macro_f1(report, goals):
    assert report["macro_f1"] >= goals["cross_validation"]["floors"]["macro_f1"]


def test_calibration(report, goals):
    assert report["calibration_error"] <= goals["cross_validation"]["floors"]["calibration_error"]


def test_what_it_is_sure_of(report, goals):
    floors, sure = goals["cross_validation"]["floors"], above(report, 0.8)
    assert sure["accuracy"] >= floors["right_above_0.8"]
    assert sure["share"] >= floors["covered_above_0.8"]


def test_the_report_adds_up(report):
    assert report["count"] == sum(map(sum, report["confusion"])) == sum(row["support"] for row in report["labels"])
    assert report["macro_f1"] == pytest.approx(sum(row["f1"] for row in report["labels"]) / len(report["labels"]), abs=2e-4)


def test_training_is_deterministic_and_made_the_shipped_model(slb, tmp_path):
    """Twice the same bytes, and the bytes that are embedded: nobody has changed features, lexicon or corpus
    without scripts/train.sh."""
    made = []
    for name in ("first", "second"):
        output = tmp_path / name
        subprocess.run([ROOT / "scripts" / "train.sh", output], check=True, capture_output=True, stdin=subprocess.DEVNULL,
                       timeout=TIMEOUT_SECONDS, env={**os.environ, "LC_ALL": "C" if name == "first" else "C.UTF-8"})
        made.append(output.read_bytes())
    assert made[0] == made[1], "two runs of scripts/train.sh differ"
    shipped = (ROOT / "Sources" / "CModel" / "model.bin").read_bytes()
    assert made[0] == shipped, "Sources/CModel/model.bin is not what scripts/train.sh makes: run it"


def test_the_embedded_model_is_that_file(slb, corpus, tmp_path):
    """What the program says with the model inside it, it says with the file."""
    data = tmp_path / "requests.jsonl"
    data.write_text("".join(line for path in corpus for line in path.read_text().splitlines(keepends=True)[::10]))
    inside = slb("classify", data, "--model-only")
    outside = slb("classify", data, "--model-only", "--model", ROOT / "Sources" / "CModel" / "model.bin")
    assert inside.returncode == outside.returncode == 0, inside.stderr + outside.stderr
    assert inside.stdout == outside.stdout
    assert inside.stdout.count("\n") == data.read_text().count("\n")
