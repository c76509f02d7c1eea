"""The portal office gives a wish back with questions; the department answers, and what changed is seen."""

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse

from journal.models import Entry
from notifications.mails import read
from notifications.models import Notification
from tests.factories import ScreeningQuestionFactory, WishDraftFactory, WishReturnFactory
from wishes import services
from wishes.models import ScreeningQuestion, Wish, WishReturn

pytestmark = pytest.mark.django_db
S = Wish.Status
BACKEND = "django.contrib.auth.backends.ModelBackend"


@pytest.fixture
def returned(people, wish_in):
    wish = wish_in(S.SCREENING, need_en="Faults are found late.")
    questions = {"need": "How <many> lifts?", "budget": "Which year?", "site": "  "}
    services.return_(wish, by=people["office"], reason="Not clear yet.", questions=questions)
    return wish


def again(wish, people, answer="Twelve."):
    answers = {one.pk: answer for one in ScreeningQuestion.objects.filter(answered_at=None)}
    services.submit(wish, by=people["member"], answers=answers)
    services.endorse(wish, by=people["approver"])


def test_questions_are_kept_by_the_part_they_are_about_and_told(returned, people):
    asked = ScreeningQuestion.objects.order_by("pk").values_list("about", "text", "answer")
    assert list(asked) == [("need", "How <many> lifts?", ""), ("budget", "Which year?", "")]
    notice = Notification.objects.get(
        recipient=people["creator"], template="wishes/mail/return", channel="inbox"
    )
    assert {"Not clear yet.", "How <many> lifts?", "Which year?"} <= set(read(notice, "en").paragraphs)
    details = Entry.objects.get(verb="return").details
    assert (details["questions"], details["ground"]["code"]) == (2, "other")


def test_a_question_about_no_part_of_a_wish_is_refused(people, wish_in):
    wish = wish_in(S.SCREENING)
    with pytest.raises(ValidationError):
        services.return_(wish, by=people["office"], reason="Why.", questions={"price": "?"})
    assert not WishReturn.objects.exists()


def test_it_is_handed_in_again_only_with_an_answer_to_each_question(client, returned, people):
    with pytest.raises(ValidationError):
        services.submit(returned, by=people["member"])
    first, second = ScreeningQuestion.objects.order_by("pk")
    client.force_login(people["member"], backend=BACKEND)
    address = reverse("wishes:submit", args=[returned.slug])
    wrong = client.post(address, {f"question_{first.pk}": "Kept words.", f"question_{second.pk}": " "})
    assert wrong.status_code == 422
    assert "Kept words." in wrong.content.decode()
    assert not ScreeningQuestion.objects.exclude(answered_at=None).exists()
    client.post(address, {f"question_{first.pk}": "Twelve.", f"question_{second.pk}": "2027."})
    returned.refresh_from_db()
    assert returned.status == S.ENDORSEMENT
    answered = ScreeningQuestion.objects.order_by("pk").values_list("answer", "answered_by")
    assert list(answered) == [("Twelve.", people["member"].pk), ("2027.", people["member"].pk)]


def test_a_question_of_another_wish_is_not_answered_through_ones_own(people, returned):
    other = ScreeningQuestionFactory()
    again(returned, people)
    other.refresh_from_db()
    assert other.answer == ""  # though an answer to it came along


def test_the_office_sees_what_changed_and_the_answers_beside_their_parts(client, returned, people):
    services.update(returned, by=people["member"], need_en="Faults are found after a week.")
    again(returned, people)
    client.force_login(people["office"], backend=BACKEND)
    response = client.get(Wish.objects.get(pk=returned.pk).get_absolute_url())
    changed = [(one.field, one.before, one.after) for one, *_rows in response.context["changes"]]
    assert changed == [("need_en", "Faults are found late.", "Faults are found after a week.")]
    body = response.content.decode()
    need = body.split('id="need"')[1].split("</section>")[0]
    assert "How &lt;many&gt; lifts?" in need
    assert "Twelve." in need
    assert "Which year?" not in need
    assert "Which year?" in body
    assert "Faults are found late." in body


def test_after_a_second_return_changes_count_from_that_one(client, returned, people):
    services.update(returned, by=people["member"], need_en="Second words.")
    again(returned, people)
    wish = Wish.objects.get(pk=returned.pk)
    services.return_(wish, by=people["office"], reason="One more.", questions={"need": "Where?"})
    again(wish, people, "In Kwun Tong.")
    client.force_login(people["office"], backend=BACKEND)
    response = client.get(Wish.objects.get(pk=wish.pk).get_absolute_url())
    assert response.context["changes"] == []
    assert [one.text for one in response.context["asked"]["need"]] == ["How <many> lifts?", "Where?"]


def test_nobody_outside_ever_reads_questions_answers_or_former_words(client, returned, people):
    services.update(returned, by=people["member"], need_en="Second words.")
    again(returned, people, "A secret answer.")
    wish = Wish.objects.get(pk=returned.pk)
    services.publish(wish, by=people["office"])
    for role in ("anonymous", "vendor", "other_member", "expert"):
        client.logout()
        if people[role]:
            client.force_login(people[role], backend=BACKEND)
        body = client.get(wish.get_absolute_url()).content.decode()
        body += client.get(f"/api/v1/wishes/{wish.reference}/").content.decode()
        for inner in (
            "How &lt;many",
            "How <many",
            "Which year?",
            "A secret answer.",
            "found late",
            "Not clear yet.",
        ):
            assert inner not in body
    client.force_login(people["member"], backend=BACKEND)
    assert "A secret answer." in client.get(wish.get_absolute_url()).content.decode()


def test_the_form_of_the_office_keeps_what_was_typed_when_its_reason_is_missing(client, people, wish_in):
    wish = wish_in(S.SCREENING)
    client.force_login(people["office"], backend=BACKEND)
    address = reverse("wishes:return", args=[wish.slug])
    wrong = client.post(address, {"reason": " ", "about_site": "Which building?"})
    assert wrong.status_code == 422
    assert "Which building?" in wrong.content.decode()
    client.post(address, {"reason": "Where?", "ground": "site", "about_site": "Which building?"})
    assert list(ScreeningQuestion.objects.values_list("about", "text")) == [("site", "Which building?")]


def test_the_writer_of_the_department_reads_the_question_on_the_page_that_answers_it(
    client, returned, people
):
    draft = WishDraftFactory(wish=returned, organisation=returned.organisation, key=returned.key)
    client.force_login(people["member"], backend=BACKEND)
    pages = {
        step: client.get(reverse("wishes:step", args=[draft.key, step])).content.decode()
        for step in ("need", "outcome", "budget")
    }
    assert {step: "How &lt;many&gt; lifts?" in body for step, body in pages.items()} == {
        "need": True,
        "outcome": False,
        "budget": False,
    }
    assert "Which year?" in pages["budget"]


@pytest.mark.parametrize("count", [1, 5])
def test_returns_and_questions_take_as_many_queries_for_five_as_for_one(
    client, people, wish_in, count, django_assert_max_num_queries
):
    wish = wish_in(S.SCREENING)
    services.return_(wish, by=people["office"], reason="Why.", questions={"need": "What?"})
    for _ in range(count - 1):
        ScreeningQuestionFactory(given_back=WishReturnFactory(wish=wish))
    again(wish, people)
    client.force_login(people["office"], backend=BACKEND)
    with django_assert_max_num_queries(18):  # two of them the lists of why it may be refused
        assert client.get(Wish.objects.get(pk=wish.pk).get_absolute_url()).status_code == 200
