"""Figures of a published report put right: asked for, agreed to by a third person, reckoned anew."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import DatabaseError, IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from journal.models import Entry
from journal.workflow import IllegalTransition, ReasonRequired
from tests.factories import MembershipFactory, UserFactory
from tests.threads import at_once
from tests.trials import stories
from tests.trials.test_rules import ROLES, person
from trials import services
from trials.amendment_work import amended
from trials.models import Amendment, Erratum, Measurement, Report

pytestmark = pytest.mark.django_db
S = Amendment.Status


def ask(report: Report, **fields) -> Amendment:
    given = {"kind": "scale", **stories.span_of(report), "factor": Decimal("1.3"), "offset": Decimal(0)}
    return services.amend(
        report, by=report.trial.engineer, **given | {"reason_en": "A wrong meter."} | fields
    )


def agree(amendment: Amendment, verifier=None) -> Entry:
    return services.agree_to_amendment(amendment, by=verifier or UserFactory(verifier=True))


def test_a_factor_is_in_effect_once_a_verifier_has_agreed_and_the_verdict_follows():
    report = stories.published()
    claim = report.trial.claims.get()
    assert (claim.verdict, report.verdict) == ("met", "met")
    taken = list(Measurement.objects.order_by("pk").values_list("value", flat=True))
    made = ask(report)
    assert (made.number, made.concerned, made.status) == (1, 20, S.PROPOSED)
    claim.refresh_from_db()
    assert claim.verdict == "met"
    assert not Report.objects.filter(version=2).exists()
    old = claim.result
    agree(made)
    claim.refresh_from_db()
    assert claim.verdict == "partly_met"
    assert claim.result["estimate"]["effect"] == pytest.approx(9, abs=0.5)
    assert claim.result["data_hash"] != old["data_hash"]
    assert claim.result["readings"] == old["readings"]
    assert claim.result["rule"] == old["rule"]
    made.refresh_from_db()
    assert made.before == {"energy": {"verdict": "met", "result": old}}
    assert list(Measurement.objects.order_by("pk").values_list("value", flat=True)) == taken
    fresh = Report.objects.get(version=2)
    assert (fresh.status, fresh.verdict) == (Report.Status.DRAFT, "partly_met")
    report.refresh_from_db()
    assert (report.status, report.verdict) == (Report.Status.PUBLISHED, "met")
    assert Erratum.objects.get().text_en == "A wrong meter."


def test_what_is_left_out_does_not_count_and_stays_where_it_is():
    report = stories.published()
    span = stories.span_of(report)
    last = span["since"] + timedelta(hours=4)
    agree(ask(report, kind="exclude", **span | {"until": last}))
    claim = report.trial.claims.get()
    assert claim.result["readings"] == 35
    assert report.trial.measurements.count() == 40
    assert services.recompute(report.trial)["energy"]["readings"] == 35


def test_of_several_each_is_of_the_record_as_those_before_it_left_it():
    report = stories.published()
    agree(ask(report, factor=Decimal(2)))
    agree(ask(report, factor=Decimal("0.5"), offset=Decimal(10)))
    claim = report.trial.claims.get()
    values = [
        2 * one * 0.5 + 10
        for one in report.trial.measurements.filter(phase="trial").values_list("value", flat=True)
    ]
    assert claim.result["estimate"]["trial_mean"] == pytest.approx(sum(values) / len(values))
    assert Report.objects.filter(trial=report.trial).count() == 2
    assert [one.number for one in report.trial.amendments.in_effect()] == [1, 2]


def test_only_the_sensor_named_is_put_right():
    report = stories.published()
    other = "nobody"
    with pytest.raises(ValidationError, match="No reading of this sensor"):
        ask(report, sensor=other)
    assert ask(report, sensor="manual").concerned == 20


def test_what_was_left_out_cannot_be_put_right():
    report = stories.published()
    agree(ask(report, kind="exclude", **stories.span_of(report)))
    with pytest.raises(ValidationError, match="still counts"):
        ask(report)


@pytest.mark.parametrize(
    ("fields", "field", "why"),
    [
        ({"reason_en": " "}, "reason_en", "Say why"),
        ({"metric": "noise"}, "metric", "does not measure"),
        ({"since": None}, "since", "from when"),
        ({"until": timezone.now() - timedelta(days=900)}, "until", "before the first"),
        ({"factor": Decimal(0)}, "factor", "all readings the same"),
        ({"factor": Decimal(1)}, "factor", "Nothing is changed"),
        ({"factor": None}, "factor", "Give factor and offset"),
        ({"kind": "money", "amount": None}, "amount", "what was spent"),
        ({"kind": "money", "amount": Decimal(-1)}, "amount", "greater than or equal"),
        ({"kind": "incident", "on": None, "text_en": "A leak."}, "on", "on which day"),
        ({"kind": "incident", "text_en": ""}, "text_en", "what happened"),
    ],
    ids=lambda part: "" if isinstance(part, dict) else None,
)
def test_what_is_refused_names_its_field(fields, field, why):
    report = stories.published()
    with pytest.raises(ValidationError) as refused:
        ask(report, **fields)
    assert list(refused.value.message_dict) == [field]
    assert why in refused.value.message_dict[field][0]
    assert not Amendment.objects.exists()


def test_cases_have_no_factor():
    share = {
        **stories.ENERGY,
        "metric": "found",
        "method": "proportion",
        "direction": "at_least",
        "unit": "%",
    }
    rows = ["metric,at,phase,value"] + [
        f"found,{(timezone.now() - timedelta(hours=hour)).isoformat()},trial,1" for hour in range(1, 31)
    ]
    report = stories.published(claims=(share,), readings="\n".join(rows))
    span = {**stories.span_of(report), "metric": "found"}
    with pytest.raises(ValidationError, match="Cases and answers have no factor"):
        ask(report, **span)
    assert ask(report, kind="exclude", **span).concerned == 30


def test_money_is_put_right_and_what_stood_there_stays_in_the_journal():
    report = stories.published()
    agree(ask(report, kind="money", amount=Decimal("98000.50")))
    report.trial.refresh_from_db()
    assert report.trial.budget_spent == Decimal("98000.50")
    entry = Entry.objects.about(report.trial).filter(verb="spend").get()
    assert entry.details == {"spent": "98000.50", "before": None, "amendment": Amendment.objects.get().pk}
    with pytest.raises(ValidationError, match="Nothing is changed"):
        ask(report, kind="money", amount=Decimal("98000.50"))


def test_money_of_a_line_is_that_of_the_line():
    trial = stories.measured()
    line = services.add_line(trial, by=trial.engineer, year=2026, label_en="Meters", spent=Decimal(100))
    report = services.draft_report(trial, by=trial.engineer)
    services.hand_to_vendor(report, by=trial.engineer)
    services.comment(report, by=UserFactory(), text="Fine.")
    stories.sign(report)
    with pytest.raises(ValidationError, match="Choose the line"):
        ask(report, kind="money", amount=Decimal(150))
    foreign = stories.running()
    other = services.add_line(foreign, by=foreign.engineer, year=2026, label_en="Elsewhere", spent=Decimal(7))
    with pytest.raises(ValidationError, match="Choose the line"):
        ask(report, kind="money", line=other, amount=Decimal(150))
    agree(ask(report, kind="money", line=line, amount=Decimal(150)))
    trial.refresh_from_db()
    line.refresh_from_db()
    assert (line.spent, trial.budget_spent) == (150, 150)


def test_an_incident_that_was_missed_is_logged():
    report = stories.published()
    made = ask(
        report,
        kind="incident",
        on=timezone.localdate(),
        severity="high",
        text_en="A leak.",
        reason_en="Missed.",
    )
    assert not report.trial.log.exists()
    agree(made)
    logged = report.trial.log.get()
    assert (logged.kind, logged.severity, logged.text_en) == ("incident", "high", "A leak.")
    assert logged.written_by == report.trial.engineer
    assert report.trial.incidents.get().status == "logged"


def test_only_a_third_person_who_verifies_agrees():
    report = stories.published()
    made, engineer = ask(report), report.trial.engineer
    with pytest.raises(ValidationError, match="Only a verifier"):
        agree(made, UserFactory(office=True))
    both = MembershipFactory(
        user=UserFactory(verifier=True), organisation=report.trial.match.solution.organisation
    ).user
    with pytest.raises(PermissionDenied):
        agree(made, both)
    assert not both.has_perm("trials.agree_amendment", made)
    assert not engineer.has_perm("trials.agree_amendment", made)
    assert UserFactory(verifier=True).has_perm("trials.agree_amendment", made)
    own = UserFactory(verifier=True, office=True)
    services.withdraw_amendment(made, by=engineer)
    mine = services.amend(
        report,
        by=own,
        kind="exclude",
        **stories.span_of(report),
        reason_en="A wrong meter.",
    )
    assert not own.has_perm("trials.agree_amendment", mine)
    with pytest.raises(PermissionDenied):
        agree(mine, own)


def test_who_sees_a_correction_is_said_twice_and_alike():
    report = stories.published()
    made = ask(report)
    inside = {"department member", "department approver", "vendor member", "office", "engineer", "auditor"}
    for stage in ("asked for", "in effect"):
        if stage == "in effect":
            agree(made)
        fresh = Amendment.objects.for_rows().get()
        for role in ROLES:
            user = person(role, report.trial)
            listed = Amendment.objects.visible_to(user).exists()
            seen = stage == "in effect" or role in inside | {"verifier", "administrator"}
            assert (stage, role, listed, user.has_perm("trials.view_amendment", fresh)) == (
                stage,
                role,
                seen,
                seen,
            )


def test_the_database_asks_for_a_second_person_and_keeps_what_was_decided():
    report = stories.published()
    made = ask(report)
    rows = Amendment.objects.filter(pk=made.pk)
    with pytest.raises(IntegrityError, match="amendment_agreed_by_another"), transaction.atomic():
        rows.update(status=S.AGREED, agreed_by=made.proposed_by, agreed_at=timezone.now())
    with pytest.raises(DatabaseError), transaction.atomic():
        rows.update(factor=2)
    agree(made)
    with pytest.raises(DatabaseError, match="decided correction"), transaction.atomic():
        rows.update(status=S.PROPOSED, agreed_by=None, agreed_at=None)
    with pytest.raises(DatabaseError), transaction.atomic():
        rows.delete()


def test_a_decision_is_taken_once():
    report, verifier = stories.published(), UserFactory(verifier=True)
    made = ask(report)
    with pytest.raises(ReasonRequired):
        services.decline_amendment(made, by=verifier, reason=" ")
    services.decline_amendment(made, by=verifier, reason="The certificate is missing.")
    for act in (
        lambda: agree(made),
        lambda: services.decline_amendment(made, by=verifier, reason="Again."),
        lambda: services.withdraw_amendment(made, by=report.trial.engineer),
    ):
        with pytest.raises(IllegalTransition):
            act()
    assert report.trial.claims.get().verdict == "met"
    assert ask(report).number == 2


def test_one_waits_at_a_time_and_only_the_version_in_force_is_corrected():
    report = stories.published()
    made = ask(report)
    with pytest.raises(IllegalTransition, match="waits for a verifier"):
        ask(report)
    with pytest.raises(PermissionDenied):
        services.withdraw_amendment(made, by=UserFactory(office=True))
    services.withdraw_amendment(made, by=report.trial.engineer)
    services.withdraw_report(report, by=UserFactory(office=True), reason="A wrong meter.")
    with pytest.raises(IllegalTransition, match="Only a published"):
        ask(report)
    with pytest.raises(IllegalTransition, match="Only a published"):
        ask(stories.heard())


def test_a_version_that_left_its_author_is_sent_back_first():
    report = stories.published()
    fresh = services.erratum(report, by=report.trial.engineer, text_en="A meter was wrong.")
    made = ask(report)
    services.hand_to_vendor(fresh, by=report.trial.engineer)
    with pytest.raises(IllegalTransition, match="sent back first"):
        agree(made)
    services.comment(fresh, by=UserFactory(), text="Fine.")
    services.send_back(fresh, by=UserFactory(verifier=True), reason="The readings come first.")
    agree(made)
    fresh.refresh_from_db()
    assert (fresh.verdict, Report.objects.filter(trial=report.trial).count()) == ("partly_met", 2)


def test_what_a_person_wrote_stays_and_what_nobody_wrote_follows_the_record():
    report = stories.drafted()
    engineer = report.trial.engineer
    services.update_report(report, by=engineer, limits_en="One winter only.")
    services.hand_to_vendor(report, by=engineer)
    services.comment(report, by=UserFactory(), text="Fine.")
    stories.sign(report)
    assert "suits" in report.suits_en or report.suits_en
    fresh = stories.amended(report)
    assert fresh.limits_en == "One winter only."
    assert fresh.suits_en != report.suits_en
    assert fresh.created_by == engineer


def test_of_two_that_are_asked_for_at_once_one_is_refused(committed):
    report = stories.published()
    rows = [Report.objects.get(pk=report.pk) for _one in range(2)]
    given = {"kind": "exclude", **stories.span_of(report), "reason_en": "A wrong meter."}
    found = at_once(*(lambda row=row: services.amend(row, by=report.trial.engineer, **given) for row in rows))
    assert sorted(type(one).__name__ for one in found) == ["Amendment", "IllegalTransition"]


def test_of_two_verifiers_who_agree_at_once_one_does(committed):
    report = stories.published()
    made = ask(report)
    verifiers = [UserFactory(verifier=True) for _one in range(2)]
    rows = [Amendment.objects.for_rows().get(pk=made.pk) for _one in verifiers]
    found = at_once(
        *(
            lambda row=row, by=by: services.agree_to_amendment(row, by=by)
            for row, by in zip(rows, verifiers, strict=True)
        )
    )
    assert sorted(type(one).__name__ for one in found) == ["Entry", "IllegalTransition"]
    assert Report.objects.filter(trial=report.trial).count() == 2


# The page


def test_everyone_reads_what_is_in_effect_and_those_concerned_what_is_asked_for(client):
    report = stories.published()
    made = ask(report)
    url = reverse("trials:report-amendments", args=[report.slug])
    assert "A wrong meter." not in client.get(url).content.decode()
    client.force_login(UserFactory())
    assert "A wrong meter." not in client.get(url).content.decode()
    client.force_login(UserFactory(verifier=True))
    text = client.get(url).content.decode()
    assert "A wrong meter." in text and "Agree to the correction" in text
    agree(made)
    client.logout()
    text = client.get(url).content.decode()
    assert "reading × 1.3 + 0: 20 readings of Energy" in text
    assert report.trial.engineer.name not in text
    assert "Agree to the correction" not in text


def test_the_form_asks_and_keeps_what_was_typed_when_it_is_refused(client):
    report = stories.published()
    client.force_login(report.trial.engineer)
    span = stories.span_of(report)
    given = {
        "metric": "energy",
        "sensor": "",
        "since": timezone.localtime(span["since"]).strftime("%Y-%m-%dT%H:%M"),
        "until": timezone.localtime(span["until"]).strftime("%Y-%m-%dT%H:%M"),
        "reason_en": "The meter was exchanged.",
    }
    url = reverse("trials:report-amend", args=[report.slug, "exclude"])
    response = client.post(url, given | {"sensor": "manual", "until": given["since"].replace("20", "19", 1)})
    text = response.content.decode()
    assert response.status_code == 409
    assert "The meter was exchanged." in text and "lies before the first" in text
    response = client.post(url, given, follow=True)
    assert "A verifier is asked." in response.content.decode()
    made = Amendment.objects.get()
    assert (made.kind, made.concerned) == ("exclude", 20)
    text = client.get(reverse("trials:report-amendments", args=[report.slug])).content.decode()
    assert "Another can be asked for when this one is decided." in text
    assert client.post(reverse("trials:report-amend", args=[report.slug, "wishes"]), given).status_code == 404


def test_the_buttons_decide(client):
    report = stories.published()
    ask(report)
    client.force_login(UserFactory(verifier=True))
    page = [report.slug, 1]
    text = client.post(
        reverse("trials:decline-amendment", args=page), {"reason": ""}, follow=True
    ).content.decode()
    assert "Say why" in text
    client.post(reverse("trials:decline-amendment", args=page), {"reason": "No certificate."})
    assert (
        "No certificate."
        in client.get(reverse("trials:report-amendments", args=[report.slug])).content.decode()
    )
    ask(report)
    assert client.post(reverse("trials:withdraw-amendment", args=[report.slug, 2])).status_code == 403
    client.post(reverse("trials:agree-amendment", args=[report.slug, 2]))
    assert Amendment.objects.get(number=2).status == S.AGREED
    assert client.post(reverse("trials:agree-amendment", args=[report.slug, 9])).status_code == 404


@pytest.mark.parametrize("count", [1, 5])
def test_the_page_takes_as_many_queries_for_five_as_for_one(client, django_assert_num_queries, count):
    report = stories.published()
    for _number in range(count):
        agree(ask(report, offset=Decimal(1)))
    with django_assert_num_queries(5):
        assert client.get(reverse("trials:report-amendments", args=[report.slug])).status_code == 200


@pytest.mark.parametrize("count", [1, 5])
def test_a_correction_that_waits_stands_among_the_work_of_verifiers_and_of_who_asked(
    count, django_assert_num_queries
):
    made = [ask(stories.published()) for _ in range(count)]
    verifier, engineer = UserFactory(verifier=True), made[0].proposed_by
    vendor = MembershipFactory(organisation=made[0].trial.match.solution.organisation).user
    vendor.roles = ["verifier"]
    vendor.save(update_fields=["roles"])
    for reader, tasks in (
        (verifier, [("Decide on a correction of the record", True)] * count),
        (engineer, [("The verifier", False)]),
        (vendor, [("Decide on a correction of the record", True)] * (count - 1)),
    ):
        assert [(str(row.task), row.mine) for row in amended(User.objects.get(pk=reader.pk))] == tasks
    fresh = User.objects.get(pk=verifier.pk)
    fresh.membership_roles  # noqa: B018 - read once a request
    with django_assert_num_queries(3):
        assert len(list(amended(fresh))) == count
    agree(made[0], verifier)
    assert len(list(amended(User.objects.get(pk=verifier.pk)))) == count - 1
