"""Sends labelled requests through a running slb and shows where each label's requests went.

A request is right when slb's X-Route-Label says what the payload file expects and, where the
upstream is a stub worker, its X-Worker-Type agrees. Ends with 1 on a misroute or a failure.
"""
import argparse
import collections
import http.client
import json
import pathlib
import sys
import threading
import time
import urllib.parse

PAYLOADS = pathlib.Path(__file__).resolve().parent.parent / "config" / "load-test.jsonl"
TIMEOUT_SECONDS = 30
# How many wrong answers are shown one by one; the counts show all.
EXAMPLES_SHOWN = 10

Result = collections.namedtuple("Result", "payload status label source worker seconds error")


def arguments(argv):
    parser = argparse.ArgumentParser(prog="load-test.sh", description=__doc__)
    parser.add_argument("url", nargs="?", default="http://localhost:8080")
    parser.add_argument("--requests", type=int, default=600)
    parser.add_argument("--concurrency", type=int, default=32)
    parser.add_argument("--payloads", type=pathlib.Path, default=PAYLOADS)
    options = parser.parse_args(argv)
    options.target = urllib.parse.urlsplit(options.url)
    if options.target.scheme != "http" or not options.target.hostname:
        parser.error(f"not an http:// URL: {options.url}")
    if options.requests < 1 or options.concurrency < 1:
        parser.error("--requests and --concurrency must be at least 1")
    return options


def read_payloads(path):
    with open(path, encoding="utf-8") as file:
        payloads = [json.loads(line) for line in file if line.strip()]
    if not payloads:
        sys.exit(f"load-test: {path} holds no payload")
    return payloads


class Sender(threading.Thread):
    """One keep-alive connection; takes the next request until none is left."""

    def __init__(self, target, work, results):
        super().__init__(daemon=True)
        self.target, self.work, self.results = target, work, results
        self.connection = None

    def run(self):
        while True:
            try:
                payload = self.work.pop()
            except IndexError:
                break
            self.results.append(self.exchange(payload))
        if self.connection:
            self.connection.close()

    def exchange(self, payload):
        headers = {}
        if payload.get("content_type"):
            headers["Content-Type"] = payload["content_type"]
        body = payload.get("body", "").encode() or None
        begun = time.monotonic()
        try:
            if self.connection is None:
                self.connection = http.client.HTTPConnection(
                    self.target.hostname, self.target.port or 80, timeout=TIMEOUT_SECONDS)
            self.connection.request(payload["method"], payload["path"], body, headers)
            reply = self.connection.getresponse()
            reply.read()
        except (OSError, http.client.HTTPException) as error:
            if self.connection:
                self.connection.close()
            self.connection = None
            return Result(payload, 0, None, None, None, time.monotonic() - begun, repr(error))
        get = reply.getheader
        return Result(payload, reply.status, get("X-Route-Label"), get("X-Route-Source"),
                      get("X-Worker-Type"), time.monotonic() - begun, None)


def send_all(options, payloads):
    # Round after round of the whole file, so that each payload is sent about as often as the next.
    work = [payloads[index % len(payloads)] for index in reversed(range(options.requests))]
    results = []
    senders = [Sender(options.target, work, results)
               for _ in range(min(options.concurrency, options.requests))]
    for sender in senders:
        sender.start()
    for sender in senders:
        sender.join()
    return results


def complaint(result):
    """What is wrong with a result, or None."""
    expected = result.payload["label"]
    if result.error:
        return f"failed: {result.error}"
    if not 200 <= result.status < 300:
        return f"answered {result.status}"
    if result.label is None:
        return "no X-Route-Label in the answer (is this slb, and headers.route_to_client on?)"
    if result.label != expected:
        return f"labelled {result.label} by {result.source}"
    if result.worker is not None and result.worker != expected:
        return f"labelled {result.label}, but served by worker {result.worker}"
    return None


def percentile(ordered, share):
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def table(rows):
    widths = [max(len(str(cell)) for cell in column) for column in zip(*rows)]
    for row in rows:
        cells = [str(cell).ljust(width) if index == 0 else str(cell).rjust(width)
                 for index, (cell, width) in enumerate(zip(row, widths))]
        print("  " + "  ".join(cells))


def matrix(results, labels, title, column):
    counts = collections.Counter((r.payload["label"], column(r)) for r in results)
    found = {name for _, name in counts}
    columns = [name for name in labels if name in found] + sorted(found.difference(labels))
    print(f"\n{title}")
    table([["expected", *columns]]
          + [[label, *(counts[label, name] for name in columns)] for label in labels])


def latencies(results, labels):
    rows = [["label", "requests", "p50 ms", "p90 ms", "p99 ms", "max ms"]]
    for label in labels:
        ordered = sorted(r.seconds * 1000 for r in results
                         if r.payload["label"] == label and not r.error)
        if ordered:
            shares = [percentile(ordered, share) for share in (0.5, 0.9, 0.99)] + [ordered[-1]]
            rows.append([label, len(ordered), *(f"{value:.1f}" for value in shares)])
    print("\nlatency")
    table(rows)


def main(argv):
    options = arguments(argv)
    payloads = read_payloads(options.payloads)
    labels = list(dict.fromkeys(payload["label"] for payload in payloads))
    print(f"{options.requests} requests ({len(payloads)} payloads) to {options.url}, "
          f"{options.concurrency} connections")
    begun = time.monotonic()
    results = send_all(options, payloads)
    seconds = time.monotonic() - begun

    matrix(results, labels, "labelled by slb", lambda r: r.label or "none")
    matrix(results, labels, "served by worker", lambda r: r.worker or "unnamed")
    matrix(results, labels, "decided by", lambda r: r.source or "none")
    latencies(results, labels)

    wrong = [(result, why) for result in results if (why := complaint(result))]
    print(f"\n{len(results)} answers in {seconds:.1f} s, {len(results) / seconds:.0f} a second; "
          f"{len(wrong)} wrong")
    examples = collections.Counter(
        (r.payload["method"], r.payload["path"], r.payload.get("body", "")[:60],
         r.payload["label"], why) for r, why in wrong)
    for (method, path, body, label, why), count in examples.most_common(EXAMPLES_SHOWN):
        print(f"  {count} x {method} {path} {body!r}: expected {label}, {why}")
    return 1 if wrong or len(results) != options.requests else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
