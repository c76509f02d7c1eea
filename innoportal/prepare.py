"""Bring database, catalogues and static files up to date: one process, so that Django is loaded once.

    python -m innoportal.prepare [SIGN_INS]

writes the demonstration's sign-ins, a JSON list of lines, to the file SIGN_INS.
"""

import hashlib
import json
import os
import sys
from io import StringIO
from pathlib import Path

import django
from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command, get_commands


def main(sign_ins: Path | None) -> None:
    """Everything here may be done again at no harm."""
    commands = get_commands()
    if "translations" in commands:
        call_command("translations", compile=True)
    call_command("migrate", interactive=False, verbosity=1)
    if not settings.DEBUG:
        collect_static()
    if not settings.DEMONSTRATION:
        return
    if "load_demonstration" in commands and is_empty():
        call_command("load_demonstration")
    if "demonstration_sign_ins" in commands and sign_ins:
        output = StringIO()
        call_command("demonstration_sign_ins", stdout=output)
        sign_ins.write_text(json.dumps(output.getvalue().splitlines()))


def collect_static() -> None:
    """Only what changed is worth the time: compressing everything takes longer than all the rest."""
    stamp = settings.STATIC_ROOT.with_suffix(".fingerprint")
    found = [Path(storage.path(name)) for finder in get_finders() for name, storage in finder.list([])]
    facts = sorted((str(path), path.stat().st_size, path.stat().st_mtime_ns) for path in found)
    fingerprint = hashlib.sha256(repr((facts, settings.STATIC_URL)).encode()).hexdigest()
    manifest = settings.STATIC_ROOT / "staticfiles.json"
    if manifest.exists() and stamp.exists() and stamp.read_text() == fingerprint:
        return
    call_command("collectstatic", interactive=False, verbosity=0, clear=True)
    stamp.write_text(fingerprint)


def is_empty() -> bool:
    return not get_user_model().objects.exists()


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "innoportal.settings")
    os.umask(0o077)
    django.setup()
    main(Path(sys.argv[1]) if sys.argv[1:] else None)
