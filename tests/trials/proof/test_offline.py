"""The program as anyone runs it: a Python of its own in which nothing but `cryptography` can be imported."""

import json
import subprocess
import sys
import zipfile
from datetime import UTC, datetime
from importlib.metadata import distribution
from pathlib import Path

import pytest

from tests.trials.proof import sample, test_errata
from trials.proof.bundle import NAME, program
from trials.proof.certificates import listed, new_certificate
from trials.proof.errata import with_errata
from trials.proof.pdf import render_pdf
from trials.proof.register import Correction, Line, make_register, sign_register
from trials.proof.sealing import Sealer, seal
from trials.proof.signing import key_document, to_bytes

ENVELOPE = sample.envelope(series=(sample.series(3, 3),), previous_hash=None)
CORRECTED = with_errata(ENVELOPE, [test_errata.signed(test_errata.said(report_hash=ENVELOPE["hash"]))])
NEEDED = ("cryptography", "cffi", "pycparser")  # and what cryptography itself needs


def line(**changes):
    said = ENVELOPE["payload"]
    fields = ("R-2026-0009", 1, ENVELOPE["hash"], None, said["published_at"], "published", None, "", "")
    names = (
        "reference",
        "version",
        "hash",
        "previous_hash",
        "published_at",
        "state",
        "since",
        "by",
        "reason",
    )
    return Line(**(dict(zip(names, fields, strict=True)) | changes))


def register(*lines, at=datetime(2026, 8, 1, tzinfo=UTC)):
    made = make_register(lines, issuer="https://innoportal.example.org", as_of=at, signer=sample.PUBLIC.id)
    return json.dumps(sign_register(made, sample.KEY), indent=2)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """What one downloads from the portal, and an environment in which only `cryptography` is installed."""
    here = tmp_path_factory.mktemp("downloads")
    key, certificate = new_certificate("InnoPortal reports", datetime(2026, 6, 1, tzinfo=UTC))
    drawn = render_pdf(ENVELOPE, lang="en", verify_url=sample.URL)
    sealed = seal(drawn, Sealer(key, certificate))
    (here / NAME).write_bytes(program())
    document = key_document([sample.PUBLIC]) | {"pdf_certificates": listed([certificate])}
    (here / "keys.json").write_text(json.dumps(document, indent=2))
    (here / "report.json").write_bytes(to_bytes(ENVELOPE))
    (here / "report.pdf").write_bytes(sealed)
    (here / "cut.pdf").write_bytes(sealed[:-100])
    (here / "unsealed.pdf").write_bytes(drawn)
    (here / "changed.json").write_bytes(to_bytes(ENVELOPE).replace(b'"not_met"', b'"met"', 1))
    (here / "corrected.json").write_bytes(to_bytes(CORRECTED))
    (here / "meddled.json").write_bytes(to_bytes(CORRECTED).replace(b"Otherwise", b"Elsewhere", 1))
    (here / "register.json").write_text(register(line()))
    (here / "withdrawn.json").write_text(register(line(state="withdrawn", reason="A meter was wrong.")))
    (here / "replaced.json").write_text(register(line(state="superseded", by="R-2026-0009 v2")))
    correction = CORRECTED["errata"][0]
    told = Correction(1, correction["hash"], correction["payload"]["published_at"], "https://example.org/c")
    (here / "listed.json").write_text(register(line(errata=(told,))))
    (here / "torn.json").write_text(register(line(previous_hash="cd" * 32)))
    (here / "site").mkdir()
    for name in NEEDED:
        for file in distribution(name).files or ():
            top = Path(file.parts[0])
            target = here / "site" / top
            if ".." not in file.parts and not target.exists():
                target.symlink_to(Path(str(distribution(name).locate_file(top))))
    return here


def run(folder, *arguments):
    """``-I -S``: neither the site's packages nor this directory can be imported."""
    start = (
        "import runpy, socket, sys\n"
        "def refuse(*_): raise AssertionError('the network was asked')\n"
        "socket.socket.connect = refuse\n"
        f"sys.path.append({str(folder / 'site')!r})\n"
        "sys.argv = sys.argv[1:]\n"
        "runpy.run_path(sys.argv[0], run_name='__main__')\n"
    )
    command = [sys.executable, "-I", "-S", "-c", start, str(folder / NAME), *arguments]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=120)
    assert "Traceback" not in done.stderr
    return done.returncode, done.stdout


def test_it_really_has_nothing_else_to_import(folder):
    names = ("django", "rfc8785", "pypdf", "typst", "asn1crypto", "pyhanko")
    tried = f"import sys; sys.path.append({str(folder / 'site')!r})\nimport importlib.util, cryptography\n"
    tried += f"print([name for name in {names} if importlib.util.find_spec(name)])"
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-c", tried], cwd=folder, capture_output=True, text=True, timeout=60
    )
    assert (done.stdout.strip(), done.stderr) == ("[]", "")


@pytest.mark.parametrize(
    ("file", "more", "code", "said"),
    [
        ("report.json", (), 0, "R-2026-0009 version 1 is genuine: nothing was changed"),
        ("report.pdf", (), 0, "the seal of the PDF covers all of it"),
        ("corrected.json", (), 0, "correction 1, of 2026-08-01, is whole and belongs to it"),
        ("corrected.json", ("--register", "withdrawn.json"), 4, "correction 1, of 2026-08-01, is whole"),
        ("corrected.json", ("--register", "listed.json"), 0, "lists it as published and in force"),
        ("report.json", ("--register", "listed.json"), 0, "correction 1, of 2026-08-01, is not in this file"),
        ("meddled.json", (), 1, "errata[0]: now.en was changed"),
        ("changed.json", (), 1, "claims[2].verdict was changed"),
        ("cut.pdf", (), 1, "the seal does not cover the file as it stands"),
        ("unsealed.pdf", (), 1, "the seal of the PDF was taken away"),
        ("keys.json", (), 2, "not a signed report"),
        ("absent.json", (), 2, "No such file"),
        ("report.json", ("--after", ""), 0, "is genuine"),
        ("report.json", ("--after", "cd" * 32), 1, "does not follow"),
        ("report.json", ("--register", "register.json"), 0, "its chain is whole"),
        ("report.json", ("--register", "withdrawn.json"), 4, "it was withdrawn: A meter was wrong."),
        ("report.pdf", ("--register", "replaced.json"), 4, "it was replaced by R-2026-0009 v2"),
        ("report.json", ("--register", "torn.json"), 1, "its chain is BROKEN"),
        ("report.json", ("--register", "report.json"), 2, "this is not a register"),
    ],
)
def test_it_says_what_a_file_is_and_by_its_exit_code(folder, file, more, code, said):
    found, out = run(folder, file, "--keys", "keys.json", *more)
    assert (found, said in out) == (code, True), out


def test_of_many_files_each_is_named_and_the_worst_code_is_told(folder):
    code, out = run(folder, "report.json", "changed.json", "--keys", "keys.json")
    assert code == 1
    assert "report.json: R-2026-0009 version 1 is genuine" in out
    assert "changed.json: NOT GENUINE" in out


def test_the_register_alone_can_be_checked(folder):
    code, out = run(folder, "--register", "register.json", "--keys", "keys.json")
    assert (code, "lists 1 reports; its chain is whole." in out) == (0, True)


def test_the_program_is_the_same_each_time_and_brings_the_licence_of_what_it_borrows():
    program.cache_clear()
    once = program()
    program.cache_clear()
    assert program() == once
    assert len(once) < 60_000


def test_it_imports_nothing_that_it_does_not_bring(folder):
    with zipfile.ZipFile(folder / NAME) as packed:
        names = packed.namelist()
    assert "trials/proof/offline.py" in names
    assert "rfc8785/LICENSE" in names
    assert not [name for name in names if "pdf.py" in name or "sealing" in name]
