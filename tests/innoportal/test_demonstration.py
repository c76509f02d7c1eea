"""The demonstration is told whole, by the services, and the same each time."""

from collections import Counter
from datetime import date, timedelta

import pytest
from django.core.management import CommandError, call_command
from django.db.models import Count
from django.utils import timezone

from accounts.models import Invitation, JoinRequest, Organisation, SuspectedPair, User, Verification
from desk.models import BulkAction, SavedView
from documents.models import Document
from innoportal.demonstration.clock import Story
from innoportal.demonstration.load import load
from innoportal.demonstration.people import content, sign_ins
from journal.clock import State, clocks_of
from journal.models import Entry
from matching.models import Match
from matching.services import shelf
from matching.triage import answers
from solutions.kit import ready_of
from solutions.models import CoAuthor, Nomination, Solution
from trials import keys
from trials.models import Report, Trial
from trials.proof.chain import verify_chain
from trials.proof.verify import verify
from wishes.models import AnnexAcceptance, Call, Wish

TODAY = date(2026, 11, 20)


@pytest.fixture(scope="module")
def told(django_db_setup, django_db_blocker, tmp_path_factory):
    """Two years, told once for all tests of this module, with the quicker of the two models."""
    from django.conf import settings
    from django.db import transaction

    folder = tmp_path_factory.mktemp("demonstration")
    with django_db_blocker.unblock(), pytest.MonkeyPatch.context() as patch, transaction.atomic():
        patch.setattr(settings, "DEMONSTRATION", True)
        patch.setattr(settings, "MATCHING_EMBEDDERS", ["use"])
        patch.setattr(settings, "MATCHING_SNAPSHOT_DIR", folder / "snapshots")
        patch.setattr(settings, "REPORT_KEY_FILE", folder / "report.pem")
        patch.setattr(settings, "MEDIA_ROOT", folder / "media")
        shelf.forget()
        load(TODAY)
        yield
        transaction.set_rollback(True)
    shelf.forget()


pytestmark = [
    pytest.mark.django_db,
    pytest.mark.usefixtures("told"),
    pytest.mark.scale,
    pytest.mark.xdist_group("demonstration"),
]


def test_pledges_that_are_broken_and_paused_can_be_seen():
    found = clocks_of(Solution.objects.filter(status__in=["submitted", "returned"]))
    states = {due.state for dues in found.values() for due in dues if due.is_open}
    assert states == {State.BROKEN, State.PAUSED}


def test_who_was_refused_reads_a_ground_and_advice():
    grounds, advised = set(), 0
    for solution in Solution.objects.filter(status__in=["returned", "not_suitable"], is_expression=False):
        entries = Entry.objects.about(solution)
        refused = entries.filter(verb__in=["return", "refuse"]).get()
        grounds.add(refused.details["ground"]["code"])
        advised += entries.filter(verb="advise", details__of=refused.pk).count()
    assert grounds == {"evidence", "not_feasible"}
    assert advised >= 1


def test_vendors_are_verified_but_for_one_that_waits_and_invites():
    (waiting,) = Verification.objects.waiting()
    assert not waiting.organisation.is_confirmed
    doubtful = SuspectedPair.objects.values("second")
    vendors = set(Organisation.objects.vendors().exclude(pk__in=doubtful)) - {waiting.organisation}
    assert {one.organisation for one in Verification.objects.in_force()} == vendors
    assert Invitation.objects.get().organisation == waiting.organisation


def test_one_registered_what_may_be_here_and_another_asks_to_join_it():
    pair, asked = SuspectedPair.objects.waiting().get(), JoinRequest.objects.waiting().get()
    assert (pair.first.slug, pair.is_denied) == ("liftsense", True)
    assert asked.organisation == pair.first


def test_a_wish_and_a_solution_have_files_with_a_preview():
    files = Document.objects.public().exclude(rendition__picture="")
    assert {one.noun for one in files} == {"wishes.wish", "solutions.solution"}
    assert all("lift" in one.rendition.words.lower() for one in files)


def test_there_is_something_in_every_state_of_the_loop():
    assert set(Wish.objects.values_list("status", flat=True)) >= {
        "draft", "endorsement", "screening", "returned", "open", "matched", "on_trial", "resolved", "expired",
    }  # fmt: skip
    assert set(Solution.objects.values_list("status", flat=True)) >= {
        "draft", "submitted", "screening", "returned", "listed", "not_suitable",
    }  # fmt: skip
    assert set(Match.objects.values_list("status", flat=True)) == set(Match.Status.values)
    assert set(Trial.objects.values_list("status", flat=True)) >= {
        "planning",
        "locked",
        "running",
        "paused",
        "reporting",
        "closed",
    }


def test_six_reports_are_public_one_not_met_and_one_inconclusive():
    assert Counter(Report.objects.filter(status="published").values_list("verdict", flat=True)) == {
        "met": 2,
        "partly_met": 1,
        "not_met": 1,
        "inconclusive": 1,
        "stopped": 1,
    }


def test_one_pair_climbs_from_the_headquarters_to_one_site_and_its_readings_may_be_taken():
    below, above = Trial.objects.filter(match__solution__title_en="Quiet modular HEPA cart").order_by("pk")
    assert [(one.rung, one.status) for one in (below, above)] == [
        ("headquarters", "closed"),
        ("site", "running"),
    ]
    assert (above.match_id, above.earlier, above.exit_cost) == (below.match_id, below, 9000)
    assert (above.match.status, above.match.wish.status) == ("on_trial", "on_trial")
    assert above.claims.get(metric="noise").expected is not None  # what the rung below found
    assert above.log.get(kind="deviation").reason_zh
    assert Entry.objects.about(below).filter(verb="open_data").exists()


def test_every_report_is_genuine_and_the_chain_is_whole():
    reports = list(Report.objects.exclude(envelope=None).order_by("published_at"))
    public = keys.public_keys()
    assert [verify(report.envelope, public).genuine for report in reports] == [True] * 6
    assert verify_chain([report.envelope for report in reports]) == ()


def test_the_journal_tells_the_story_in_its_order_over_two_years():
    entries = list(
        Entry.objects.order_by("pk").values_list(
            "at", "noun", "object_id", "from_status", "to_status", "verb"
        )
    )
    times = [at for at, *_rest in entries]
    assert times == sorted(times)
    assert times[-1] - times[0] > timedelta(days=650)
    last: dict[tuple, str] = {}
    for _at, noun, pk, before, after, _verb in entries:
        if before:
            assert last.get((noun, pk), before) == before
        if after:
            last[noun, pk] = after


def test_what_is_shown_is_labelled_and_no_one_can_be_reached():
    assert not Organisation.objects.exclude(name_en__contains="(demonstration)").exists()
    assert not User.objects.exclude(email__endswith="@example.org").exists()
    assert all(
        report.envelope["payload"]["demonstration"] for report in Report.objects.exclude(envelope=None)
    )


def test_one_person_of_each_role_can_sign_in():
    emails = [email for _who, email in sign_ins()]
    assert User.objects.filter(email__in=emails, emailaddress__verified=True).count() == len(emails) == 10


def test_old_notices_are_not_mailed_any_more():
    from notifications.models import Notification

    old = Notification.objects.filter(channel="email", created_at__lt=timezone.now() - timedelta(days=4))
    assert old.exists()
    assert not old.filter(sent_at=None).exists()


def test_a_portal_in_use_is_not_filled(settings):
    settings.DEMONSTRATION = True
    with pytest.raises(CommandError, match="not empty"):
        call_command("load_demonstration")


def test_a_real_portal_is_never_filled(settings):
    settings.DEMONSTRATION = False
    with pytest.raises(CommandError, match="DEMONSTRATION is off"):
        call_command("load_demonstration")


def test_events_on_holidays_keep_their_order():
    story = Story(TODAY)
    moments = [story.moment(days) for days in range(-400, 1)]
    assert moments == sorted(moments)


def test_the_content_names_only_what_there_is():
    organisations = {row["key"] for row in content("organisation", "organisations.toml")}
    for kind in ("wish", "solution"):
        for row in content(kind, f"{kind}{'es' if kind == 'wish' else 's'}.toml"):
            assert row["organisation"] in organisations


def test_a_department_endorses_in_two_steps_and_somebody_acted_for_its_approver():
    wish = Wish.objects.get(title_en="Plan railway inspections by AI")
    given = wish.endorsements.filter(step__isnull=False).order_by("pk")
    assert [
        (one.step.name_en, one.person.name, one.place) for one in given.select_related("step", "person")
    ] == [
        ("Head of section", "Kwok Mei-fong", "acting"),
        ("Technology committee", "Tse Ka-lok", ""),
        ("Technology committee", "Yuen Sze-wing", ""),
    ]
    assert {one.round for one in given} == {2}
    assert User.objects.get(name="Kwok Mei-fong").is_approver_of(wish.organisation_id)  # today


def test_the_office_asked_back_and_one_department_has_answered_while_another_still_owes_it():
    asked = {
        wish.status: {bool(one.answered_at) for given in wish.returns.all() for one in given.questions.all()}
        for wish in Wish.objects.filter(returns__isnull=False)
    }
    assert asked == {"screening": {True}, "returned": {False}}


def test_there_is_a_themed_call_with_its_wishes_one_to_come_and_a_rapid_one():
    found = Call.objects.annotate(count=Count("wishes")).values_list("kind", "status", "count")
    assert sorted(found) == [("rapid", "open", 1), ("themed", "announced", 0), ("themed", "open", 3)]


def test_an_expression_of_interest_a_half_ready_kit_and_listings_that_were_confirmed_each_year():
    rapid = Wish.objects.filter(call__kind="rapid").values("reference")
    expressions = Solution.objects.filter(is_expression=True)
    expression = expressions.exclude(interests__wish_reference__in=rapid).get()
    assert (expression.status, expression.interests.count()) == (Solution.Status.SUBMITTED, 1)
    kit = ready_of(Solution.objects.get(risk_state="draft"))
    assert 0 < len(kit.missing) < len(kit.parts)
    today = timezone.localdate()
    assert not Solution.objects.filter(status=Solution.Status.LISTED, expires_on__lt=today).exists()


def test_a_university_co_authors_a_solution_and_a_vendor_is_asked_to():
    named = CoAuthor.objects.accepted().get()
    assert (named.organisation.slug, named.solution.organisation.slug) == ("harbour-university", "liftsense")
    assert CoAuthor.objects.waiting().get().organisation.slug == "liftsense"


def test_a_department_nominated_a_solution_that_waits_for_its_vendor():
    waiting = Nomination.objects.waiting().get()
    assert (waiting.nominator.slug, waiting.vendor.slug) == ("building", "liftsense")


def test_the_rapid_call_has_a_dozen_answers_of_which_some_are_decided():
    call = Call.objects.get(kind="rapid")
    rows = answers(call, User.objects.get(email="office@example.org"))
    assert Counter(row.status for row in rows) == {"new": 9, "shortlisted": 1, "wanting": 1, "declined": 1}
    assert not [row for row in rows if row.probability is None]  # the engine has read them, listed or not
    asked = next(row.solution for row in rows if row.status == "wanting")
    assert (asked.is_expression, asked.status) == (True, "returned")


def test_the_office_did_one_thing_to_several_wishes_and_keeps_a_view_of_its_list():
    action, view = BulkAction.objects.get(), SavedView.objects.get()
    assert (action.verb, len(action.rows), [row["fault"] for row in action.rows]) == ("assign", 3, [""] * 3)
    assert Entry.objects.filter(details__action=action.reference, verb="join_call").count() == 3
    assert (view.list, view.is_for_office) == ("wishes:queue", True)


def test_a_wish_has_an_annex_that_one_vendor_may_read():
    accepted = AnnexAcceptance.objects.in_force().get()
    assert accepted.annex.wish.is_public
    assert accepted.organisation.is_vendor


def test_a_department_has_an_endpoint_with_a_log_that_nobody_calls_any_more():
    from notifications.models import Webhook, WebhookMessage

    webhook = Webhook.objects.get()
    assert (webhook.organisation.slug, webhook.stopped_for) == ("building", "hand")
    assert webhook.messages.filter(done_at__isnull=False, calls__status=204).count() > 2
    assert webhook.messages.filter(given_up_at__isnull=False).count() == 1
    assert WebhookMessage.objects.due().count() == 0
