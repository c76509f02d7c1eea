import json
import stat
from datetime import UTC, datetime

import pytest
from django.core.exceptions import ValidationError
from django.core.management import CommandError, call_command
from django.db import connection
from django.urls import reverse
from django.utils import timezone

from tests.factories import UserFactory
from tests.threads import at_once
from tests.trials import stories
from trials import keys, services
from trials.proof.register import load_register, standing
from trials.proof.signing import KeyUnusable, b64, load_keys
from trials.proof.verify import verify, verify_file


def test_the_key_is_made_on_first_use_and_readable_by_its_owner_alone():
    key = keys.signing_key()
    assert stat.S_IMODE(keys.private_file().stat().st_mode) == 0o600
    assert stat.S_IMODE(keys.private_file().parent.stat().st_mode) == 0o700
    assert keys.signing_key().private_bytes_raw() == key.private_bytes_raw()
    (public,) = keys.public_keys().values()
    assert public.key.public_bytes_raw() == key.public_key().public_bytes_raw()


def test_the_private_key_is_not_in_the_public_file():
    private = keys.signing_key().private_bytes_raw()
    text = keys.public_file().read_text()
    assert private.hex() not in text
    assert "PRIVATE" not in text
    assert "d" not in json.loads(text)["keys"][0]


def test_a_lost_public_set_is_written_anew():
    before = keys.make().id
    keys.public_file().unlink()
    assert keys.make().id == before


@pytest.mark.django_db
def test_a_retired_key_keeps_vouching_for_what_it_signed():
    first = stories.published()
    old = keys.make().id
    new = keys.rotate().id
    second = stories.published()
    assert new != old
    assert (first.envelope["key_id"], second.envelope["key_id"]) == (old, new)
    assert all(verify(report.envelope, keys.public_keys()).genuine for report in (first, second))


@pytest.mark.django_db
def test_nothing_is_published_that_would_not_verify():
    """A key that becomes valid only later vouches for nothing now."""
    keys.make(valid_from=datetime(timezone.localdate().year + 5, 1, 1, tzinfo=UTC))
    report = stories.heard()
    with pytest.raises(ValidationError, match="not valid when"):
        stories.sign(report)
    report.refresh_from_db()
    assert (report.status, report.reference) == ("verification", None)


def test_the_command_makes_the_key_and_names_it(capsys):
    call_command("report_key", valid_from=datetime(2025, 1, 1))  # noqa: DTZ001  as typed on a command line
    (key,) = keys.public_keys().values()
    assert key.valid_from == datetime(2024, 12, 31, 16, tzinfo=UTC)
    assert key.id in capsys.readouterr().out
    call_command("report_key", rotate=True)
    assert len(keys.public_keys()) == 2


def drill(report):
    """A report of an old key, checked by the keys as they are served."""
    document = keys.public_document()
    return verify(report.envelope, load_keys(document))


@pytest.mark.django_db
def test_the_rotation_drill(client):
    """Sign, rotate, sign, rotate, revoke the key in use: what was signed is still told rightly each time."""
    first = stories.published()
    papers = {first.pk: services.sealed_pdf(first, "en")}
    keys.rotate()
    second = stories.published()
    papers[second.pk] = services.sealed_pdf(second, "en")
    keys.rotate()
    listed = keys.public_document()
    assert [bool(one["valid_until"]) for one in listed["keys"]] == [True, True, False]
    assert [bool(one["valid_until"]) for one in listed["pdf_certificates"]] == [True, True, False]
    for report in (first, second):
        assert drill(report).genuine
        assert verify_file(papers[report.pk], keys.trust()).genuine
        assert services.sealed_pdf(report, "en") != papers[report.pk]  # sealed anew with what is in use
    keys.revoke(second.envelope["key_id"], reason="A disk was lost.")
    assert drill(first).genuine
    found = drill(second)
    assert (found.status, found.findings[-1].code) == ("untrusted_key", "revoked_key")
    assert "A disk was lost." in found.findings[-1].message
    register = load_register(services.signed_register(), keys.public_keys())
    assert standing(found, register).genuine  # the register of the key in use vouches for it
    third = stories.published()
    assert drill(third).genuine
    assert third.previous_hash == second.payload_hash


def test_revoking_the_key_in_use_makes_another_at_once():
    old, seal = keys.make().id, keys.sealer().certificate.fingerprint
    keys.revoke(old, reason="Copied.")
    keys.revoke(seal, reason="Copied.")
    assert keys.make().id != old
    assert keys.sealer().certificate.fingerprint != seal
    assert keys.public_keys()[old].revoked == "Copied."
    assert keys.public_keys()[old].revoked_at is not None
    assert [one.revoked for one in keys.certificates()] == ["Copied.", ""]


def test_a_revocation_needs_a_key_that_there_is_and_a_reason_and_happens_once():
    name = keys.make().id
    with pytest.raises(keys.NoSuchKey):
        keys.revoke("nobody", reason="Copied.")
    with pytest.raises(ValueError, match="needs its reason"):
        keys.revoke(name, reason=" ")
    keys.revoke(name, reason="Copied.")
    with pytest.raises(ValueError, match="revoked already"):
        keys.revoke(name, reason="Again.")


def test_the_command_revokes_and_lists_what_is_no_longer_in_use(capsys):
    call_command("report_key")
    old = keys.make().id
    call_command("report_key", revoke=old, reason="Copied.")
    out = capsys.readouterr().out
    assert f"revoked {old} at " in out
    assert "Copied." in out
    call_command("report_key", rotate=True)
    assert "retired " in capsys.readouterr().out
    for name, reason in (("nobody", "x"), (old, "x"), (keys.make().id, "")):
        with pytest.raises(CommandError):
            call_command("report_key", revoke=name, reason=reason)


def test_with_a_password_the_files_are_encrypted_and_open_only_with_it(settings):
    settings.REPORT_KEY_PASSWORD = "a password of the portal office"
    private = keys.signing_key().private_bytes_raw()
    keys.sealer()
    for file in (keys.private_file(), keys.seal_file()):
        assert b"BEGIN ENCRYPTED PRIVATE KEY" in file.read_bytes()
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert keys.signing_key().private_bytes_raw() == private
    settings.REPORT_KEY_PASSWORD = "another"
    for opened in (keys.signing_key, keys.sealer):
        with pytest.raises(KeyUnusable, match="password does not fit"):
            opened()


def test_a_password_that_is_set_later_holds_from_the_next_rotation(settings):
    old, seal = keys.make().id, keys.sealer().certificate.fingerprint
    settings.REPORT_KEY_PASSWORD = "a password of the portal office"
    assert keys.make().id == old
    assert keys.sealer().certificate.fingerprint == seal
    keys.rotate()
    for file in (keys.private_file(), keys.seal_file()):
        assert b"BEGIN ENCRYPTED PRIVATE KEY" in file.read_bytes()
    assert keys.make().id != old
    settings.REPORT_KEY_PASSWORD = ""
    with pytest.raises(KeyUnusable):
        keys.signing_key()


def test_a_lost_list_is_written_anew_with_the_seal_that_is_in_use():
    before = keys.sealer().certificate.fingerprint
    keys.public_file().unlink()
    assert keys.sealer().certificate.fingerprint == before
    assert [one.fingerprint for one in keys.certificates()] == [before]


@pytest.mark.django_db
def test_no_private_key_is_anywhere_in_the_database():
    """After signing, sealing, rotating and revoking: every column of every table, in every spelling."""
    signed = stories.published()
    services.sealed_pdf(signed, "en")
    secrets = spellings()
    keys.rotate()
    secrets |= spellings()
    stories.published()
    with connection.cursor() as cursor:
        tables = connection.introspection.table_names(cursor)
        for table in tables:
            cursor.execute(f'SELECT string_agg(row::text, chr(10)) FROM "{table}" AS row')
            held = (cursor.fetchone()[0] or "").lower()
            assert not [secret for secret in secrets if secret in held], table
    assert len(tables) > 30


def spellings():
    """The private key in hexadecimal and base64, and lines of both PEM files."""
    raw = keys.signing_key().private_bytes_raw()
    pem = keys.private_file().read_text() + keys.seal_file().read_text().partition("-----BEGIN CERT")[0]
    lines = {line for line in pem.splitlines() if not line.startswith("-")}
    return {text.lower() for text in {raw.hex(), b64(raw), *lines} if len(text) > 30}


def test_two_who_make_the_first_keys_at_once_get_the_same():
    found = at_once(*[lambda: (keys.make().id, keys.sealer().certificate.fingerprint)] * 4)
    assert len(set(found)) == 1
    assert (len(keys.public_keys()), len(keys.certificates())) == (1, 1)


# The page that lists them


@pytest.mark.django_db
def test_the_list_of_keys_says_what_is_in_use_retired_and_revoked_and_what_that_means(client):
    old = keys.make().id
    keys.sealer()
    keys.rotate()
    keys.revoke(old, reason="A laptop was stolen.")
    text = client.get(reverse("trials:keys")).content.decode()
    for word in ("In use", "Retired", "Revoked", "A laptop was stolen.", "What this means for a report"):
        assert word in text
    for name in [*keys.public_keys(), *(one.fingerprint for one in keys.certificates())]:
        assert name in text.replace("<wbr>", "")
    assert "report_key --rotate" not in text
    assert "Reports signed" not in text


@pytest.mark.django_db
def test_the_administrator_sees_how_keys_are_changed_and_how_many_reports_each_signed(client, settings):
    stories.published()
    client.force_login(UserFactory(is_superuser=True))
    text = client.get(reverse("trials:keys")).content.decode()
    assert "report_key --rotate" in text
    assert "Reports signed" in text
    assert "not encrypted" in text
    settings.REPORT_KEY_PASSWORD = "something"
    assert "not encrypted" not in client.get(reverse("trials:keys")).content.decode()


@pytest.mark.django_db
def test_the_list_of_keys_asks_the_database_nothing_for_a_visitor(client, django_assert_num_queries):
    keys.make()
    keys.rotate()
    with django_assert_num_queries(0):
        client.get(reverse("trials:keys"))


@pytest.mark.django_db
def test_before_any_report_there_is_no_key_and_a_visitor_makes_none(client):
    assert "there is no key" in client.get(reverse("trials:keys")).content.decode()
    assert client.get(reverse("report-register")).status_code == 404
    assert not keys.private_file().exists()
