"""The portal's own web server and data servers, and the processor time that they use."""

import gzip
import json
import re
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from urllib.parse import urljoin

import psutil

from innoportal import embedded
from innoportal.supervise import Supervisor

ASSET = re.compile(r"""<(?:link[^>]+(?:stylesheet|preload|icon)[^>]*|script[^>]+|img[^>]+|use[^>]+)>""")
ADDRESS = re.compile(r"""(?:href|src)="(/[^"#]+)""")
WITHIN = re.compile(r"""url\("?([^")]+)""")  # of a stylesheet: the typeface
AS_BROWSERS_DO = {"Accept-Encoding": "br, gzip"}


class Serving:
    def __init__(self, address: str, roots: dict[str, psutil.Process]) -> None:
        self.address, self.roots = address, roots

    def cpu(self) -> dict[str, float]:
        """Seconds used so far by each server, children that have ended included."""
        return {name: used(root) for name, root in self.roots.items()}

    def weight(self, path: str, cookie: str) -> int:
        """Bytes of a first visit as they go over the wire: the page, and all that it takes to show it."""
        html, sent = self.fetch(path, cookie)
        linked = {address for tag in ASSET.findall(html) for address in ADDRESS.findall(tag)}
        for address in [one for one in linked if one.endswith(".css")]:
            style, _sent = self.fetch(address, "", compressed=False)
            linked |= {urljoin(address, one) for one in WITHIN.findall(style)}
        return sent + sum(self.fetch(address, "")[1] for address in linked)

    def fetch(self, path: str, cookie: str, *, compressed: bool = True) -> tuple[str, int]:
        """The text, and the bytes that came."""
        headers = {**(AS_BROWSERS_DO if compressed else {}), **({"Cookie": cookie} if cookie else {})}
        request = urllib.request.Request(self.address + path, headers=headers)  # noqa: S310  our own address
        with urllib.request.urlopen(request, timeout=60) as answer:  # noqa: S310
            body = answer.read()
            text = gzip.decompress(body) if answer.headers["Content-Encoding"] == "gzip" else body
        return text.decode(errors="replace"), len(body)


def used(root: psutil.Process) -> float:
    """Of a process and all below it. A process that has ended is in its parent's account."""
    whole = 0.0
    for process in [root, *root.children(recursive=True)]:
        with suppress(psutil.NoSuchProcess):
            times = process.cpu_times()
            whole += times.user + times.system + times.children_user + times.children_system
    return whole


@contextmanager
def serving(data: Path) -> Iterator[Serving]:
    """The web server as `make run` starts it, without worker and mail catcher."""
    supervisor = Supervisor(data, embedded.free_port())
    supervisor.logs.mkdir(mode=0o700, parents=True, exist_ok=True)
    web = supervisor.programs()[-1]
    supervisor.children = [web]
    web.start()
    try:
        supervisor.await_answer()
        roots = {server.name: server.process() for server in supervisor.servers}
        roots["web"] = psutil.Process(web.process.pid) if web.process else None
        yield Serving(f"http://{embedded.LOOPBACK}:{supervisor.port}", {k: v for k, v in roots.items() if v})
    finally:
        web.stop()


def machine() -> dict[str, object]:
    return {
        "processors": psutil.cpu_count(),
        "memory (GB)": round(psutil.virtual_memory().total / 2**30, 1),
        "load before": [round(one, 1) for one in psutil.getloadavg()],
    }


def scale_of(data: Path) -> dict[str, object]:
    file = data / "scale.json"
    return dict(json.loads(file.read_text())) if file.exists() else {}
