#!/usr/bin/env python3
"""Reads a metrics page on stdin and says what is wrong with it; exit 0 if nothing is.

usage: check_exposition.py [--openmetrics] [NAME...]   each NAME is a sample that must be there

The page is parsed by prometheus_client where that is installed (the strict OpenMetrics parser, too);
the rules below are checked in any case, with the standard library alone.
"""
import argparse
import re
import sys

SAMPLE = re.compile(
    r'^([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{((?:[a-zA-Z_][a-zA-Z0-9_]*="(?:[^"\\\n]|\\["\\n])*",?)*)\})? (\S+)$'
)
LABEL = re.compile(r'([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\]|\\.)*)"')
SUFFIXES = {
    "counter": ("_total",),
    "histogram": ("_bucket", "_sum", "_count"),
    "gauge": ("",),
    "info": ("_info",),
}


class Page:
    def __init__(self, openmetrics):
        self.openmetrics = openmetrics
        self.faults = []
        self.kinds = {}
        self.helps = set()
        self.samples = {}
        self.family = None
        self.closed = set()

    def read(self, text):
        if not text.endswith("\n"):
            self.faults.append("the last line has no end")
        lines = text.split("\n")[:-1]
        if self.openmetrics:
            if not lines or lines[-1] != "# EOF":
                self.faults.append("no # EOF at the end")
            lines = lines[:-1]
        for number, line in enumerate(lines, 1):
            fault = self.comment(line) if line.startswith("#") else self.sample(line)
            if fault:
                self.faults.append(f"line {number}: {fault}: {line}")
        self.histograms()

    def comment(self, line):
        words = line.split(" ", 3)
        if len(words) < 4 or words[1] not in ("HELP", "TYPE", "UNIT"):
            return "not HELP, TYPE or UNIT"
        _, what, name, value = words
        if name != self.family:
            if name in self.closed:
                return "a family in two places"
            self.closed.add(name)
            self.family = name
        if what == "HELP":
            self.helps.add(name)
        elif what == "UNIT" and not (self.openmetrics and name.endswith("_" + value)):
            return "a unit that is not in the name"
        elif what == "TYPE":
            if value not in SUFFIXES or (value == "info" and not self.openmetrics):
                return "unknown type"
            if value == "counter" and name.endswith("_total") == self.openmetrics:
                return "a counter's family with the wrong name"
            self.kinds[name] = value
        return None

    def sample(self, line):
        match = SAMPLE.match(line)
        if not match:
            return "not a sample"
        name, labels, value = match.groups()
        kind = self.kinds.get(self.family)
        if self.family not in self.helps or kind is None:
            return "no HELP and TYPE before it"
        suffixes = ("",) if kind == "counter" and not self.openmetrics else SUFFIXES[kind]
        if name not in [self.family + suffix for suffix in suffixes]:
            return f"not of the family {self.family}"
        try:
            number = float(value)
        except ValueError:
            return "not a number"
        if kind != "gauge" and number < 0:
            return "less than zero"
        pairs = LABEL.findall(labels or "")
        if len({label for label, _ in pairs}) != len(pairs):
            return "a label twice"
        key = (name, tuple(sorted(pairs)))
        if key in self.samples:
            return "a series twice"
        self.samples[key] = number
        return None

    def histograms(self):
        buckets = {}
        for (name, labels), value in self.samples.items():
            if name.endswith("_bucket"):
                rest = tuple(pair for pair in labels if pair[0] != "le")
                bound = float(dict(labels).get("le", "nan"))
                buckets.setdefault((name[: -len("_bucket")], rest), []).append((bound, value))
        for (name, labels), found in buckets.items():
            found.sort()
            counts = [count for _, count in found]
            if found[-1][0] != float("inf") or counts != sorted(counts):
                self.faults.append(f"{name}{dict(labels)}: buckets are not cumulative up to +Inf")
            if self.samples.get((name + "_count", labels)) != counts[-1]:
                self.faults.append(f"{name}{dict(labels)}: count is not the last bucket")
            if (name + "_sum", labels) not in self.samples:
                self.faults.append(f"{name}{dict(labels)}: no sum")


def client_faults(text, openmetrics):
    try:
        if openmetrics:
            from prometheus_client.openmetrics.parser import text_string_to_metric_families
        else:
            from prometheus_client.parser import text_string_to_metric_families
    except ImportError:
        return []
    try:
        list(text_string_to_metric_families(text))
    except ValueError as error:
        return [f"prometheus_client: {error}"]
    return []


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--openmetrics", action="store_true")
    parser.add_argument("names", nargs="*")
    options = parser.parse_args()
    text = sys.stdin.buffer.read().decode("utf-8")
    page = Page(options.openmetrics)
    page.read(text)
    faults = page.faults + client_faults(text, options.openmetrics)
    present = {name for name, _ in page.samples}
    faults += [f"no sample of {name}" for name in options.names if name not in present]
    for fault in faults:
        print(fault)
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
