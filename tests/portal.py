"""A whole portal, started as `make run` starts it, in a data directory of its own."""

import os
import signal
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from pathlib import Path
from urllib.request import urlopen

import psutil

from innoportal import embedded, servers


def directory(name):
    """Reachable for the account that root's servers run under, unlike pytest's own temporary directories."""
    made = Path(tempfile.mkdtemp(dir="/var/tmp", prefix=f"{name} "))
    made.chmod(0o755)
    return made


class Portal:
    """A portal in a data directory of its own, beside any that a developer runs."""

    def __init__(self, data, **environment):
        self.data, self.port, self.environment = data, embedded.free_port(), environment
        self.log = data / "console.txt"

    def start(self, **environment):
        ours = {
            "INNOPORTAL_DATA": str(self.data),
            "PORT": str(self.port),
            "DEMONSTRATION": "false",
            "DEBUG": "true",
        }
        unset = (
            "DATABASE_URL",
            "REDIS_URL",
            "EMAIL_URL",
            "INNOPORTAL_REDIS_DATABASE",
            "DJANGO_SETTINGS_MODULE",
        )
        inherited = {name: value for name, value in os.environ.items() if name not in unset}
        with self.log.open("w") as output:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "innoportal.supervise"],
                cwd=embedded.BASE_DIR,
                env={**inherited, **ours, **self.environment, **environment},
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        return self

    def until(self, text, seconds=300):
        deadline = time.monotonic() + seconds
        while text not in self.said():
            assert self.process.poll() is None, self.said()
            assert time.monotonic() < deadline, self.said()
            time.sleep(0.05)
        return self

    def said(self):
        return self.log.read_text()

    def members(self):
        """The processes of this portal: what it started, and its servers."""
        found = []
        for process in psutil.process_iter():
            try:
                ours = process.environ().get("INNOPORTAL_DATA") == str(self.data)
                served = process.cwd().startswith(str(self.data))
                if (ours or served) and process.status() != psutil.STATUS_ZOMBIE:
                    found.append(process)
            except psutil.Error:
                continue
        return found

    def get(self, path):
        with urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=20) as response:
            return response.status

    def memory(self):
        """Bytes, each shared page counted once."""
        found = 0
        for process in self.members():
            with suppress(psutil.NoSuchProcess):  # a backend or a workshop that ended meanwhile
                found += process.memory_full_info().pss
        return found

    def stop(self):
        began = time.monotonic()
        self.process.send_signal(signal.SIGINT)
        self.process.wait(30)
        return time.monotonic() - began

    def remove(self):
        if self.process.poll() is None:
            self.process.terminate()
            self.process.wait(30)
        for process in self.members():
            process.kill()
        for server in servers.all_of(self.data):
            server.remove()
        subprocess.run(["rm", "-rf", self.data], check=True)
