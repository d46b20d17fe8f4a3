"""A reader of server-sent events."""

import json
import threading

import requests

from stack import until


class Events:
    """An open stream: its events as they come, in a thread of its own."""

    def __init__(self, stack, user, query="", last=None, ticket=None):
        headers = {"Accept": "text/event-stream"}
        if ticket is None:
            headers["Authorization"] = "Bearer " + stack.token(user)
        if last is not None:
            headers["Last-Event-ID"] = last
        self.answer = requests.get(
            stack.url + (ticket or "/v1/changes/stream" + query),
            headers=headers, stream=True, timeout=60)
        self.all, self.last, self.beats, self.ended = [], last, 0, False
        self.thread = None
        if self.answer.status_code == 200:
            self.thread = threading.Thread(target=self.read, daemon=True)
            self.thread.start()

    def read(self):
        event = {}
        try:
            for line in self.answer.iter_lines(chunk_size=1):
                line = line.decode()
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
        except (requests.RequestException, AttributeError, OSError):
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
        self.answer.close()

    def __enter__(self):
        self.wait(lambda e: e.all)
        return self

    def __exit__(self, *_):
        self.close()
