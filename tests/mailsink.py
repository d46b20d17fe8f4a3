"""A mail server that keeps what it is sent."""

import email
import email.policy
import threading

from aiosmtpd.controller import Controller

from stack import free_ports


class MailSink:
    """Listens on a loopback port; letters are parsed messages, in order."""

    def __init__(self):
        self.lock = threading.Lock()
        self.letters = []
        self.answers = []   # what to say instead of 250, first come first used
        self.port, = free_ports(1)
        self.url = f"smtp://127.0.0.1:{self.port}"
        self.controller = Controller(self, hostname="127.0.0.1",
                                     port=self.port)
        self.controller.start()

    async def handle_DATA(self, server, session, envelope):
        letter = email.message_from_bytes(envelope.original_content,
                                          policy=email.policy.default)
        letter.rcpt = envelope.rcpt_tos
        with self.lock:
            if self.answers:
                return self.answers.pop(0)
            self.letters.append(letter)
        return "250 kept"

    def to(self, address):
        with self.lock:
            return [x for x in self.letters if address in x.rcpt]

    def close(self):
        self.controller.stop()
