"""A server that speaks Ollama's HTTP API as far as slb uses it, with scripted labels and misbehaviours.

As a library: `FakeOllama(label=lambda text: "general").start()`; as a process:
`python3 ollama.py --port 0 --label high-compute --table heavy=high-compute --behaviour slow --delay 0.2`,
which prints its port, and takes new behaviour through `POST /fake` with a JSON object of its attributes.
"""
import argparse
import json
import math
import re
import socket
import ssl
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

BEHAVIOURS = (
    "ok", "hang", "slow", "500", "503", "garbage", "half_answer", "wrong_label", "early_close",
    "thinking", "slow_load", "huge", "model_missing", "no_logprobs", "word", "not_json", "redirect",
    "empty",
)


class FakeOllama:
    """`label` maps the request's text (as the model sees it) to a label; a table's first key that the
    text contains decides otherwise."""

    def __init__(self, label="general", table=None, model="mistral", confidence=0.92, behaviour="ok",
                 delay=0.0, token=None, certificate=None, key=None, port=0):
        assert behaviour in BEHAVIOURS, behaviour
        self.label, self.table, self.model = label, dict(table or {}), model
        self.confidence, self.behaviour, self.delay, self.token = confidence, behaviour, delay, token
        self.loaded = False
        self.questions = []  # the texts asked, in order
        self.bodies = []     # the decoded bodies of /api/chat, warm-ups included
        self.paths = []
        self.in_flight = self.most_in_flight = 0
        self.connections = 0
        self.lock = threading.Lock()
        self.stopping = threading.Event()
        self.server = Server(("127.0.0.1", port), Handler)
        self.server.fake = self
        self.scheme = "http"
        if certificate:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(certificate, key)
            # The handshake belongs to the connection's own thread.
            self.server.socket = context.wrap_socket(
                self.server.socket, server_side=True, do_handshake_on_connect=False)
            self.scheme = "https"
        self.port = self.server.server_address[1]

    @property
    def url(self):
        return f"{self.scheme}://127.0.0.1:{self.port}"

    def start(self):
        threading.Thread(target=self.server.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def stop(self):
        """Unplugs: no new connections, and the open ones are cut."""
        self.stopping.set()
        self.server.shutdown()
        self.server.server_close()
        self.server.cut()

    def __enter__(self):
        return self.start()

    def __exit__(self, *_):
        if not self.stopping.is_set():
            self.stop()

    def answer_for(self, text):
        for word, label in self.table.items():
            if word in text:
                return label
        return self.label(text) if callable(self.label) else self.label


class Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 256

    def __init__(self, *arguments):
        self.open_sockets = set()
        self.guard = threading.Lock()
        super().__init__(*arguments)

    def process_request(self, request, address):
        with self.guard:
            self.open_sockets.add(request)
        self.fake.connections += 1
        super().process_request(request, address)

    def shutdown_request(self, request):
        with self.guard:
            self.open_sockets.discard(request)
        super().shutdown_request(request)

    def cut(self):
        with self.guard:
            sockets = list(self.open_sockets)
        for one in sockets:
            try:
                one.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass

    def handle_error(self, request, address):
        pass


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    @property
    def fake(self):
        return self.server.fake

    def send(self, status, value, announced=None, fields=()):
        body = value if isinstance(value, bytes) else json.dumps(value).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json; charset=utf-8")
        for name, text in fields:
            self.send_header(name, text)
        self.send_header("Content-Length", str(len(body) if announced is None else announced))
        self.end_headers()
        self.wfile.write(body)

    def drop(self):
        self.close_connection = True
        self.wfile.flush()
        try:
            self.connection.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass

    def admitted(self):
        if self.fake.token and self.headers.get("Authorization") != f"Bearer {self.fake.token}":
            self.send(401, {"error": "unauthorized"})
            return False
        return True

    def do_GET(self):
        fake = self.fake
        fake.paths.append(self.path)
        if not self.admitted():
            return
        if fake.behaviour == "hang":
            fake.stopping.wait(60)
            return self.drop()
        present = [] if fake.behaviour == "model_missing" else [fake.model]
        if self.path == "/api/tags":
            self.send(200, {"models": [self.entry(name) for name in present]})
        elif self.path == "/api/ps":
            self.send(200, {"models": [self.entry(name) for name in present if fake.loaded]})
        elif self.path == "/api/version":
            self.send(200, {"version": "0.12.11"})
        else:
            self.send(404, b"404 page not found")

    @staticmethod
    def entry(name):
        full = name if ":" in name else name + ":latest"
        return {"name": full, "model": full, "size": 4113301824, "digest": "0" * 64,
                "details": {"format": "gguf", "family": "llama"}}

    def do_POST(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.fake.paths.append(self.path)
        if self.path == "/fake":
            for name, value in json.loads(body).items():
                setattr(self.fake, name, value)
            return self.send(200, {"asked": len(self.fake.questions)})
        if not self.admitted():
            return
        if self.path != "/api/chat":
            return self.send(404, b"404 page not found")
        fake = self.fake
        with fake.lock:
            fake.in_flight += 1
            fake.most_in_flight = max(fake.most_in_flight, fake.in_flight)
        try:
            self.chat(json.loads(body))
        finally:
            with fake.lock:
                fake.in_flight -= 1

    def chat(self, body):
        fake = self.fake
        fake.bodies.append(body)
        behaviour = fake.behaviour
        if behaviour == "model_missing" or body.get("model") != fake.model:
            return self.send(404, {"error": f"model '{body.get('model')}' not found"})
        if not body.get("messages"):
            if behaviour in ("hang", "slow_load"):
                fake.stopping.wait(60 if behaviour == "hang" else fake.delay)
            fake.loaded = True
            return self.send(200, {
                "model": fake.model, "created_at": "2026-01-01T00:00:00Z",
                "message": {"role": "assistant", "content": ""}, "done": True, "done_reason": "load"})
        text = body["messages"][-1]["content"]
        fake.questions.append(text)
        if behaviour == "hang":
            fake.stopping.wait(60)
            return self.drop()
        if behaviour == "slow" or fake.delay and behaviour != "slow_load":
            time.sleep(fake.delay)
        fake.loaded = True
        if behaviour == "500":
            return self.send(500, {"error": "llama runner process has terminated"})
        if behaviour == "503":
            return self.send(503, {"error": "server busy, please try again.  maximum pending requests exceeded"})
        if behaviour == "redirect":
            return self.send(307, b"", fields=[("Location", "http://127.0.0.1:9/api/chat")])
        if behaviour == "early_close":
            return self.drop()
        self.answer(body, text, behaviour)

    def answer(self, body, text, behaviour):
        fake = self.fake
        label = fake.answer_for(text)
        if behaviour == "not_json":
            return self.send(200, b"<html>It works!</html>")
        content = json.dumps({"label": label, "confidence": fake.confidence})
        thinking = None
        if behaviour == "garbage":
            content = "%%% \x00 {{{ ]"
        elif behaviour == "empty":
            content = ""
        elif behaviour == "wrong_label":
            content = json.dumps({"label": "turbo-lane", "confidence": 1})
        elif behaviour == "word":
            content = f"I would say it is {label}."
        elif behaviour == "thinking":
            content = f"<think>Is it fast-path or general? {{\"label\":\"none\"}}</think>\n{content}"
            thinking = "It could be anything."
        elif behaviour == "huge":
            content += " " * (4 << 20)
        message = {"role": "assistant", "content": content}
        if thinking:
            message["thinking"] = thinking
        reply = {
            "model": fake.model, "created_at": "2026-01-01T00:00:00Z", "message": message, "done": True,
            "done_reason": "stop", "total_duration": 1000000, "prompt_eval_count": 200, "eval_count": 18}
        if body.get("logprobs") and behaviour in ("ok", "slow", "slow_load"):
            reply["logprobs"] = self.logprobs(content, label)
        if behaviour == "half_answer":
            whole = json.dumps(reply).encode()
            self.send(200, whole[:len(whole) // 2], announced=len(whole))
            return self.drop()
        self.send(200, reply)

    def logprobs(self, content, label):
        """Tokens of a few letters; the confidence sits on the label's first one."""
        tokens = re.findall(r"[A-Za-z]+|[0-9.]+|[^A-Za-z0-9]+", content)
        first = re.match(r"[A-Za-z]+|[0-9.]+|[^A-Za-z0-9]+", label).group() if label else None
        place = content.rfind(f'"{label}"') + 1
        offset, result = 0, []
        for token in tokens:
            chance = self.fake.confidence if offset == place and token == first else 0.999
            offset += len(token)
            result.append({
                "token": token, "logprob": math.log(max(chance, 1e-9)), "bytes": list(token.encode()),
                "top_logprobs": [{"token": token, "logprob": math.log(max(chance, 1e-9))}]})
        return result


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--label", default="general")
    parser.add_argument("--table", action="append", default=[], metavar="WORD=LABEL")
    parser.add_argument("--model", default="mistral")
    parser.add_argument("--confidence", type=float, default=0.92)
    parser.add_argument("--behaviour", choices=BEHAVIOURS, default="ok")
    parser.add_argument("--delay", type=float, default=0.0)
    parser.add_argument("--token")
    parser.add_argument("--certificate")
    parser.add_argument("--key")
    options = vars(parser.parse_args())
    options["table"] = dict(entry.split("=", 1) for entry in options["table"])
    fake = FakeOllama(**options).start()
    print(fake.port, flush=True)
    fake.stopping.wait()


if __name__ == "__main__":
    main()
