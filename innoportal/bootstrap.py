"""Make `.venv` and `.env` on a fresh machine, with nothing but the standard library of any fit Python.

python3 innoportal/bootstrap.py [--dev]
"""

import hashlib
import importlib.util
import os
import secrets
import shutil
import subprocess
import sys
from pathlib import Path

BASE_DIR = Path(__file__).resolve().parent.parent
VENV = BASE_DIR / ".venv"
NEEDED = 1_600_000_000  # bytes: the packages for development and the servers' first files


class Stop(Exception):
    """What stops the installation, in one line."""


def main() -> int:
    """Install what the lock file pins, unless that has been done."""
    lock = BASE_DIR / ("requirements-dev.lock" if "--dev" in sys.argv else "requirements.lock")
    try:
        write_environment()
        fingerprint = hashlib.sha256(lock.read_bytes()).hexdigest()
        stamp = VENV / f"{lock.name}.installed"
        if not stamp.exists() or stamp.read_text() != fingerprint:
            install(lock)
            stamp.write_text(fingerprint)
    except Stop as reason:
        return stopped(str(reason))
    except OSError as error:
        return stopped(f"{error.filename or BASE_DIR} cannot be written: {error.strerror}.")
    except KeyboardInterrupt:
        return stopped("Interrupted; the next start goes on from here.")
    return 0


def stopped(reason: str) -> int:
    print(f"innoportal: {reason}", file=sys.stderr)  # noqa: T201
    return 1


def install(lock: Path) -> None:
    """:raises Stop: if there is no room, no venv module, or a package cannot be had"""
    python = VENV / "bin" / "python"
    fresh = not works(python)
    needed = NEEDED if fresh else NEEDED // 5
    if shutil.disk_usage(VENV if VENV.exists() else BASE_DIR).free < needed:
        raise Stop(
            f"The disk of {VENV} has less than {needed / 1e9:.1f} GB free; the packages need that much."
        )
    if fresh:
        make_venv()
    say(f"Installing the packages of {lock.name} into .venv; this takes about a minute.")
    pip: list[str | Path] = [
        python,
        "-m",
        "pip",
        "install",
        "--quiet",
        "--disable-pip-version-check",
        "--require-hashes",
    ]
    log = VENV / "install.log"
    with log.open("w") as output:
        done = subprocess.run(  # noqa: S603
            [*pip, "--only-binary", ":all:", "-r", lock], stdout=output, stderr=subprocess.STDOUT, check=False
        )
    if done.returncode:
        errors = [line for line in log.read_text().splitlines() if line.startswith("ERROR")]
        raise Stop(f"The packages could not be installed: {(errors or ['no reason given'])[0]} ({log})")


def works(python: Path) -> bool:
    """Whether .venv can be used: it cannot after the Python that it was made from was removed."""
    command: list[str | Path] = [python, "-c", "import pip, sys; sys.exit(sys.version_info < (3, 11))"]
    try:
        return subprocess.run(command, stderr=subprocess.DEVNULL, check=False).returncode == 0  # noqa: S603
    except OSError:
        return False


def importable(name: str) -> bool:
    try:
        return importlib.util.find_spec(name) is not None
    except ModuleNotFoundError:  # of the package that should hold it
        return False


def make_venv() -> None:
    """:raises Stop: if this Python lacks the modules that Debian and Ubuntu pack apart"""
    if not (importable("venv") and importable("ensurepip.__main__")):
        package = f"python{sys.version_info.major}.{sys.version_info.minor}-venv"
        raise Stop(f"This Python lacks venv and ensurepip: run `apt-get install {package}`, then try again.")
    say(f"Making .venv with Python {sys.version.split()[0]}.")
    command: list[str | Path] = [sys.executable, "-m", "venv", "--clear", VENV]
    done = subprocess.run(  # noqa: S603
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False
    )
    if done.returncode:
        raise Stop(f"The virtual environment could not be made: {(done.stdout.splitlines() or ['?'])[-1]}")


def write_environment() -> None:
    """Copy .env.example to .env with a secret of its own, on the first run only."""
    target = BASE_DIR / ".env"
    if target.exists():
        return
    text = (BASE_DIR / ".env.example").read_text()
    text = text.replace("SECRET_KEY=\n", f"SECRET_KEY={secrets.token_urlsafe(50)}\n")
    handle = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w") as file:
        file.write(text)


def say(text: str) -> None:
    print(text, flush=True)  # noqa: T201


if __name__ == "__main__":
    sys.exit(main())
