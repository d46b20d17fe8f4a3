"""HTTP as bytes: what a well-behaved client library would never send."""

import socket
import struct
import time


class Answer:
    def __init__(self, status, headers, body):
        self.status, self.headers, self.body = status, headers, body


class Wire:
    """One connection to the API, spoken to byte by byte."""

    def __init__(self, stack, timeout=20, window=None):
        self.s = socket.socket()
        self.s.settimeout(timeout)
        if window:
            self.s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, window)
        self.s.connect(("127.0.0.1", stack.port))
        self.s.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.got = b""

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.s.close()

    def send(self, data):
        self.s.sendall(data if isinstance(data, bytes) else data.encode())
        return self

    def done(self):
        """We send no more, but listen on."""
        self.s.shutdown(socket.SHUT_WR)
        return self

    def reset(self):
        """Gone without a word: the kernel says RST."""
        self.s.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER,
                          struct.pack("ii", 1, 0))
        self.s.close()

    def _more(self):
        try:
            data = self.s.recv(65536)
        except ConnectionResetError:
            data = b""
        self.got += data
        return data != b""

    def answer(self, head=False):
        """The next answer, or None when the connection has ended. head: it
        answers a HEAD, so no body follows."""
        while b"\r\n\r\n" not in self.got:
            if not self._more():
                assert self.got == b"", self.got
                return None
        text, self.got = self.got.split(b"\r\n\r\n", 1)
        lines = text.decode().split("\r\n")
        assert lines[0].startswith("HTTP/1.1 "), lines[0]
        status = int(lines[0].split(" ")[1])
        headers = {}
        for line in lines[1:]:
            name, value = line.split(": ", 1)
            assert name not in headers, f"{name} twice"
            headers[name] = value
        length = int(headers.get("content-length", 0))
        if head or status in (100, 204, 304):
            length = 0
        while len(self.got) < length:
            assert self._more(), f"{len(self.got)} of {length} bytes"
        body, self.got = self.got[:length], self.got[length:]
        return Answer(status, headers, body)

    def closed(self, seconds=5):
        """Whether the server ends the connection, saying nothing more."""
        self.s.settimeout(seconds)
        try:
            return not self._more()
        except socket.timeout:
            return False


def request(method, path, body=None, version="1.1", **headers):
    """The bytes of a request; a header is written with _ for -."""
    lines = [f"{method} {path} HTTP/{version}", "Host: camket"]
    lines += [f"{k.replace('_', '-')}: {v}" for k, v in headers.items()]
    if body is not None:
        body = body if isinstance(body, bytes) else body.encode()
        lines += [f"Content-Length: {len(body)}",
                  "Content-Type: application/json"]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + (body or b"")


def trickle(wire, data, pause=0.0):
    """Byte by byte, each a packet of its own."""
    for i in range(len(data)):
        wire.send(data[i:i + 1])
        if pause:
            time.sleep(pause)
