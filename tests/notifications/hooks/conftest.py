import socket
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest


class _Handler(BaseHTTPRequestHandler):
    """Answers as the test has said, and writes down what it was asked."""

    server: Any

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        self.server.heard.append((self.path, dict(self.headers), body))
        status, headers, text = self.server.answer
        if self.server.slow:
            return self._drip()
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    def _drip(self):
        """A header of which one letter comes at a time, for ever."""
        self.wfile.write(b"HTTP/1.1 200 OK\r\nX-Slow: ")
        while not self.server.over.is_set():
            try:
                self.wfile.write(b"a")
                self.wfile.flush()
            except OSError:
                return
            time.sleep(0.05)

    def log_message(self, *_said):
        pass


@pytest.fixture
def endpoint():
    """A real server on loopback: `.answer` = (status, headers, body), `.slow`, `.heard`, `.url`."""
    server: Any = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    server.daemon_threads = True
    server.heard, server.answer, server.slow = [], (200, {}, b"thanks"), False
    server.over = threading.Event()
    server.url = f"http://127.0.0.1:{server.server_address[1]}/hook?of=portal"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield server
    server.over.set()
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def local(settings):
    """As in development: http and loopback may be called."""
    settings.WEBHOOKS_LOCAL = True


@pytest.fixture
def resolver(monkeypatch):
    """Names resolve as the test says: name → one list of numbers for each time that it is asked for."""
    answers: dict[str, list[list[str]]] = {}
    real = socket.getaddrinfo

    def getaddrinfo(host, port, *args, **kwargs):
        if host not in answers:
            return real(host, port, *args, **kwargs)
        numbers = answers[host].pop(0) if len(answers[host]) > 1 else answers[host][0]
        kinds = {True: socket.AF_INET6, False: socket.AF_INET}
        return [(kinds[":" in one], socket.SOCK_STREAM, 6, "", (one, port)) for one in numbers]

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
    return answers
