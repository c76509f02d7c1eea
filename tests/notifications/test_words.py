"""The office's own words in mails."""

import pytest
from django.core import mail as outbox
from django.core.exceptions import ValidationError
from django.test import Client
from django.urls import reverse

from journal.models import Entry
from notifications import samples
from notifications.mails import mail, read
from notifications.models import Suppression, Wording
from notifications.texts import services
from notifications.texts.checks import faults
from notifications.texts.pieces import pieces
from tests.factories import SuppressionFactory, UserFactory, WordingFactory
from tests.threads import at_once

TEMPLATE = "wishes/mail/publish"
NAME = "wishes.publish"
SUBJECT, LINE = pieces(TEMPLATE)


def words(language="en", **changed):
    """The original texts of the mail, with some changed: `subject=`, `line=`."""
    found = {piece.message: list(piece.original(language)) for piece in (SUBJECT, LINE)}
    for name, text in changed.items():
        found[{"subject": SUBJECT, "line": LINE}[name].message] = [text]
    return found


def in_force(language="en", **changed):
    office = UserFactory(office=True)
    services.draft(TEMPLATE, language, words(language, **changed), by=office)
    return services.use(TEMPLATE, language, by=office)


@pytest.mark.parametrize("language", ["en", "zh-hant"])
def test_the_original_of_every_mail_may_be_said_as_it_is(language):
    """What the form shows first passes its own check."""
    for name in samples.names():
        found = pieces(samples.template_of(name))
        if name == "notifications.announcement":  # all of it is written by the office
            assert found == ()
            continue
        assert "subject" in {piece.place for piece in found}, name
        for piece in found:
            for form, text in enumerate(piece.original(language)):
                assert faults(piece, form, language, text) == [], (name, text)


@pytest.mark.django_db
@pytest.mark.parametrize("language", ["en", "zh-hant", "zh-hans"])
def test_a_mail_with_all_its_own_texts_given_again_reads_the_same(language):
    source = "en" if language == "en" else "zh-hant"
    for name in samples.names():
        template = samples.template_of(name)
        texts = {piece.message: piece.original(source) for piece in pieces(template)}
        notice = samples.sample(name, language)
        assert read(notice, language, {template: texts}) == read(notice, language, {}), name


@pytest.mark.django_db
def test_words_in_force_are_said_in_their_language_and_in_the_simplified_of_it():
    in_force("zh-hant", line="{department}發布了新願望「{thing_title}」（{reference}），歡迎提交方案。")
    traditional, simplified, english = (
        mail(samples.sample(NAME, language)).body for language in ("zh-hant", "zh-hans", "en")
    )
    assert "發布了新願望「更寧靜的醫院天台冷卻塔」（W-2026-0042）" in traditional
    assert "发布了新愿望" in simplified
    assert "has published the wish" in english


@pytest.mark.django_db
def test_a_draft_changes_no_mail():
    services.draft(
        TEMPLATE, "en", words(line="Look: {department} {thing_title} {reference}"), by=UserFactory()
    )
    assert "Look:" not in mail(samples.sample(NAME, "en")).body


@pytest.mark.django_db
def test_the_footer_stays_whatever_the_words_are():
    in_force(line="{department} {thing_title} {reference}", subject="{reference} {thing_title}")
    message = mail(samples.sample(NAME, "en"))
    assert "/notices/unsubscribe/" in message.body and "/notices/settings/" in message.body
    assert "not affiliated with any government" in message.body
    assert "List-Unsubscribe" in message.extra_headers


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("{reference}", "{reference}"),
        ("{{ reference }} {% debug %}", "{{ reference }} {% debug %}"),
        ("%(reference)s %s", "%(reference)s %s"),
        ("a\r\nBcc: x@example.org", "a Bcc: x@example.org"),
        ("a\u2028Bcc: x", "a Bcc: x"),
    ],
)
def test_what_a_value_holds_is_put_in_as_it_is_and_on_one_line(value, shown):
    in_force(subject="{reference}: {thing_title}")
    notice = samples.sample(NAME, "en")
    notice.context["thing_title"] = {"en": value, "zh": ""}
    message = mail(notice)
    assert message.subject == f"W-2026-0042: {shown}"
    assert message.message()["Bcc"] is None


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("", "cannot be left out"),
        ("  ", "cannot be left out"),
        ("{reference}", "{thing_title} is missing"),
        ("{reference} {thing_title} {settings}", "{settings} is not known"),
        ("{reference} {thing_title} {person.password}", "A brace stands alone"),
        ("{reference} {thing_title} {0}", "A brace stands alone"),
        ("{reference} {{thing_title}}", "A brace stands alone"),
        ("{reference} {thing_title} {% debug %}", "A brace stands alone"),
        ("{reference} {thing_title!r}", "A brace stands alone"),
        ("{reference} {thing_title:>9999999}", "A brace stands alone"),
        ("{reference} { thing_title }", "A brace stands alone"),
        ("{reference} {thing_titlе}", "A brace stands alone"),  # its last letter is Cyrillic
        ("{reference} ｛thing_title｝", "only looks like a brace"),
        ("{reference} ︷thing_title︸", "only looks like a brace"),
        ("{reference} {thing_title} %(url)s", "%(url)"),
        ("{reference} {thing_title} ${HOME}", "${"),
        ("{reference} {thing_title}\r\nBcc: all@example.org", "on one line"),
        ("{reference} {thing_title}\nBcc: all@example.org", "on one line"),
        ("{reference} {thing_title}\u2028Bcc: all@example.org", "on one line"),
        ("{reference} {thing_title}\x85Bcc: all@example.org", "on one line"),
        ("{reference} {thing_\u200btitle}", "U+200B"),
        ("{reference} {thing_title} \u202emoc", "U+202E"),
        ("{reference} {thing_title}" + "x" * 100, "Shorten it"),
    ],
)
def test_a_text_that_would_deceive_or_break_is_refused(text, fault):
    [found] = faults(SUBJECT, 0, "en", text)
    assert fault in found


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("texts", "fault"),
    [
        (words(subject="{reference} {thing_title}\r\nBcc: all@example.org"), "on one line"),
        ({"Not a text of this mail": ["x"]}, "has no text"),
        ({SUBJECT.message: []}, "A form of"),
    ],
)
def test_no_draft_holds_what_is_refused(texts, fault):
    with pytest.raises(ValidationError, match=fault):
        services.draft(TEMPLATE, "en", texts, by=UserFactory())
    assert not Wording.objects.exists()


def test_a_form_for_one_thing_need_not_say_the_number():
    [piece] = [one for one in pieces("solutions/mail/nominated") if one.plural]
    assert piece.forms("en") == 2 and piece.forms("zh-hant") == 1
    assert faults(piece, 0, "en", "Answer by tomorrow.") == []
    assert "{days} is missing" in faults(piece, 1, "en", "Answer soon.")[0]
    assert "{days} is missing" in faults(piece, 0, "zh-hant", "請盡快回覆。")[0]


@pytest.mark.django_db
@pytest.mark.parametrize(("left", "expected"), [(1, "By tomorrow."), (4, "In 4 days.")])
def test_the_number_chooses_the_form(left, expected):
    template = "solutions/mail/nominated"
    [piece] = [one for one in pieces(template) if one.plural]
    notice = samples.sample("solutions.nominated", "en")
    notice.context["left"] = left
    said = read(notice, "en", {template: {piece.message: ["By tomorrow.", "In {days} days."]}})
    assert said.paragraphs[-1] == expected


@pytest.mark.django_db
def test_words_of_a_message_that_the_room_no_longer_says_are_passed_over():
    WordingFactory(used=True, texts={"Gone from the template": ["x"]})
    notice = samples.sample(NAME, "en")
    assert read(notice, "en") == read(notice, "en", {})


@pytest.mark.django_db
def test_what_is_in_force_ends_when_another_is_and_stays_as_a_record():
    in_force(subject="First {reference} {thing_title}")
    in_force(subject="Second {reference} {thing_title}")
    assert mail(samples.sample(NAME, "en")).subject.startswith("Second W-2026-0042")
    old = Wording.objects.get(ended_at__isnull=False)
    assert old.texts[SUBJECT.message] == ["First {reference} {thing_title}"]
    told = Entry.objects.filter(verb="reword").order_by("pk").last().details
    assert told["before"][SUBJECT.message] == ["First {reference} {thing_title}"]
    assert told["after"][SUBJECT.message] == ["Second {reference} {thing_title}"]


@pytest.mark.django_db
def test_back_to_the_original_is_journalled_and_cannot_be_done_twice():
    in_force(subject="Ours {reference} {thing_title}")
    office = UserFactory(office=True)
    entry = services.restore(TEMPLATE, "en", by=office)
    assert (entry.verb, entry.actor_id, entry.details["after"]) == ("restore_words", office.pk, {})
    assert mail(samples.sample(NAME, "en")).subject.startswith("New wish W-2026-0042")
    with pytest.raises(services.Overtaken):
        services.restore(TEMPLATE, "en", by=office)


@pytest.mark.django_db
def test_nothing_changed_is_no_draft():
    with pytest.raises(ValidationError, match="Nothing differs"):
        services.draft(TEMPLATE, "en", words(), by=UserFactory())
    assert not Wording.objects.exists()


@pytest.mark.django_db
def test_each_mail_and_language_has_its_own_words():
    by, other = UserFactory(office=True), "wishes/mail/deadline"
    said = {"subject": "Ours {reference} {thing_title}"}
    here, there = (TEMPLATE, "en"), (TEMPLATE, "zh-hant")
    WordingFactory(template=other, used=True)
    WordingFactory(template=other)
    services.draft(*there, words("zh-hant", **said), by=by)
    for verb in (services.use, services.drop):
        with pytest.raises(services.Overtaken):
            verb(*here, by=by)
    services.draft(*here, words(**said), by=by)
    services.use(*here, by=by)
    drafts = Wording.objects.drafts()
    assert list(drafts.filter(template=TEMPLATE).values_list("language", flat=True)) == ["zh-hant"]
    services.use(*there, by=by)
    services.draft(*here, words(subject="Theirs {reference} {thing_title}"), by=by)
    services.use(*here, by=by)
    standing = Wording.objects.in_force().order_by("template", "language")
    assert [(row.template, row.language) for row in standing] == [(other, "en"), here, there]
    assert drafts.get().template == other


def test_of_two_who_put_a_draft_in_force_at_once_one_does(committed):
    office = UserFactory(office=True)
    services.draft(TEMPLATE, "en", words(subject="Ours {reference} {thing_title}"), by=office)

    def use():
        try:
            services.use(TEMPLATE, "en", by=office)
        except services.Overtaken:
            return False
        return True

    assert sorted(at_once(use, use)) == [False, True]
    assert Wording.objects.in_force().count() == 1
    assert Entry.objects.filter(verb="reword").count() == 1


@pytest.fixture
def office(client):
    person = UserFactory(office=True)
    client.force_login(person)
    return person


def page(name, *args):
    return reverse(f"notices:{name}", args=args)


def sent(client: Client, **changed):
    """The form of the English words, as a browser would send it."""
    form = client.get(page("words", NAME, "en")).context["form"]
    data = {"seen": form.initial["seen"]}
    for piece, place, field in form.parts():
        data[field] = piece.original("en")[place]
    for name, text in changed.items():
        data[f"{ {'subject': SUBJECT, 'line': LINE}[name].field }0"] = text
    return data


@pytest.mark.django_db
def test_the_office_drafts_looks_and_puts_in_force(client, office):
    data = sent(client, subject="Fresh: {reference} {thing_title}")
    answer = client.post(page("words", NAME, "en"), data, follow=True)
    assert answer.redirect_chain[-1][0] == page("draft", NAME)
    assert "Fresh: W-2026-0042" in answer.content.decode()
    assert "Fresh:" not in client.get(page("sample", NAME)).content.decode()
    html = page("sample-html", NAME, "en")
    assert "Fresh:" in client.get(f"{html}?draft&look=dark").content.decode()
    assert "Fresh:" not in client.get(html).content.decode()
    client.post(page("use-words", NAME), {"language": "en"})
    assert "Fresh: W-2026-0042" in client.get(page("sample", NAME)).content.decode()
    history = client.get(page("words", NAME, "en")).content.decode()
    assert "<ins" in history and office.name in history


@pytest.mark.django_db
def test_a_form_with_a_fault_keeps_what_was_typed_and_names_it(client, office):
    answer = client.post(page("words", NAME, "en"), sent(client, subject="{nobody} knows"))
    assert answer.status_code == 422
    shown = answer.content.decode()
    assert "{nobody} knows" in shown and "{nobody} is not known here" in shown
    assert not Wording.objects.exists()


@pytest.mark.django_db
def test_who_wrote_meanwhile_is_not_overwritten_unseen(client, office):
    mine = sent(client, subject="Mine {reference} {thing_title}")
    services.draft(TEMPLATE, "en", words(subject="Theirs {reference} {thing_title}"), by=UserFactory())
    answer = client.post(page("words", NAME, "en"), mine)
    assert answer.status_code == 422 and "Somebody else changed" in answer.content.decode()
    assert "Mine {reference}" in answer.content.decode()
    assert Wording.objects.get().texts[SUBJECT.message] == ["Theirs {reference} {thing_title}"]
    mine["seen"] = answer.context["form"]["seen"].value()
    assert client.post(page("words", NAME, "en"), mine).status_code == 302
    assert Wording.objects.get().texts[SUBJECT.message] == ["Mine {reference} {thing_title}"]


@pytest.mark.django_db
def test_a_test_goes_to_ones_own_address_alone(client, office):
    services.draft(TEMPLATE, "en", words(subject="Try {reference} {thing_title}"), by=office)
    data = {"language": "en", "email": "other@example.org", "to": "other@example.org"}
    client.post(page("test-mail", NAME), data)
    [message] = outbox.outbox
    assert message.recipients() == [office.email]
    assert message.subject.startswith("[Test] Try W-2026-0042")


@pytest.mark.django_db
def test_no_test_goes_to_a_suppressed_address(client, office):
    SuppressionFactory(address=office.email.lower(), why=Suppression.Why.BOUNCE)
    answer = client.post(page("test-mail", NAME), {"language": "en"}, follow=True)
    assert "is sent nothing at present" in answer.content.decode()
    assert outbox.outbox == []


@pytest.mark.django_db
@pytest.mark.parametrize("verb", ["use-words", "drop-words", "restore-words"])
def test_a_verb_that_comes_too_late_says_so(client, office, verb):
    answer = client.post(page(verb, NAME), {"language": "en"}, follow=True)
    assert "Somebody else was quicker" in answer.content.decode()


@pytest.mark.django_db
def test_a_dropped_draft_is_gone_and_journalled(client, office):
    services.draft(TEMPLATE, "en", words(subject="Try {reference} {thing_title}"), by=office)
    client.post(page("drop-words", NAME), {"language": "en"})
    assert not Wording.objects.exists()
    assert Entry.objects.get(verb="drop_words").actor_id == office.pk


@pytest.mark.django_db
def test_there_are_no_words_of_another_mail_or_language(client, office):
    for name, code in (
        ("accounts.invitation", "en"),
        ("notifications.announcement", "en"),
        (NAME, "zh-hans"),
    ):
        assert client.get(page("words", name, code)).status_code == 404
    for verb in ("use-words", "drop-words", "restore-words", "test-mail"):
        assert client.post(page(verb, NAME), {"language": "fr"}).status_code == 404
        assert client.post(page(verb, "wishes.none"), {"language": "en"}).status_code == 404


@pytest.mark.django_db
@pytest.mark.parametrize("count", [1, 5])
def test_the_page_takes_as_many_queries_for_five_wordings_as_for_one(
    client, office, count, django_assert_num_queries
):
    for number in range(count):
        in_force(subject=f"{number} {{reference}} {{thing_title}}")
    client.get(page("words", NAME, "en"))
    with django_assert_num_queries(6):  # session, person, roles, the stamp, what stands, the history
        answer = client.get(page("words", NAME, "en"))
    assert answer.content.decode().count("<ins") == count
