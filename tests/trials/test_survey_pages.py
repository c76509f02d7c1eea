"""The pages of surveys: the light one that a scanned code leads to, and those of who runs the trial."""

import re
import time
from datetime import timedelta

import pytest
from django.core import signing
from django.core.cache import cache
from django.test import Client
from django.urls import reverse
from django.utils import timezone, translation

from tests.factories import SurveyFactory, UserFactory, VoiceFactory
from tests.trials import stories
from tests.trials.test_surveys import ACCEPTANCE, asked, composed, opened, say, say_all
from trials import services, tickets
from trials.models import Survey, Voice

pytestmark = pytest.mark.django_db
LIMIT = 60  # answers from one network in an hour, as settings.py has it


@pytest.fixture(autouse=True)
def fresh():
    """English, and no answers counted before."""
    cache.clear()
    with translation.override("en"):
        yield


@pytest.fixture
def phone():
    """A device that enforces what the portal does, without an account."""
    return Client(enforce_csrf_checks=True)


def at(survey: Survey) -> str:
    return reverse("trials:answer", args=[survey.code])


def ticket(survey: Survey, *, age: float = 10, nonce: str = "n1") -> str:
    said = {"survey": survey.pk, "nonce": nonce, "at": time.time() - age}
    return signing.dumps(said, salt=tickets.TICKET)


def filled(survey: Survey, mark: int = 5, **more) -> dict[str, str]:
    return {"ticket": ticket(survey), f"q{asked(survey, 'scale')}": str(mark), **more}


# What a scanned code leads to


@pytest.mark.parametrize(
    ("wanted", "language"),
    [("zh-HK,zh;q=0.9", "zh-hant"), ("zh-CN", "zh-hans"), ("en-GB", "en"), ("fr-FR,fr", "en")],
)
def test_the_short_address_leads_to_the_language_of_the_device(phone, wanted, language):
    survey = opened()
    response = phone.get(f"/s/{survey.code}/", headers={"Accept-Language": wanted})
    assert response.status_code == 302
    assert response["Location"] == f"/{language}/s/{survey.code}/"
    assert phone.get(f"/s/{survey.code}", follow=True).status_code == 200  # typed without the last stroke


def test_a_language_that_the_portal_does_not_have_is_no_page(phone):
    assert phone.get(f"/fr/s/{opened().code}/").status_code == 404


@pytest.mark.parametrize(
    ("language", "words"), [("zh-hant", "您對它有什麼看法"), ("zh-hans", "您对它有什么看法")]
)
def test_the_questions_are_asked_in_the_readers_language(phone, language, words):
    survey = opened()
    text = phone.get(f"/{language}/s/{survey.code}/").content.decode()
    assert words in text
    assert ("滿意嗎？" if language == "zh-hant" else "满意吗？") in text


def test_the_page_is_light_and_sets_no_cookie_before_the_answer(phone):
    survey = opened()
    response = phone.get(at(survey))
    text = response.content.decode()
    assert response.cookies == {}
    assert "<script" not in text
    assert "portal.css" not in text
    assert len(text) < 8000
    assert (response["Cache-Control"], response["X-Robots-Tag"]) == ("no-store", "noindex")


def test_an_answer_leaves_one_cookie_that_says_nothing_but_that(phone):
    survey = opened()
    response = phone.post(at(survey), filled(survey))
    assert (response.status_code, response["Location"]) == (302, f"{at(survey)}?done")
    [(name, cookie)] = response.cookies.items()
    assert (name, cookie["httponly"], cookie["samesite"]) == (f"survey-{survey.code}", True, "Lax")
    assert cookie.value.startswith(f"{survey.code}:")  # and a signature; the same for everybody
    assert Client().post(at(survey), filled(survey) | {"ticket": ticket(survey, nonce="n2")}).cookies[
        name
    ].value == (cookie.value)
    assert "Thank you" in phone.get(f"{at(survey)}?done").content.decode()
    assert survey.answers.count() == 2


def test_a_device_that_has_answered_is_told_so_and_counts_no_second_time(phone):
    survey = opened()
    phone.post(at(survey), filled(survey))
    assert "You have answered already" in phone.get(at(survey)).content.decode()
    again = phone.post(at(survey), filled(survey) | {"ticket": ticket(survey, nonce="n2")})
    assert again.status_code == 409
    assert survey.answers.count() == 1


def test_a_cookie_that_somebody_made_up_is_none(phone):
    survey = opened()
    phone.cookies[tickets.cookie_name(survey)] = f"{survey.code}:made-up"
    assert "Send the answer" in phone.get(at(survey)).content.decode()


def test_the_same_page_sent_again_from_another_device_counts_once(phone):
    survey = opened()
    phone.post(at(survey), filled(survey))
    assert Client().post(at(survey), filled(survey)).status_code == 409
    assert survey.answers.count() == 1


@pytest.mark.parametrize(
    "sent", [{}, {"ticket": ""}, {"ticket": "made:up:x"}], ids=["none", "empty", "made up"]
)
def test_a_form_without_the_ticket_of_its_page_is_refused(phone, sent):
    survey = opened()
    response = phone.post(at(survey), {f"q{asked(survey, 'scale')}": "5", **sent})
    assert response.status_code == 403
    assert not survey.answers.exists()


def test_a_ticket_of_another_survey_and_a_form_of_another_site_are_refused(phone):
    survey, other = opened(), opened()
    assert phone.post(at(survey), filled(survey) | {"ticket": ticket(other)}).status_code == 403
    response = phone.post(at(survey), filled(survey), headers={"Sec-Fetch-Site": "cross-site"})
    assert response.status_code == 403
    assert not survey.answers.exists()


@pytest.mark.parametrize(
    ("age", "said"), [(0, "quicker than anyone reads"), (13 * 3600, "open for too long")]
)
def test_what_came_too_quickly_or_too_late_is_asked_again_with_nothing_lost(phone, age, said):
    survey = opened()
    words = {f"q{asked(survey, 'text')}": "The fan hums at night."}
    response = phone.post(at(survey), filled(survey) | words | {"ticket": ticket(survey, age=age)})
    text = response.content.decode()
    assert response.status_code == 422
    assert said in text
    assert "The fan hums at night." in text
    assert re.search(r'value="5"[^>]* checked', text)
    assert not survey.answers.exists()


def test_a_field_that_only_machines_see_must_stay_empty(phone):
    survey = opened()
    assert phone.post(at(survey), filled(survey, website="https://example.org")).status_code == 422
    assert not survey.answers.exists()


def test_an_empty_answer_and_marks_that_are_none_are_refused_in_words(phone):
    survey = opened()
    empty = phone.post(at(survey), {"ticket": ticket(survey)})
    assert empty.status_code == 422
    assert "Answer at least one question." in empty.content.decode()
    assert phone.post(at(survey), filled(survey, 6)).status_code == 422
    long = {f"q{asked(survey, 'text')}": "x" * 601}
    assert phone.post(at(survey), filled(survey) | long).status_code == 422
    assert not survey.answers.exists()


def test_no_is_an_answer(phone):
    survey = opened()
    phone.post(at(survey), {"ticket": ticket(survey), f"q{asked(survey, 'yes')}": "0"})
    [one] = survey.answers.all()
    assert one.given == {str(asked(survey, "yes")): 0}


def test_many_from_one_network_are_slowed_down_and_its_address_is_nowhere(phone, settings):
    survey = opened()
    page = {"REMOTE_ADDR": "203.0.113.77"}
    codes = [
        Client().post(at(survey), filled(survey) | {"ticket": ticket(survey, nonce=f"n{number}")}, **page)
        for number in range(LIMIT + 1)
    ]
    assert [one.status_code for one in codes] == [302] * LIMIT + [429]
    elsewhere = filled(survey) | {"ticket": ticket(survey, nonce="other")}
    assert Client().post(at(survey), elsewhere, REMOTE_ADDR="203.0.113.78").status_code == 302
    assert survey.answers.count() == LIMIT + 1
    assert "203.0.113" not in str(list(survey.answers.values()))


def test_codes_cannot_be_guessed_for_long(phone):
    survey = composed(counting="codes")
    [code] = services.make_codes(survey, by=survey.trial.engineer, number=1)
    services.open_survey(survey, by=survey.trial.engineer)

    def tried(number, code):
        sent = filled(survey, code=code) | {"ticket": ticket(survey, nonce=f"n{number}")}
        return phone.post(at(survey), sent).status_code

    assert [tried(number, f"ZZZZZZ{number:02d}") for number in range(21)] == [422] * 20 + [429]
    assert tried(30, code) == 302  # who has one is not kept out


def test_a_code_comes_with_the_link_of_its_card_and_leaves_no_cookie(phone):
    survey = composed(counting="codes")
    [code] = services.make_codes(survey, by=survey.trial.engineer, number=1)
    services.open_survey(survey, by=survey.trial.engineer)
    assert f'value="{code}"' in phone.get(at(survey), {"c": code}).content.decode()
    assert phone.post(at(survey), filled(survey, code=code)).cookies == {}
    assert (
        phone.post(at(survey), filled(survey, code=code, ticket=ticket(survey, nonce="b"))).status_code == 409
    )


def test_a_survey_that_is_closed_or_expired_says_so_and_a_draft_is_nowhere(phone):
    survey = opened()
    sent = filled(survey)
    Survey.objects.filter(pk=survey.pk).update(last_on=timezone.localdate() - timedelta(days=1))
    for response in (phone.get(at(survey)), phone.post(at(survey), sent)):
        assert response.status_code == 410
        assert "This survey is closed" in response.content.decode()
    draft = composed()
    assert phone.get(at(draft)).status_code == 404
    assert phone.get("/en/s/NOSUCH/").status_code == 404


def test_the_public_page_takes_few_queries(phone, django_assert_num_queries):
    survey = opened()
    with django_assert_num_queries(2):  # survey with its trial, questions
        assert phone.get(at(survey)).status_code == 200


# For those who run the trial


@pytest.fixture
def engineer(client):
    trial = stories.running(claims=[ACCEPTANCE])
    client.force_login(trial.engineer)
    client.trial = trial
    return client


def page(client, name, *args) -> str:
    response = client.get(reverse(f"trials:{name}", args=args))
    assert response.status_code == 200, response
    return response.content.decode().replace("<wbr>", "")


def typed(text: str) -> dict[str, str]:
    """The fields of the page's form as they stand in it."""
    found = dict(re.findall(r'<input[^>]*name="([^"]+)"[^>]*?value="([^"]*)"', text))
    for name, options in re.findall(r'<select name="([^"]+)".*?>(.*?)</select>', text, re.DOTALL):
        chosen = re.search(r'value="([^"]*)" selected', options)
        found[name] = chosen[1] if chosen else ""
    return {name: value for name, value in found.items() if name != "csrfmiddlewaretoken"}


def test_a_survey_begins_from_what_every_survey_asks_and_is_saved_as_it_stands(engineer):
    text = page(engineer, "compose-survey", engineer.trial.slug)
    data = typed(text) | {"counting": "device"}
    response = engineer.post(reverse("trials:compose-survey", args=[engineer.trial.slug]), data)
    survey = Survey.objects.get()
    assert response["Location"] == reverse("trials:survey", args=[engineer.trial.slug, survey.pk])
    assert list(survey.questions.order_by("position").values_list("kind", "metric")) == [
        ("scale", "content"),
        ("scale", ""),
        ("yes", ""),
        ("text", ""),
        ("role", ""),
    ]


def test_a_survey_with_a_fault_keeps_what_was_typed(engineer):
    data = typed(page(engineer, "compose-survey", engineer.trial.slug)) | {"counting": "device"}
    data |= {"asked-2-text_en": "Keep this wording?", "asked-2-text_zh": "", "last_on": "2020-01-01"}
    response = engineer.post(reverse("trials:compose-survey", args=[engineer.trial.slug]), data)
    text = response.content.decode()
    assert response.status_code == 422
    for said in ("Keep this wording?", "in English and in Chinese", "The last day for answers is past."):
        assert said in text
    assert not Survey.objects.exists()


def test_the_poster_has_the_code_the_address_and_three_languages(engineer, settings):
    settings.SITE_URL = "https://innoportal.example.org"
    survey = composed(engineer.trial)
    text = page(engineer, "survey-poster", engineer.trial.slug, survey.pk)
    assert f"innoportal.example.org/s/{survey.code}" in text
    assert [text.count(f'<section lang="{one}"') for one in ("en", "zh-Hant", "zh-Hans")] == [1, 1, 1]
    [code] = re.findall(r"<svg [^>]*>", text)
    assert ("viewBox" in code, "width=" in code) == (True, False)  # as large as the sheet allows


def test_codes_are_shown_once_and_kept_nowhere(engineer):
    survey = composed(engineer.trial, counting="codes")
    url = reverse("trials:survey-codes", args=[engineer.trial.slug, survey.pk])
    response = engineer.post(url, {"number": "3"})
    codes = re.findall(r'cards__letters">(\w{8})<', response.content.decode())
    assert len(set(codes)) == 3
    assert response["Cache-Control"] == "no-store"
    assert codes[0] not in page(engineer, "survey", engineer.trial.slug, survey.pk)
    assert engineer.post(url, {"number": "0"}).status_code == 422


def test_words_are_read_and_decided_on_by_who_runs_the_trial(engineer, client):
    survey = opened(engineer.trial)
    say(survey, ticket="a", words="Mr Lee dropped it.")
    assert "Mr Lee dropped it." in page(engineer, "survey", engineer.trial.slug, survey.pk)
    [voice] = Voice.objects.all()
    url = reverse("trials:voice", args=[engineer.trial.slug, voice.pk])
    assert engineer.post(url, {"shown": ""}).status_code == 422
    engineer.post(url, {"shown": "[…] dropped it."})
    detail = page(engineer, "detail", engineer.trial.slug)
    assert "[…] dropped it." in detail
    assert "Mr Lee" not in detail
    engineer.post(url, {"shown": "ignored", "withhold": "1"})
    assert "dropped it" not in page(engineer, "detail", engineer.trial.slug)


def test_a_voice_of_another_trial_is_not_decided_on(engineer):
    voice = VoiceFactory()
    url = reverse("trials:voice", args=[engineer.trial.slug, voice.pk])
    assert engineer.post(url, {"shown": "x"}).status_code == 404


def test_the_public_reads_what_was_answered_once_the_measuring_is_over(client):
    survey = opened()
    say_all(survey, [5, 5, 4, 4, 2])
    trial = survey.trial
    assert "What staff and users say" not in page(client, "detail", trial.slug)
    services.finish(trial, by=trial.engineer)
    text = page(client, "detail", trial.slug)
    assert "What staff and users say" in text
    assert "Four or five: 80 % of 5" in text


@pytest.mark.parametrize("count", [1, 5])
def test_the_list_of_surveys_takes_as_many_queries_for_five_as_for_one(
    client, django_assert_num_queries, count
):
    trial = stories.running()
    SurveyFactory.create_batch(count, trial=trial)
    client.force_login(UserFactory(office=True))
    page(client, "surveys", trial.slug)  # the session of who signs in is read once
    with django_assert_num_queries(8):
        text = page(client, "surveys", trial.slug)
    assert text.count("Not opened yet") == count
