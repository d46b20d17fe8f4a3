"""A reader of server-sent events."""

import json
import socket
import threading
from types import SimpleNamespace

from stack import until


class Events:
    """An open stream: its events as they come, in a thread of its own."""

    def __init__(self, stack, user, query="", last=None, ticket=None):
        lines = [f"GET {ticket or '/v1/changes/stream' + query} HTTP/1.1",
                 "Host: c", "Accept: text/event-stream"]
        if ticket is None:
            lines.append("Authorization: Bearer " + stack.token(user))
        if last is not None:
            lines.append("Last-Event-ID: " + last)
        self.all, self.last, self.beats, self.ended = [], last, 0, False
        self.socket = socket.create_connection(("127.0.0.1", stack.port), 30)
        self.socket.sendall(("\r\n".join(lines) + "\r\n\r\n").encode())
        self.file = self.socket.makefile("rb")
        self.status = int(self.file.readline().split()[1])
        self.headers = {}
        while (line := self.file.readline().strip()):
            name, _, value = line.decode().partition(": ")
            self.headers[name.lower()] = value
        self.socket.settimeout(None)
        if self.status == 200:
            threading.Thread(target=self.read, daemon=True).start()

    @property
    def refusal(self):
        """The answer of a stream that was not opened, for problem()."""
        body = self.file.read(int(self.headers["content-length"]))
        return SimpleNamespace(
            status_code=self.status, content=body, text=body.decode(),
            json=lambda: json.loads(body), request=SimpleNamespace(
                method="GET", url="stream"),
            headers={"Content-Type": self.headers["content-type"]})

    def read(self):
        event = {}
        try:
            for line in self.file:
                line = line.decode().rstrip("\n")
                if line.startswith(":"):
                    self.beats += 1
                elif line:
                    name, _, value = line.partition(": ")
                    event[name] = value
                else:
                    self.last = event.get("id", self.last)
                    if "data" in event:
                        event["data"] = json.loads(event["data"])
                        self.all.append(event)
                    event = {}
        except OSError:
            pass
        self.ended = True

    def named(self, name):
        return [e["data"] for e in list(self.all) if e.get("event") == name]

    @property
    def changes(self):
        return self.named("change")

    def versions(self, item):
        """The versions told of an item, in order."""
        return [c["version"] for c in self.changes if c["id"] == item]

    def wait(self, check, seconds=20):
        return until(lambda: check(self), seconds,
                     what=f"events; so far {self.all[-5:]}")

    def close(self):
        try:
            self.socket.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass    # it has ended

    def __enter__(self):
        self.wait(lambda e: e.all)
        return self

    def __exit__(self, *_):
        self.close()
