"""The local mail server: a real SMTP conversation, and nothing half-written."""

import email
import resource
import smtplib
import subprocess
import sys
import time
from email.message import EmailMessage
from email.policy import default

import psutil
import pytest

from innoportal import catcher, embedded


def start(directory, **options):
    port = embedded.free_port()
    command = [sys.executable, "-m", "innoportal.catcher", str(port), str(directory)]
    process = subprocess.Popen(command, cwd=embedded.BASE_DIR, stderr=subprocess.PIPE, text=True, **options)
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        try:
            return process, smtplib.SMTP("127.0.0.1", port, timeout=10)
        except OSError:
            time.sleep(0.05)
    raise AssertionError(process.communicate(timeout=1)[1])


@pytest.fixture
def smtp(tmp_path):
    process, connection = start(tmp_path)
    yield connection
    connection.close()
    process.terminate()
    process.communicate(timeout=10)
    assert process.returncode == 0


def message(subject="提示 Notice", body="你好\n.\nA line with one dot stood above."):
    mail = EmailMessage()
    mail["Subject"], mail["From"], mail["To"] = subject, "portal@example.org", "reader@example.org"
    mail.set_content(body)
    return mail


def test_a_mail_is_kept_as_it_came_with_everyone_that_it_was_for(smtp, tmp_path):
    smtp.send_message(message(), to_addrs=["reader@example.org", "blind@example.org"])
    (file,) = tmp_path.iterdir()
    kept = email.message_from_bytes(file.read_bytes(), policy=default)
    assert file.suffix == ".eml"
    assert kept["Subject"] == "提示 Notice"
    assert kept["X-Envelope-To"] == "reader@example.org, blind@example.org"
    assert kept.get_content().splitlines() == ["你好", ".", "A line with one dot stood above."]


def test_only_its_owner_can_read_a_kept_mail(smtp, tmp_path):
    smtp.send_message(message())
    (file,) = tmp_path.iterdir()
    assert oct(file.stat().st_mode & 0o777) == "0o600"


def test_a_mail_that_is_too_large_is_refused(smtp, tmp_path):
    smtp.ehlo()
    with pytest.raises(smtplib.SMTPResponseException) as refusal:
        smtp.sendmail("a@example.org", ["b@example.org"], "x" * 70 + "\r\n" * catcher.LARGEST)
    assert refusal.value.smtp_code == 552
    assert list(tmp_path.iterdir()) == []


def test_a_full_disk_refuses_a_mail_for_now_and_leaves_no_half_of_it(tmp_path):
    limit = (resource.RLIMIT_FSIZE, (1000, 1000))
    process, connection = start(tmp_path, preexec_fn=lambda: resource.setrlimit(*limit))
    with pytest.raises(smtplib.SMTPDataError) as refusal:
        connection.send_message(message(body="x " * 2000))
    assert refusal.value.smtp_code == 452
    assert list(tmp_path.iterdir()) == []
    connection.send_message(message())
    assert len(list(tmp_path.iterdir())) == 1
    connection.close()
    process.terminate()
    process.communicate(timeout=10)


def test_the_oldest_mails_go_when_there_are_too_many(tmp_path, monkeypatch):
    monkeypatch.setattr(catcher, "KEPT", 3)
    envelope = catcher.Envelope()
    envelope.mail_from, envelope.rcpt_tos, envelope.original_content = "a@example.org", ["b@example.org"], b""
    keeper = catcher.Keeper(tmp_path)
    kept = [keeper.keep(envelope) for _ in range(5)]
    assert sorted(tmp_path.iterdir()) == kept[2:]


def test_it_listens_on_the_loopback_address_only(smtp):
    port = smtp.sock.getpeername()[1]
    listening = [c.laddr.ip for c in psutil.net_connections("tcp") if c.laddr.port == port and not c.raddr]
    assert listening == ["127.0.0.1"]
