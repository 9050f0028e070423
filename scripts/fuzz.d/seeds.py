"""Writes seeds for the classifier's fuzz targets: a few dozen requests of config/training, of as many kinds
as there are. usage: seeds.py {classifier|path} FOLDER"""
import json
import pathlib
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
# As in Sources/FuzzClassifier/Judge.swift.
TYPES = ["json", "form", "xml", "graphql", "sql", "multipart", "text/plain", "octet-stream", "ndjson"]
SEEDS = 64
LONGEST = 4000


def records():
    for path in sorted((ROOT / "config" / "training").glob("*.jsonl")):
        for line in path.read_text().splitlines():
            if line.strip():
                yield json.loads(line)


def kind(record):
    given = record.get("content_type", "").lower()
    return next((number for number, part in enumerate(TYPES) if part in given), len(TYPES))


def seeds(target):
    """The longest of each group of requests that are alike, so that few seeds reach much."""
    best = {}
    for record in records():
        if target == "path":
            text = f"{record.get('method', 'GET')} {record.get('path', '/')}".encode()
            key = len(text) // 8, "?" in record.get("path", ""), record.get("method")
        else:
            body = record.get("body", "").encode()
            text = bytes([kind(record)]) + body[:LONGEST]
            key = text[0], len(body) // 200, body[:2]
        if len(text) > len(best.get(key, b"")) and len(text) > 2:
            best[key] = text
    chosen = [best[key] for key in sorted(best, key=repr)]
    step = max(1, len(chosen) // SEEDS)
    return chosen[::step][:SEEDS]


def main():
    target, folder = sys.argv[1], pathlib.Path(sys.argv[2])
    for number, seed in enumerate(seeds(target)):
        (folder / f"training-{number:02}").write_bytes(seed)


main()
