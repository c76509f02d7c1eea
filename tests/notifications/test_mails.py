"""Every mail that the portal can send, in every language."""

import json
import re

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import translation
from lxml.html import fromstring, tostring

from notifications import samples
from notifications.letters import samples as letters
from notifications.letters.services import opened
from notifications.mails import mail
from notifications.models import Letter
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db
LANGUAGES = ("en", "zh-hant", "zh-hans")
LONGEST = 85  # characters of a subject with the samples' words; most programs show some seventy
ISO = re.compile(r"\b\d{4}-\d{2}-\d{2}\b")
ENGLISH = re.compile(r"[A-Za-z]{3,} [a-z]{3,}")
HALF = re.compile(r"[，。：；！？」）] (?!https?:)|[\u4e00-\u9fff][,;:!?]")  # signs and gaps of English
HAN = re.compile(r"[\u4e00-\u9fff]")
LINK = re.compile(r"https?://\S+")
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


WHY = {
    "en": "You receive this because ",
    "zh-hant": "您收到此電郵，是因為",
    "zh-hans": "您收到此电邮，是因为",
}


def firsts(message):
    """The first line of the text part, what is seen first in the HTML, and what a list of mails shows."""
    body = fromstring(message.alternatives[0].content).body
    seen = body.xpath(".//div[@class='text']//*[self::p or self::h1]")[0]
    return [message.body.splitlines()[0], seen.text_content(), body[0].text_content()]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", [*samples.names(), *letters.names()])
def test_the_first_line_of_every_mail_says_why_it_came(name, language):
    is_letter = name in letters.names()
    message = letters.sample(name, language) if is_letter else mail(samples.sample(name, language))
    text, html, ahead = firsts(message)
    assert text.startswith(WHY[language]) and text == html == ahead
    assert text.endswith("." if language == "en" else "。") and "{" not in text and "%" not in text
    if is_letter:  # in each language that it is in
        for part in message.body.split("— — —")[1:]:
            assert part.strip().startswith(tuple(WHY.values())) and not part.strip().startswith(WHY[language])
        return
    assert message.body.count(WHY[language]) == 1  # the end says how to change or stop, and no more
    end = message.body.partition("\n--\n")[2]
    assert ("/notices/settings/" in end or "/notices/by-mail/" in end) and "/notices/" in html_end(message)


def html_end(message):
    return tostring(fromstring(message.alternatives[0].content).find_class("foot")[0], encoding="unicode")


def test_the_first_line_names_what_is_followed_and_the_role_of_who_must_act():
    followed = mail(samples.sample("solutions.new", "en")).body
    assert followed.startswith(
        "You receive this because you follow the topic “Lifts and escalators”.\n\nDear"
    )
    asked = mail(samples.sample("trials.verifier_assigned", "en")).body
    assert asked.startswith("You receive this because you are the verifier of this report.\n")


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_somebody_follows_begins_no_line_and_no_markup_of_its_own(language):
    notice = samples.sample("solutions.new", language)
    bad = "<b>x</b>\r\nBcc: all@example.org"
    notice.context["because"] = {"noun": "wishes.wish", "en": bad, "zh": bad}
    message = mail(notice)
    first = message.body.splitlines()[0]
    assert "<b>x</b> Bcc: all@example.org" in first and first.startswith(WHY[language])
    html = message.alternatives[0].content
    assert "<b>x" not in html and "&lt;b&gt;x" in html


def test_every_reader_is_told_why_and_how_to_stop():
    message = mail(samples.sample("wishes.publish", "en"))
    assert "You receive this because" in message.body
    assert "/notices/settings/" in message.body and "/notices/unsubscribe/" in message.body


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_gallery_shows_every_mail(client, language):
    client.force_login(UserFactory(office=True))
    with translation.override(language):
        page = client.get(reverse("notices:gallery")).content.decode()
        for name in (*samples.names(), *letters.names()):
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


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", letters.names())
def test_a_letter_says_its_thing_in_its_readers_language(name, language):
    message = letters.sample(name, language)
    html, first = message.alternatives[0].content, message.body.partition("— — —")[0]
    assert 8 <= len(message.subject) <= LONGEST and message.to == ["reader@example.org"]
    assert "{" not in message.subject + message.body and "None" not in message.body
    assert bool(HAN.search(message.subject)) == bool(HAN.search(first)) == (language != "en")
    if language != "en":
        assert not ENGLISH.search(message.subject + first)
    if language == "zh-hans":
        assert not TRADITIONAL.search(message.subject + first)
    for address in re.findall(r'href="([^"]+)"', html):
        assert address.startswith(("http://127.0.0.1:8000/", "mailto:reader@example.org"))
    assert "List-Unsubscribe" not in message.extra_headers and "settings/" not in html


def test_every_letter_that_is_sent_has_a_sample_and_a_sample_is_what_is_sent():
    """Of a sign-up, one with an address that has an account, a new password, and one that nobody has."""
    words = {"password1": "trial before belief 2026", "name": "Chan"}
    UserFactory(email="known@example.org")
    for address in ("new@example.org", "known@example.org"):
        Client().post(reverse("account_signup"), {"email": address, **words})
    for address in ("known@example.org", "nobody@example.org"):
        Client().post(reverse("account_reset_password"), {"email": address})
    sent = {
        row.details["name"].removesuffix("_signup"): json.loads(opened(row)) for row in Letter.objects.all()
    }
    assert {f"account.{name}" for name in sent} | {letters.INVITATION} == set(letters.names())
    for name, held in sent.items():
        assert letters.sample(f"account.{name}", "en").subject == held["subject"]
    reset = letters.sample("account.password_reset_key", "en").body.partition("\n\n")[2]
    assert LINK.sub("", reset).strip() == LINK.sub("", sent["password_reset_key"]["text"]).strip()


def test_the_office_sees_a_letter_and_words_none(client):
    client.force_login(UserFactory(office=True))
    page = client.get(reverse("notices:sample", args=[letters.INVITATION])).content.decode()
    assert page.count("<iframe") == 6 and "Change the words" not in page and "Send a test" not in page
    assert client.get(reverse("notices:draft", args=[letters.INVITATION])).status_code == 404
    html = client.get(reverse("notices:sample-html", args=[letters.INVITATION, "zh-hans"]))
    assert html.status_code == 200 and 'lang="zh-Hans"' in html.content.decode()


@pytest.mark.parametrize("path", ["wishes.none", "..", "accounts.none", "account.base", "wishes.publish.x"])
def test_there_is_no_other_sample(client, path):
    client.force_login(UserFactory(office=True))
    assert client.get(f"{reverse('notices:gallery')}{path}/").status_code == 404
    assert client.get(f"{reverse('notices:gallery')}{path}/en.html").status_code == 404


def test_there_is_no_other_language(client):
    client.force_login(UserFactory(office=True))
    assert client.get(reverse("notices:sample-html", args=["wishes.publish", "fr"])).status_code == 404
