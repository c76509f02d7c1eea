"""`make install` where Python is missing, too old, or without venv: one clear line, nothing half made."""

import shutil
import subprocess
import sys

import pytest
from django.conf import settings

FILES = ("Makefile", "innoportal/bootstrap.py", "requirements.lock", ".env.example")
TRY = "then try again."
NOT_FOUND = f"innoportal: no Python 3.11 or newer was found: run apt-get install python3 python3-venv, {TRY}"
PACKAGE = "python{}.{}-venv".format(*sys.version_info[:2])
VENV_MISSING = f"innoportal: This Python lacks venv and ensurepip: run `apt-get install {PACKAGE}`, {TRY}"


@pytest.fixture
def machine(tmp_path):
    """A checkout on a machine that has these commands, by name and text, and make; answers with the error."""
    checkout, path = tmp_path / "a checkout", tmp_path / "bin"
    path.mkdir()
    for name in FILES:
        (checkout / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(settings.BASE_DIR / name, checkout / name)

    def install(**commands):
        for name, text in commands.items():
            (path / name.replace("_", ".")).write_text(f"#!/bin/sh\n{text}\n")
            (path / name.replace("_", ".")).chmod(0o755)
        done = subprocess.run(
            [shutil.which("make"), "install"],
            cwd=checkout, env={"PATH": str(path)}, capture_output=True, text=True, check=False, timeout=60,
        )  # fmt: skip
        assert done.returncode != 0
        assert not (checkout / ".venv").exists()
        return [line for line in done.stderr.splitlines() if not line.startswith("make")]

    return install


def python(prelude=""):
    return f'{prelude} exec "{sys.executable}" "$@"'


def test_a_path_without_python_is_told_in_one_line(machine):
    assert machine() == [NOT_FOUND]


def test_a_python_that_is_too_old_is_told_in_one_line(machine):
    """The question after its version is the only thing that it is asked."""
    assert machine(python3="exit 1", python3_11="exit 1") == [NOT_FOUND]


def test_a_python_that_does_not_start_is_passed_over_for_one_that_does(machine, tmp_path):
    hidden = tmp_path / "hidden" / "ensurepip"
    hidden.mkdir(parents=True)
    (hidden / "__init__.py").touch()
    said = machine(python3_13="exit 127", python3=python(f'PYTHONPATH="{hidden.parent}"'))
    assert said == [VENV_MISSING]
