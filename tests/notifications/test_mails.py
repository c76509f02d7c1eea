"""Every mail that the portal can send, in every language."""

import re

import pytest
from django.urls import reverse
from django.utils import translation

from notifications import samples
from notifications.mails import mail
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db
LANGUAGES = ("en", "zh-hant", "zh-hans")
LONGEST = 85  # characters of a subject with the samples' words; most programs show some seventy
ISO = re.compile(r"\b\d{4}-\d{2}-\d{2}\b")
ENGLISH = re.compile(r"[A-Za-z]{3,} [a-z]{3,}")
HALF = re.compile(r"[，。：；！？」）] (?!https?:)|[\u4e00-\u9fff][,;:!?]")  # signs and gaps of English
HAN = re.compile(r"[\u4e00-\u9fff]")
TRADITIONAL = re.compile(r"[這們還來對發過開關進時間說請將從應該後]")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", samples.names())
def test_a_mail_says_its_thing_in_its_readers_language(name, language):
    message = mail(samples.sample(name, language))
    html = message.alternatives[0].content
    assert 8 <= len(message.subject) <= LONGEST
    assert "{" not in message.subject + message.body and "%(" not in message.body
    assert "None" not in message.body
    assert ("\n\n\n" in message.body) is False
    assert bool(HAN.search(message.subject)) == (language != "en")
    said = message.subject + message.body.partition("\n--\n")[0]
    assert not ISO.search(said)  # a day as people write it
    if language != "en":
        assert not ENGLISH.search(said) and not HALF.search(said)
    if language == "zh-hans":
        assert not TRADITIONAL.search(message.subject + message.body)
    for address in re.findall(r'href="([^"]+)"', html):
        assert address.startswith("http://127.0.0.1:8000/")
        assert f"/{language}/" in address
    assert ("List-Unsubscribe" in message.extra_headers) == (samples.sample(name, language).why != "duty")


def test_every_reader_is_told_why_and_how_to_stop():
    message = mail(samples.sample("wishes.publish", "en"))
    assert "You receive this because" in message.body
    assert "/notices/settings/" in message.body and "/notices/unsubscribe/" in message.body


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_gallery_shows_every_mail(client, language):
    client.force_login(UserFactory(office=True))
    with translation.override(language):
        page = client.get(reverse("notices:gallery")).content.decode()
        for name in samples.names():
            assert reverse("notices:sample", args=[name]) in page


def test_a_sample_is_shown_light_and_dark_in_a_frame_without_a_script(client):
    client.force_login(UserFactory(auditor=True))
    page = client.get(reverse("notices:sample", args=["wishes.publish"])).content.decode()
    assert page.count("<iframe") == page.count('sandbox=""') == 6
    light, dark = (
        client.get(reverse("notices:sample-html", args=["wishes.publish", "zh-hant"]), {"look": look})
        for look in ("", "dark")
    )
    assert "sandbox" in light["Content-Security-Policy"]
    assert "@media (prefers-color-scheme: dark)" in light.content.decode()
    assert "@media all" in dark.content.decode()


@pytest.mark.parametrize("path", ["wishes.none", "..", "accounts.invitation", "wishes.publish.x"])
def test_there_is_no_other_sample(client, path):
    client.force_login(UserFactory(office=True))
    assert client.get(f"{reverse('notices:gallery')}{path}/").status_code == 404
    assert client.get(f"{reverse('notices:gallery')}{path}/en.html").status_code == 404


def test_there_is_no_other_language(client):
    client.force_login(UserFactory(office=True))
    assert client.get(reverse("notices:sample-html", args=["wishes.publish", "fr"])).status_code == 404
