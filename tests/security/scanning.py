"""Passwords and keys left in a file: `python -m tests.security.scanning [FILE …]`, by detect-secrets.

Without names, every file that git knows is read. Of tests only what has the form of a certain key is told:
passwords of people who do not exist and hashes that are compared are what tests are made of. What only looks
like a secret is kept in `.secrets.baseline`, after a look at it, by `--keep`.
"""

import json
import subprocess
import sys
from contextlib import chdir
from pathlib import Path

from detect_secrets.__version__ import VERSION
from detect_secrets.core.secrets_collection import SecretsCollection
from detect_secrets.settings import default_settings

ROOT = Path(__file__).resolve().parent.parent.parent
BASELINE = ROOT / ".secrets.baseline"
# Words and random letters, which mean something only where nothing is made up.
VAGUE = {"KeywordDetector", "BasicAuthDetector", "Base64HighEntropyString", "HexHighEntropyString"}
UNREAD = {".lock", ".po", ".mo", ".png", ".jpg", ".svg", ".woff2", ".pdf", ".css"}  # not written by hand
# Sums of triggers; what others wrote, made small; sums of what is known.
MADE = ("migrations/", "static/portal.js", ".secrets.baseline")


def files() -> list[str]:
    """All that git knows, relative to the root.

    :raises subprocess.CalledProcessError: where this is no checkout"""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True)
    return [
        name
        for name in listed.stdout.split("\0")
        if name and Path(name).suffix not in UNREAD and not any(part in name for part in MADE)
    ]


def found(names: list[str], *, vague: bool) -> SecretsCollection:
    with default_settings() as detectors, chdir(ROOT):
        if not vague:
            detectors.disable_plugins(*VAGUE)
        collection = SecretsCollection()
        collection.scan_files(*names)
        return collection


def known() -> SecretsCollection:
    """What somebody has looked at; a line that moves stays known, for it is told by its file and its hash."""
    return SecretsCollection.load_from_baseline(json.loads(BASELINE.read_text()))


def main(names: list[str]) -> int:
    keep = names == ["--keep"]
    names = files() if keep else names or files()
    tests = [name for name in names if name.startswith("tests/")]
    seen = [found([name for name in names if name not in tests], vague=True), found(tests, vague=False)]
    if keep:
        results = {name: rows for collection in seen for name, rows in collection.json().items()}
        BASELINE.write_text(json.dumps({"version": VERSION, "results": results}, indent=2) + "\n")
        return 0
    rows = [secret for collection in seen for _name, secret in collection - known()]
    left = sorted((one.filename, one.line_number, one.type) for one in rows)
    for name, line, kind in left:
        print(f"{name}:{line}: {kind}")  # noqa: T201
    return 1 if left else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
