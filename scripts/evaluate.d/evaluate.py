"""One table of slb and its baselines. Every row is scored by the same code from (truth, label, confidence), and
every fold holds out the same services. Goals are in Tests/Quality/goals.json."""
import argparse
import collections
import json
import pathlib
import re
import statistics
import subprocess
import sys
import tempfile
import time

sys.dont_write_bytecode = True
ROOT = pathlib.Path(__file__).resolve().parents[2]
SLB = ROOT / ".build" / "release" / "slb"
GOALS = json.loads((ROOT / "Tests" / "Quality" / "goals.json").read_text())
HEAVY, WINDOW, BINS, TIMED = "high-compute", 16 * 1024, 20, 200
HEAVY_WORDS = re.compile(
    r"export|report|analy|aggregat|batch|bulk|train|generat|render|transcod|embedding|summar|forecast|simulat|optimi|"
    r"backup|reindex|group by|\bjoin\b|prove|essay|detailed", re.I)
LIGHT_WORDS = re.compile(
    r"health|status|ping|version|/me\b|token|count|exists|config|/[0-9a-f-]*\d[0-9a-f-]*(\?|$)|^HEAD", re.I)


def records(paths):
    return [json.loads(line) for path in paths for line in path.read_text().splitlines() if line.strip()]


def text_of(record):
    parts = (record.get(name) or "" for name in ("method", "path", "content_type", "body"))
    return " ".join(parts)[:WINDOW]


class Keywords:
    """The first list that matches; its confidence is how often that was right in training."""

    def fit(self, training):
        hits, all_ = collections.Counter(), collections.Counter()
        for record in training:
            label = self.label(record)
            all_[label] += 1
            hits[label] += label == record["label"]
        self.confidence = {label: hits[label] / all_[label] for label in all_}
        return self

    def label(self, record):
        text = text_of(record)
        return HEAVY if HEAVY_WORDS.search(text) else "fast-path" if LIGHT_WORDS.search(text[:200]) else "general"

    def judge(self, test):
        labels = [self.label(record) for record in test]
        return [(label, self.confidence.get(label, 0)) for label in labels]


class TFIDF:
    def fit(self, training):
        from sklearn.feature_extraction.text import TfidfVectorizer
        from sklearn.linear_model import LogisticRegression
        self.words = TfidfVectorizer(ngram_range=(1, 2), min_df=2, sublinear_tf=True, token_pattern=r"[^\W_]+")
        self.model = LogisticRegression(C=10, max_iter=200)
        self.model.fit(self.words.fit_transform(map(text_of, training)), [record["label"] for record in training])
        return self

    def judge(self, test):
        shares = self.model.predict_proba(self.words.transform(map(text_of, test)))
        return [(str(self.model.classes_[row.argmax()]), float(row.max())) for row in shares]


def timed(judge, test):
    """Median milliseconds of one request at a time."""
    took = []
    for record in test[:TIMED]:
        begun = time.perf_counter()
        judge([record])
        took.append(time.perf_counter() - begun)
    return statistics.median(took) * 1000


def score(rows):
    """rows: (truth, label, confidence)."""
    labels, f1, recall = sorted({row[0] for row in rows}), [], {}
    for label in labels:
        hits = sum(truth == said == label for truth, said, _ in rows)
        support, guessed = sum(row[0] == label for row in rows), sum(row[1] == label for row in rows)
        recall[label] = hits / support
        f1.append(2 * hits / (support + guessed))
    bins = collections.defaultdict(list)
    for truth, said, sure in rows:
        bins[min(int(sure * BINS), BINS - 1)].append((truth == said, sure))
    error = sum(abs(sum(right for right, _ in part) - sum(sure for _, sure in part)) for part in bins.values()) / len(rows)
    above = [truth == said for truth, said, sure in rows if sure > 0.8]
    return {"macro_f1": sum(f1) / len(f1), "recall_high": recall.get(HEAVY, 0), "calibration_error": error,
            "right_above_0.8": sum(above) / len(above) if above else 0.0, "covered_above_0.8": len(above) / len(rows)}


def slb(*arguments):
    done = subprocess.run([SLB, *map(str, arguments)], capture_output=True, text=True, stdin=subprocess.DEVNULL)
    if done.returncode:
        sys.exit(f"evaluate: slb {arguments[0]} failed:\n{done.stderr[-2000:]}")
    return done.stdout


def slb_held_out(paths, folder):
    out = folder / "folds.jsonl"
    slb("evaluate", "--cross-validate", *paths, "--folds-out", out, "--json")
    return {row["id"]: row for row in records([out])}


def slb_labels(path, *options):
    begun = time.perf_counter()
    rows = [json.loads(line) for line in slb("classify", path, *options).splitlines()]
    return [(row["label"], float(row["confidence"])) for row in rows], (time.perf_counter() - begun) * 1000 / max(len(rows), 1)


def held_out(kind, training, folds):
    rows, milliseconds = [], []
    for fold in sorted({row["fold"] for row in folds.values()}):
        test = [record for record in training if folds[record["id"]]["fold"] == fold]
        fitted = kind().fit([record for record in training if folds[record["id"]]["fold"] != fold])
        rows += [(record["label"], *said) for record, said in zip(test, fitted.judge(test))]
        milliseconds.append(timed(fitted.judge, test))
    return score(rows), statistics.median(milliseconds)


COLUMNS = ("macro_f1", "recall_high", "calibration_error", "right_above_0.8", "covered_above_0.8")


def show(title, rows, goals):
    print(f"\n{title}\n{'':24}{'macro-F1':>10}{'recall hc':>11}{'cal. error':>12}{'right>0.8':>11}{'covered':>9}{'ms/request':>12}")
    for name, found, milliseconds in rows:
        ms = "" if milliseconds is None else f"{milliseconds:.3f}"
        print(f"{name:24}{found['macro_f1']:10.3f}{found['recall_high']:11.3f}{found['calibration_error']:12.3f}"
              f"{found['right_above_0.8']:11.3f}{found['covered_above_0.8']:9.3f}{ms:>12}")
    for name, goal in goals.items():
        value, low = rows[0][1][name], name == "calibration_error"
        met = value <= goal if low else value >= goal
        print(f"  {rows[0][0]}: {name} {value:.3f}, goal {'<=' if low else '>='} {goal:g}: {'met' if met else 'MISSED'}")


def main():
    parser = argparse.ArgumentParser(prog="scripts/evaluate.sh", description=__doc__)
    parser.add_argument("--short", action="store_true", help="slb alone")
    parser.add_argument("--data", type=pathlib.Path, help="a development set, JSON Lines with labels (none)")
    options = parser.parse_args()
    paths = [path for path in sorted((ROOT / "config" / "training").glob("*.jsonl")) if path.stat().st_size]
    training = records(paths)
    baselines = [] if options.short else [("keyword list", Keywords), ("TF-IDF + log. regression", TFIDF)]
    with tempfile.TemporaryDirectory() as folder:
        folds = slb_held_out(paths, pathlib.Path(folder))
    if len(folds) != len(training):
        sys.exit("evaluate: ids of config/training are not unique")
    rows = [("slb model", score([(row["truth"], row["label"], float(row["confidence"])) for row in folds.values()]), None)]
    rows += [(name, *held_out(kind, training, folds)) for name, kind in baselines]
    services = len({record["group"] for record in training})
    show(f"config/training: {len(training)} requests, {services} services held out whole in 5 folds", rows,
         GOALS["cross_validation"]["goals"])
    if options.data:
        test = records([options.data])
        truths = [record["label"] for record in test]
        rows = []
        for name, flags in (("slb model", ["--model-only"]), ("slb rules + model", [])):
            said, milliseconds = slb_labels(options.data, *flags)
            rows.append((name, score([(truth, *row) for truth, row in zip(truths, said)]), milliseconds))
        for name, kind in baselines:
            fitted = kind().fit(training)
            rows.append((name, score([(truth, *row) for truth, row in zip(truths, fitted.judge(test))]), timed(fitted.judge, test)))
        show(f"development set: {len(test)} requests, trained on config/training", rows, GOALS["development_set"]["goals"])
    print("\nslb's milliseconds are those of slb classify: start and reading JSON included, a mean. The baselines' are the"
          "\nmedian of one request at a time. The keyword list's confidence is its precision in training.")


main()
