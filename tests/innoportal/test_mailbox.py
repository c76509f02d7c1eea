"""The kept mails in a browser: on only with the catcher, and safe whatever a mail contains."""

import pytest
from django.urls import reverse

from innoportal import catcher

pytestmark = pytest.mark.django_db  # the header of every page asks who is signed in


@pytest.fixture(autouse=True)
def directory(tmp_path, monkeypatch, settings):
    monkeypatch.setenv("INNOPORTAL_DATA", str(tmp_path))
    settings.MAIL_CATCHER = True
    return tmp_path / "mail"


def keep(directory, content):
    envelope = catcher.Envelope()
    envelope.mail_from, envelope.rcpt_tos = "a@example.org", ["b@example.org"]
    envelope.original_content = content if isinstance(content, bytes) else content.encode()
    return catcher.Keeper(directory).keep(envelope).stem


HTML = """Subject: =?utf-8?b?5o+Q56S6?=
From: portal@example.org
MIME-Version: 1.0
Content-Type: multipart/alternative; boundary=edge

--edge
Content-Type: text/plain; charset=utf-8

See https://example.org/a and <script>alert(1)</script>
--edge
Content-Type: text/html; charset=utf-8

<p onclick="alert(1)">Hello</p><script>alert(1)</script>
--edge--
"""

HOSTILE = [
    b"",
    b"\x00\xff\xfe\n\n\x00",
    b"Subject: <script>alert(1)</script>\n\n<script>alert(1)</script>",
    b"Subject: =?no-such-charset?q?=ff?=\nFrom: <<<>>>;;@@\nTo: [\n\nbody",
    b'From: "\\\nContent-Type: text/plain; charset=no-such-charset\n\n\xff body',
    b'Content-Type: multipart/mixed; boundary=""\n\n--\n----\n',
    b"Content-Type: text/html\nContent-Transfer-Encoding: base64\n\n!!!notbase64",
    b"Subject: a\r\n b\r\n\tc\nContent-Type: message/rfc822\n\nSubject: inner\n\n",
    b"Content-Disposition: attachment; filename*=utf-8''%ff%00../../etc/passwd\n\n",
]


def test_the_list_shows_newest_first(client, directory):
    for subject in ("first", "second"):
        keep(directory, f"Subject: {subject} mail\n\nbody")
    page = client.get(reverse("mailbox:list")).content.decode()
    assert page.index("second mail") < page.index("first mail")


def test_a_mail_is_shown_with_its_subject_in_chinese_and_its_links(client, directory):
    name = keep(directory, HTML)
    page = client.get(reverse("mailbox:detail", args=[name])).content.decode()
    assert "提示" in page
    assert '<a href="https://example.org/a" rel="nofollow">' in page
    assert "&lt;script&gt;alert(1)" in page
    assert 'sandbox=""' in page


def test_html_of_a_mail_is_closed_in(client, directory):
    name = keep(directory, HTML)
    response = client.get(reverse("mailbox:html", args=[name]))
    assert "<p onclick" in response.content.decode()
    policy = response.headers["Content-Security-Policy"].split("; ")
    assert policy[:2] == ["sandbox", "default-src 'none'"]
    assert [rule for rule in policy if rule.startswith("script-src")] == []
    assert response.headers["X-Frame-Options"] == "SAMEORIGIN"


def test_a_raw_mail_is_never_taken_for_a_page(client, directory):
    response = client.get(reverse("mailbox:raw", args=[keep(directory, HTML)]))
    assert response.headers["Content-Type"] == "text/plain; charset=utf-8"
    assert response.headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize("content", HOSTILE)
def test_a_hostile_mail_breaks_no_page(client, directory, content):
    name = keep(directory, content)
    addresses = [
        reverse("mailbox:list"),
        *(reverse(f"mailbox:{view}", args=[name]) for view in ("detail", "html", "raw")),
    ]
    responses = [client.get(address) for address in addresses]
    assert [response.status_code for response in responses] == [200] * 4
    assert b"<script>alert" not in responses[0].content + responses[1].content


@pytest.mark.parametrize("name", ["../endpoints", "20260101T000000000000-00000000", "..%2fendpoints", "x"])
def test_nothing_but_a_kept_mail_can_be_read(client, directory, name):
    (directory.parent / "endpoints.eml").write_text("secret")
    directory.mkdir()
    response = client.get(f"/mail/{name}/raw/")
    assert response.status_code == 404


@pytest.mark.parametrize("view", ["list", "detail", "html", "raw"])
def test_there_is_no_mailbox_where_mails_go_out(client, directory, settings, view):
    arguments = [] if view == "list" else [keep(directory, HTML)]
    settings.MAIL_CATCHER = False
    assert client.get(reverse(f"mailbox:{view}", args=arguments)).status_code == 404


@pytest.mark.parametrize(
    ("head", "lang"),
    [
        ("Content-Language: zh-Hans-CN\nSubject: Hello", "zh-Hans-CN"),
        ('Content-Language: "><b>\nSubject: Hello', "en"),
        ("Subject: =?utf-8?b?5o+Q56S6?=", "zh"),
        ("Subject: Hello", "en"),
    ],
)
def test_a_mail_is_marked_with_its_own_language(client, directory, head, lang):
    name = keep(directory, f"{head}\nFrom: portal@example.org\n\nWords.")
    page = client.get(reverse("mailbox:detail", args=[name])).content.decode()
    assert f'<div class="govuk-body" lang="{lang}">' in page
    rows = client.get(reverse("mailbox:list")).content.decode()
    assert f'<td class="govuk-table__cell" lang="{lang}">' in rows
