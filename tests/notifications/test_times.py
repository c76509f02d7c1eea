"""Which mails wait and for how long: bursts, many things at once, new choices, steps of reminders."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from django.utils import timezone
from kombu.exceptions import OperationalError

from notifications import pledges, sending
from notifications.bounces.paths import mark
from notifications.letters.services import post
from notifications.mails import digest_mail
from notifications.models import Letter, Preference
from notifications.office import rows_of
from notifications.reminding import Deadline, Schedule, coming, remind
from notifications.when import BURST, HELD, Plan, after_quiet, held_together, plans, release, replan
from tests.factories import (
    DigestFactory,
    EntryFactory,
    InvitationFactory,
    LetterFactory,
    NotificationFactory,
    PreferenceFactory,
    TrialFactory,
    UserFactory,
    WishFactory,
)

pytestmark = pytest.mark.django_db
ADDRESS = "guest@example.org"


def mail(**told):
    return NotificationFactory(**({"channel": "email", "why": "follow"} | told))


def fresh(row):
    return type(row).objects.get(pk=row.pk)


@pytest.mark.parametrize(
    ("before", "gathered"),
    [
        ({}, True),
        ({"why": "duty"}, False),
        ({"channel": "inbox"}, False),
        ({"is_gathered": True}, False),
        ({"created_at": timedelta(hours=1)}, False),
    ],
)
def test_only_mails_at_once_of_the_last_hour_make_what_follows_wait(before, gathered):
    person, now = PreferenceFactory(follows="now").user, timezone.now()
    if "created_at" in before:
        before = {"created_at": now - before["created_at"]}
    for count in range(BURST):
        mail(recipient=person, **before)
        found = plans([person.pk], "follow", urgent=False, now=now)[person.pk]
        assert found.gathered is (gathered and count == BURST - 1)


def test_quiet_hours_begin_with_their_first_minute():
    preference = Preference(quiet_from=time(12), quiet_until=time(14))
    noon = datetime(2026, 3, 2, 4, tzinfo=UTC)  # in Hong Kong
    assert after_quiet(preference, noon) == noon + timedelta(hours=2)


def test_of_an_action_on_many_things_a_mail_waits_no_less_than_its_reader_wants():
    now = timezone.now()
    planned = {
        1: Plan(now, gathered=False),
        2: Plan(now + timedelta(hours=9), gathered=False),
        3: Plan(now, gathered=True),
    }
    assert held_together(planned, now) == {
        1: Plan(now + HELD, gathered=True),
        2: Plan(now + timedelta(hours=9), gathered=True),
        3: Plan(now, gathered=True),
    }


def test_what_an_action_held_is_let_go_and_nothing_else():
    now = timezone.now()
    entry, other = (EntryFactory(details={"action": number}) for number in ("B-1", "B-2"))
    soon = {"is_gathered": True, "not_before": now + HELD / 2}
    held = mail(entry_id=entry.pk, **soon)
    kept = [
        mail(entry_id=other.pk, **soon),
        mail(entry_id=entry.pk, is_gathered=True, not_before=now + timedelta(hours=9)),
        mail(entry_id=entry.pk, is_gathered=False, not_before=now + HELD / 2),
    ]
    release("B-1")
    assert fresh(held).not_before < soon["not_before"]
    assert [fresh(one).not_before for one in kept] == [one.not_before for one in kept]


@pytest.mark.parametrize("why", ["follow", "search", "party", "announcement"])
def test_a_new_choice_moves_ones_own_mails_of_every_kind(why):
    preference = PreferenceFactory(follows="never", parties="never", announcements="never")
    own, other = mail(recipient=preference.user, why=why), mail(why=why)
    assert replan(preference) == 1
    assert fresh(own).last_error == "not wanted any more"
    assert fresh(other).sent_at is None


# --- letters --------------------------------------------------------------------------------------------
@pytest.mark.parametrize(("kind", "went"), [("account", 1), ("nomination", 0)])
def test_without_a_queue_only_that_for_which_somebody_waits_goes_at_once(
    kind, went, monkeypatch, mailoutbox, django_capture_on_commit_callbacks
):
    def away(*_task, **_how):
        raise OperationalError("no queue")

    sealed = '{"address": "guest@example.org", "subject": "A code", "text": "ABC-123"}'
    monkeypatch.setattr("notifications.letters.services.current_app.send_task", away)
    with django_capture_on_commit_callbacks(execute=True):
        post(kind, ADDRESS, good_for=timedelta(hours=1), sealed=sealed, language="en")
    assert len(mailoutbox) == went
    assert Letter.objects.get().attempts == went


@pytest.mark.parametrize(
    ("told", "goes"),
    [({"kind": "account"}, True), ({"released_at": timezone.now}, True), ({}, False)],
)
def test_a_code_knows_no_budget_and_what_was_let_go_passes_it(settings, mailoutbox, told, goes):
    settings.MAILS_A_DAY = 1
    invitation = InvitationFactory(email=ADDRESS)
    LetterFactory(mark=mark(ADDRESS), sent_at=timezone.now())
    if "kind" in told:
        sealed = f'{{"address": "{ADDRESS}", "subject": "A code", "text": "ABC-123"}}'
        letter = post("account", ADDRESS, good_for=timedelta(hours=1), sealed=sealed, language="en")
    else:
        fields = {name: make() for name, make in told.items()}
        letter = LetterFactory(mark=mark(ADDRESS), object_id=invitation.pk, **fields)
    assert sending.deliver("letter", letter.pk) is goes
    assert [one.to for one in mailoutbox if one.to == [ADDRESS]] == [[ADDRESS]] * goes
    assert (fresh(letter).held_at is None) is goes


# --- the office and digests -----------------------------------------------------------------------------
def test_the_office_counts_mails_and_neither_notices_of_the_inbox_nor_parts_of_digests():
    single, digest, letter = mail(), DigestFactory(), LetterFactory()
    mail(is_gathered=True, digest=digest)
    NotificationFactory(channel="inbox")
    found = {kind: list(rows) for kind, rows in rows_of("waiting").items()}
    assert found == {"notification": [single], "digest": [digest], "letter": [letter]}


@pytest.mark.parametrize(("whys", "stops"), [(["duty"], False), (["duty", "follow"], True)])
def test_a_digest_lets_its_reader_stop_what_can_be_stopped(whys, stops):
    digest = DigestFactory()
    rows = [
        mail(recipient=digest.recipient, why=why, template="wishes/mail/publish", digest=digest)
        for why in whys
    ]
    headers = digest_mail(digest, rows).extra_headers
    assert ("List-Unsubscribe" in headers) is stops


# --- reminders ------------------------------------------------------------------------------------------
def test_steps_of_a_deadline_stand_in_the_place_of_its_schedules(time_machine):
    time_machine.move_to(datetime(2026, 12, 24, 4, tzinfo=UTC), tick=False)
    told, due_on, known = [], date(2026, 12, 31), date(2026, 1, 1)
    own, usual = (Deadline(WishFactory(), due_on, known, steps=steps) for steps in ((3,), ()))

    def tell(deadline, _entry, left):
        told.append((deadline, left))

    schedule = Schedule("x", "wishes.wish", "", "", (7,), (), lambda _ahead: [own, usual], tell)
    assert {(one.on, one.step, one.deadline) for one in coming(schedule, 9)} == {
        (date(2026, 12, 28), 3, own),
        (date(2026, 12, 24), 7, usual),
    }
    assert remind("x", [own, usual], (7,), tell) == 1
    assert told == [(usual, 7)]


@pytest.mark.parametrize(("left", "told"), [(1, "near"), (0, "near"), (-1, "broken")])
def test_a_pledge_is_broken_on_the_day_after_its_last(left, told, monkeypatch):
    heard = []
    for name in ("near", "broken"):
        monkeypatch.setattr(pledges, f"tell_{name}", lambda *_of, name=name: heard.append(name))
    pledges.tell(Deadline(None, date(2026, 6, 3), date(2026, 6, 1)), None, left)
    assert heard == [told]


@pytest.mark.parametrize("is_active", [True, False])
def test_one_who_owes_an_answer_by_name_is_told_while_they_can_sign_in(is_active):
    trial = TrialFactory(engineer=UserFactory(engineer=True, is_active=is_active))

    class Owed:
        debtor = "engineer"

    assert list(pledges.debtors(trial, Owed())) == [trial.engineer] * is_active
