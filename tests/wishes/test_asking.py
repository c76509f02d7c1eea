"""Who asks stays unknown unless they want it otherwise; questions end; answers are corrected in the open."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.urls import reverse
from django.utils import timezone

from journal.workflow import IllegalTransition
from notifications.mails import read
from notifications.models import Follow, Notification
from tests.factories import MembershipFactory, OrganisationFactory, QuestionFactory, UserFactory
from tests.threads import at_once
from wishes import services
from wishes.models import FormerAnswer, Question, Wish

pytestmark = pytest.mark.django_db
S = Wish.Status
BACKEND = "django.contrib.auth.backends.ModelBackend"
DAY = timedelta(days=1)


@pytest.fixture
def asker():
    """A person of a vendor, both with names that are nowhere else."""
    vendor = OrganisationFactory(vendor=True, name_en="Zyxwv Robotics", name_zh="秘密機械人", slug="zyxwv")
    return MembershipFactory(organisation=vendor, user=UserFactory(name="Qwrtp Person")).user


def everything_shown(client, people, wish):
    """What anyone can read of it by page, API, feed and mail, also who watches over the portal."""
    for role in ("anonymous", "creator", "approver", "other_member", "vendor", "office", "auditor"):
        client.logout()
        if people[role]:
            client.force_login(people[role], backend=BACKEND)
        for language in ("en", "zh-hant", "zh-hans"):
            yield client.get(f"/{language}/wishes/{wish.reference}/").content.decode()
        yield client.get(reverse("wishes:workspace")).content.decode() if people[role] else ""
        yield client.get(f"/api/v1/wishes/{wish.reference}/").content.decode()
        yield client.get(reverse("wishes:feed")).content.decode()
    for notice in Notification.objects.all():
        yield " ".join((read(notice, "en").subject, *read(notice, "en").paragraphs, str(notice.context)))


@pytest.mark.parametrize("shows", [False, True])
def test_the_asking_organisation_is_shown_only_if_it_wishes_and_its_person_never(
    client, people, wish_in, asker, shows
):
    wish = wish_in(S.OPEN)
    Follow.objects.create(user=UserFactory(), noun="wishes.wish", object_id=wish.pk)
    client.force_login(asker, backend=BACKEND)
    data = {"text": "Which lifts?"} | ({"show_name": "on"} if shows else {})
    assert client.post(reverse("wishes:ask", args=[wish.slug]), data).status_code == 302
    question = Question.objects.get()
    assert (question.organisation.slug, question.is_name_hidden) == ("zyxwv", not shows)
    services.answer(question, by=people["member"], text="All.")
    services.correct(question, by=people["member"], text="All but one.")
    shown = list(everything_shown(client, people, wish))
    assert any("Zyxwv" in text for text in shown) is shows
    for hidden in ("Qwrtp", asker.email):
        assert [text for text in shown if hidden in text] == []
    if not shows:
        for hidden in ("秘密機械人", "秘密机械人", "zyxwv"):
            assert [text for text in shown if hidden in text] == []


def test_nobody_asks_in_the_name_of_an_organisation_that_is_not_theirs(client, people, wish_in, asker):
    wish, other = wish_in(S.OPEN), OrganisationFactory(vendor=True)
    with pytest.raises(PermissionDenied):
        services.ask(wish, by=asker, text="Which?", organisation=other, is_name_hidden=False)
    client.force_login(asker, backend=BACKEND)
    data = {"text": "Which?", "organisation": other.pk, "show_name": "on"}
    assert client.post(reverse("wishes:ask", args=[wish.slug]), data).status_code == 422
    assert not Question.objects.exists()


@pytest.mark.parametrize(("days", "may"), [(1, True), (0, True), (-1, False)])
def test_questions_end_with_their_last_day_and_what_was_typed_is_not_lost(client, people, wish_in, days, may):
    wish = wish_in(S.OPEN, questions_until=timezone.localdate() + days * DAY)
    client.force_login(people["vendor"], backend=BACKEND)
    assert client.get(wish.get_absolute_url()).context["may_ask"] is may
    response = client.post(reverse("wishes:ask", args=[wish.slug]), {"text": "Typed with care?"})
    assert Question.objects.exists() is may
    assert response.status_code == (302 if may else 409)
    if not may:
        assert "Typed with care?" in response.content.decode()
        with pytest.raises(IllegalTransition):
            services.ask(wish, by=people["vendor"], text="Late?")


def test_a_correction_keeps_the_old_text_and_tells_the_same_people(client, people, wish_in):
    wish = wish_in(S.OPEN)
    follower = UserFactory()
    Follow.objects.create(user=follower, noun="wishes.wish", object_id=wish.pk)
    question = services.ask(wish, by=people["vendor"], text="How many?")
    services.answer(question, by=people["creator"], text="Eleven <lifts>.")
    services.correct(question, by=people["member"], text="Twelve lifts.")
    told = Notification.objects.filter(template="wishes/mail/correct", channel="inbox")
    assert set(told.values_list("recipient", flat=True)) == {people["vendor"].pk, follower.pk}
    former = FormerAnswer.objects.get()
    assert (former.text, former.answered_by) == ("Eleven <lifts>.", people["creator"])
    body = client.get(wish.get_absolute_url()).content.decode()
    assert "Twelve lifts." in body
    assert "Eleven &lt;lifts&gt;." in body
    assert "Corrected by the department on" in body


def test_only_the_department_corrects_and_only_what_is_answered(client, people, wish_in):
    wish = wish_in(S.OPEN)
    question = services.ask(wish, by=people["vendor"], text="How many?")
    with pytest.raises(IllegalTransition):
        services.correct(question, by=people["member"], text="Twelve.")
    services.answer(question, by=people["member"], text="Eleven.")
    with pytest.raises(ValidationError):
        services.correct(question, by=people["member"], text=" Eleven. ")
    outcomes = {}
    for role, person in people.items():
        client.logout()
        if person:
            client.force_login(person, backend=BACKEND)
        address = reverse("wishes:correct", args=[wish.slug, question.pk])
        outcomes[role] = client.post(address, {"text": f"As {role} says."}).status_code
    done = {"creator", "member", "approver", "administrator"}
    assert outcomes == {role: 302 if role in done else 403 for role in people} | {"anonymous": 302}
    assert FormerAnswer.objects.count() == 4


def test_who_corrects_an_answer_that_has_changed_meanwhile_keeps_their_words(client, people, wish_in):
    wish = wish_in(S.OPEN)
    question = services.ask(wish, by=people["vendor"], text="How many?")
    services.answer(question, by=people["member"], text="Eleven.")
    seen = question.answered_at.strftime("%Y-%m-%dT%H:%M:%S.%f+0000")
    services.correct(question, by=people["creator"], text="Twelve.")
    client.force_login(people["member"], backend=BACKEND)
    address = reverse("wishes:correct", args=[wish.slug, question.pk])
    response = client.post(address, {"text": "Thirteen, I think.", "seen": seen})
    assert response.status_code == 409
    assert "Thirteen, I think.</textarea>" in response.content.decode()
    assert Question.objects.get().answer == "Twelve."


def test_the_page_itself_says_which_answer_was_seen(client, people, wish_in):
    wish = wish_in(S.OPEN)
    question = services.ask(wish, by=people["vendor"], text="How many?")
    services.answer(question, by=people["member"], text="Eleven.")
    client.force_login(people["member"], backend=BACKEND)
    body = client.get(wish.get_absolute_url()).content.decode()
    seen = body.split('name="seen" value="')[1].split('"')[0].replace("&#x27;", "'")
    address = reverse("wishes:correct", args=[wish.slug, question.pk])
    assert client.post(address, {"text": "Twelve.", "seen": seen}).status_code == 302
    assert client.post(address, {"text": "Ten.", "seen": seen}).status_code == 409


def test_of_ten_who_correct_at_once_one_wins(committed, people, wish_in):
    wish = wish_in(S.OPEN)
    question = services.ask(wish, by=people["vendor"], text="How many?")
    services.answer(question, by=people["member"], text="Eleven.")
    seen = Question.objects.get().answered_at

    def one(number):
        mine = Question.objects.get(pk=question.pk)
        return lambda: services.correct(mine, by=people["member"], text=f"{number}", seen=seen).verb

    found = at_once(*(one(number) for number in range(10)))
    assert [one for one in found if isinstance(one, str)] == ["correct"]
    assert FormerAnswer.objects.count() == 1


@pytest.mark.parametrize("count", [1, 5])
def test_corrected_answers_take_one_query_more_however_many(
    client, wish_in, count, django_assert_num_queries
):
    wish, now = wish_in(S.OPEN), timezone.now()
    member = UserFactory()
    for question in QuestionFactory.create_batch(count, wish=wish, answer="Yes.", answered_at=now):
        services.correct(question, by=member, text="No.")
    with django_assert_num_queries(
        7
    ):  # wish with topics, sponsors, questions, measures, journal, files, what was said
        client.get(wish.get_absolute_url())
