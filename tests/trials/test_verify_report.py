"""The command as anyone runs it: a process of its own, with the file and the public keys, and no database."""

import json
import os
import subprocess
import sys

import pypdf
import pytest
from django.conf import settings
from django.urls import reverse

from tests.trials import stories
from trials import keys
from trials.proof.files import ATTACHMENT

pytestmark = pytest.mark.django_db


@pytest.fixture
def folder(client, tmp_path):
    """A published report as downloaded: its JSON, its PDF, and the keys."""
    report = stories.published()
    for name, kind in (("report-json", "json"), ("report-pdf", "pdf")):
        response = client.get(reverse(f"trials:{name}", args=[report.slug]))
        (tmp_path / f"report.{kind}").write_bytes(response.content)
    (tmp_path / "keys.json").write_bytes(keys.public_file().read_bytes())
    return tmp_path


def run(folder, name, *more):
    env = {
        "PATH": os.environ["PATH"],
        "SECRET_KEY": "nothing to do with reports, and long enough",
        "INNOPORTAL_ENV": os.devnull,
        "INNOPORTAL_DATA": str(folder / "nothing"),
        "DATABASE_URL": "postgres://nobody:nothing@192.0.2.1:1/nowhere?connect_timeout=1",
        "REDIS_URL": "redis://192.0.2.1:1/0",
        "OMP_NUM_THREADS": "1",
    }
    command = [sys.executable, "manage.py", "verify_report", str(folder / name), *more]
    done = subprocess.run(
        command, cwd=settings.BASE_DIR, env=env, capture_output=True, text=True, timeout=120
    )
    return done.returncode, done.stdout, done.stderr


def test_a_genuine_report_is_told_so_as_json_and_as_pdf(folder):
    for name in ("report.json", "report.pdf"):
        code, out, err = run(folder, name, "--keys", str(folder / "keys.json"))
        assert (code, "is genuine: nothing was changed" in out, err) == (0, True, ""), name


def test_a_changed_json_is_told_with_what_was_changed(folder):
    file = folder / "report.json"
    data = json.loads(file.read_bytes())
    data["payload"]["claims"][0]["result"]["effect"] = "99"
    data["payload"]["verifier"]["name"]["en"] = "Somebody else"
    del data["payload"]["vendor_comment"]["zh"]
    file.write_text(json.dumps(data))
    code, out, _err = run(folder, "report.json", "--keys", str(folder / "keys.json"))
    assert code == 1
    assert "NOT GENUINE" in out
    assert "claims[0].result.effect was changed" in out
    assert "verifier.name.en was changed" in out
    assert "vendor_comment.zh was removed" in out


def test_a_changed_pdf_is_told(folder):
    file = folder / "report.pdf"
    data = file.read_bytes()
    file.write_bytes(data + b"\n% more")
    code, out, _err = run(folder, "report.pdf", "--keys", str(folder / "keys.json"))
    assert code == 1
    assert "the seal does not cover the file as it stands" in out


def test_a_pdf_whose_attached_data_was_changed_names_the_field(folder):
    data = json.loads((folder / "report.json").read_bytes())
    data["payload"]["claims"][0]["verdict"] = "not_met"
    writer = pypdf.PdfWriter()
    writer.add_blank_page(595, 842)
    writer.add_attachment(ATTACHMENT, json.dumps(data).encode())
    with (folder / "changed.pdf").open("wb") as file:
        writer.write(file)
    code, out, _err = run(folder, "changed.pdf", "--keys", str(folder / "keys.json"))
    assert (code, "claims[0].verdict was changed" in out) == (1, True)


def test_the_keys_of_another_portal_vouch_for_nothing(folder, settings, tmp_path):
    settings.REPORT_KEY_FILE = tmp_path / "other" / "report.pem"
    keys.signing_key()
    code, out, _err = run(folder, "report.json", "--keys", str(keys.public_file()))
    assert code == 1
    assert "NOT CONFIRMED" in out


@pytest.mark.parametrize(
    ("name", "more", "code"),
    [("missing.json", (), 2), ("report.json", ("--keys", "missing.json"), 2), ("keys.json", (), 2)],
)
def test_what_cannot_be_checked_is_said_in_one_line(folder, name, more, code):
    more = more or ("--keys", str(folder / "keys.json"))
    found, _out, err = run(folder, name, *more)
    assert found == code
    assert "Traceback" not in err


def test_the_place_in_the_chain_can_be_asked_for(folder):
    trusted = ("--keys", str(folder / "keys.json"))
    assert run(folder, "report.json", *trusted, "--previous", "")[0] == 0
    code, out, _err = run(folder, "report.json", *trusted, "--previous", "ab" * 32)
    assert (code, "does not follow" in out) == (1, True)
