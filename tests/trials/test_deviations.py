"""A deviation from the locked plan has its reason, which the report prints with it."""

import pytest
from django.core.exceptions import ValidationError
from django.db import DatabaseError, connection, transaction
from django.urls import reverse
from django.utils import timezone

from tests.factories import LogEntryFactory, UserFactory
from tests.trials import stories
from trials import services
from trials.models import LogEntry
from trials.services.record import departed
from trials.steering_forms import DiaryForm

pytestmark = pytest.mark.django_db


def logged(trial, **fields) -> LogEntry:
    given = {"kind": "deviation", "on": timezone.localdate(), "text_en": "One meter was replaced.", **fields}
    return services.log(trial, by=trial.engineer, **given)


def test_no_deviation_is_logged_without_a_reason():
    trial = stories.running()
    for empty in ({}, {"reason_en": "  "}):
        with pytest.raises(ValidationError, match="why the plan was left"), transaction.atomic():
            logged(trial, **empty)
    assert not trial.log.exists()
    assert logged(trial, reason_zh="已損壞。").reason_zh == "已損壞。"


def test_the_database_wants_the_reason_and_only_of_a_deviation():
    for wrong in ({"kind": "deviation"}, {"kind": "note", "reason_en": "Because."}):
        with pytest.raises(DatabaseError, match="log_deviation_has_reason"), transaction.atomic():
            LogEntryFactory(**wrong)


def test_the_rule_asks_nothing_of_what_was_logged_before_it():
    with connection.cursor() as cursor:
        cursor.execute("SELECT convalidated FROM pg_constraint WHERE conname = 'log_deviation_has_reason'")
        assert cursor.fetchall() == [(False,)]


@pytest.mark.parametrize(
    ("fields", "en", "zh"),
    [
        ({"text_zh": "更換。", "reason_en": "Worn."}, "Done.\n\nReason: Worn.", "更換。\n\n原因：Worn."),
        (
            {"text_zh": "更換。", "reason_en": "Worn.", "reason_zh": "破損。"},
            "Done.\n\nReason: Worn.",
            "更換。\n\n原因：破損。",
        ),
        ({"text_zh": "", "reason_zh": "破損。"}, "Done.\n\nReason: 破損。", ""),
        ({"text_zh": "更換。"}, "Done.", "更換。"),  # one of those that were logged without
    ],
)  # fmt: skip
def test_the_reason_stands_below_the_words_in_each_language_that_has_words(fields, en, zh):
    found = departed(LogEntry(kind="deviation", text_en="Done.", **fields))
    assert (found.en, found.zh) == (en, zh)


def test_the_page_of_the_log_asks_for_it_and_keeps_what_was_typed(client):
    trial = stories.running()
    client.force_login(trial.engineer)
    url = reverse("trials:log", args=[trial.slug])
    typed = {
        "kind": "deviation",
        "on": timezone.localdate().isoformat(),
        "text_en": "One meter was replaced.",
    }
    response = client.post(url, typed)
    assert response.status_code == 422
    text = response.content.decode()
    assert "Say why the plan was left" in text and "One meter was replaced." in text
    assert client.post(url, typed | {"reason_en": "It had failed."}).status_code == 302
    entry = trial.log.get()
    assert entry.reason_en == "It had failed."
    client.logout()
    assert "It had failed." in client.get(trial.get_absolute_url()).content.decode()


def test_a_note_needs_none_and_keeps_none():
    typed = {"kind": "note", "on": timezone.localdate(), "text_en": "All well.", "reason_en": "Because."}
    form = DiaryForm(typed)
    assert form.is_valid()
    assert form.cleaned_data["reason_en"] == ""


def test_the_signed_report_prints_it():
    trial = stories.running()
    logged(trial, text_zh="更換一個電錶。", reason_en="It had failed.", reason_zh="電錶損壞。")
    stories.measure(trial)
    services.finish(trial, by=trial.engineer)
    report = services.draft_report(trial, by=trial.engineer)
    services.hand_to_vendor(report, by=trial.engineer)
    services.comment(report, by=UserFactory(), text="Fine.")
    stories.sign(report)
    [one] = report.envelope["payload"]["deviations"]
    assert one["text"] == {
        "en": "One meter was replaced.\n\nReason: It had failed.",
        "zh": "更換一個電錶。\n\n原因：電錶損壞。",
    }
