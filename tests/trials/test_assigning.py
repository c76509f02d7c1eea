"""Two signatures by two people: who hands the draft over, and a verifier who is a third person."""

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.urls import reverse
from django.utils import translation

from innoportal.lib.templatetags.languages import moment
from journal.models import Entry
from journal.workflow import IllegalTransition
from notifications.models import Notification
from tests.factories import CoAuthorFactory, ConflictFactory, MembershipFactory, UserFactory
from tests.threads import at_once
from tests.trials import stories
from trials import services
from trials.models import Report
from trials.proof.payload import Bilingual
from trials.proof.writing import by_paragraph
from trials.services.assigning import fingerprint

pytestmark = pytest.mark.django_db


def near(report, tie):
    """A verifier with a tie to the report."""
    user, trial = UserFactory(verifier=True), report.trial
    if tie == "vendor":
        MembershipFactory(user=user, organisation=trial.match.solution.organisation)
    elif tie == "department":
        MembershipFactory(user=user, organisation=trial.match.wish.organisation)
    elif tie == "co-author":
        row = CoAuthorFactory(solution=trial.match.solution, accepted=True)
        MembershipFactory(user=user, organisation=row.organisation)
    elif tie == "engineer":
        type(trial).objects.filter(pk=trial.pk).update(engineer=user)
        trial.refresh_from_db()
    elif tie == "declared":
        ConflictFactory(expert=user, organisation=trial.match.wish.organisation)
    elif tie == "wrote":
        Entry.objects.create(noun="trials.report", object_id=report.pk, verb="edit", actor_id=user.pk)
    return type(user).objects.get(pk=user.pk)


TIES = ("vendor", "department", "co-author", "engineer", "wrote", "declared")
SAID = {
    "vendor": "the vendor",
    "department": "the department",
    "co-author": "a co-author",
    "engineer": "the engineer",
    "wrote": "wrote on",
    "declared": "declared a conflict",
}


@pytest.mark.parametrize("tie", TIES)
def test_who_is_near_is_refused_when_assigned_with_the_reason(tie):
    report = stories.drafted()
    person, office = near(report, tie), UserFactory(office=True)
    with pytest.raises(ValidationError, match=SAID[tie]):
        services.assign_verifier(report, by=office, verifier=person)
    report.refresh_from_db()
    assert report.assigned is None


@pytest.mark.parametrize("tie", TIES)
def test_who_came_near_after_the_assignment_is_refused_when_signing(tie):
    report = stories.heard()
    person = near(report, tie)
    Report.objects.filter(pk=report.pk).update(assigned=person)  # as if the tie was made since
    with pytest.raises(PermissionDenied):
        stories.sign(report, person)
    report.refresh_from_db()
    assert report.status == Report.Status.VERIFICATION


def test_only_who_is_assigned_is_asked_signs_and_sends_back():
    report = stories.drafted()
    office, (chosen, other) = UserFactory(office=True), UserFactory.create_batch(2, verifier=True)
    services.assign_verifier(report, by=office, verifier=chosen)
    services.hand_to_vendor(report, by=report.trial.engineer)
    services.comment(report, by=UserFactory(), text="Agreed.")
    asked = Notification.objects.filter(template="trials/mail/verify_wanted", channel="email")
    assert [row.recipient for row in asked] == [chosen]
    with pytest.raises(PermissionDenied, match="Another verifier"):
        stories.sign(report, other)
    with pytest.raises(PermissionDenied, match="Another verifier"):
        services.send_back(report, by=other, reason="No.")
    stories.sign(report, chosen)
    assert report.status == Report.Status.PUBLISHED
    with pytest.raises(IllegalTransition):
        services.assign_verifier(report, by=office, verifier=other)


def test_another_takes_the_place_and_the_journal_knows_both():
    report = stories.drafted()
    office, (first, second) = UserFactory(office=True), UserFactory.create_batch(2, verifier=True)
    services.assign_verifier(report, by=office, verifier=first)
    with pytest.raises(ValidationError, match="already"):
        services.assign_verifier(report, by=office, verifier=first)
    with pytest.raises(ValidationError, match="Only a verifier"):
        services.assign_verifier(report, by=office, verifier=UserFactory())
    services.assign_verifier(report, by=office, verifier=second)
    assert report.assigned == second
    said = Entry.objects.about(report).filter(verb="assign_verifier").in_order()
    assert [entry.details for entry in said] == [
        {"verifier": first.pk, "before": None},
        {"verifier": second.pk, "before": first.pk},
    ]


def test_who_signs_and_who_assigns_another_at_once_do_not_both_succeed(committed):
    report = stories.heard()
    office, (signs, other) = UserFactory(office=True), UserFactory.create_batch(2, verifier=True)
    first, second = (Report.objects.get(pk=report.pk) for _person in range(2))
    outcomes = at_once(
        lambda: stories.sign(first, signs),
        lambda: services.assign_verifier(second, by=office, verifier=other),
    )
    report.refresh_from_db()
    assert sum(isinstance(one, PermissionDenied | IllegalTransition) for one in outcomes) == 1
    assert (report.status == Report.Status.PUBLISHED) == (report.assigned is None)


def test_who_hands_the_draft_over_signs_it_first_and_cannot_sign_twice():
    report = stories.drafted()
    both_roles = UserFactory(office=True, verifier=True)
    services.hand_to_vendor(report, by=both_roles)
    services.comment(report, by=UserFactory(), text="Agreed.")
    with pytest.raises(PermissionDenied):
        stories.sign(report, both_roles)


def test_a_report_that_was_changed_after_the_first_signature_is_not_signed_again():
    report = stories.heard()
    Report.objects.filter(pk=report.pk).update(limits_en="None whatsoever.")
    with pytest.raises(ValidationError, match="fingerprint"):
        stories.sign(report)


def test_without_a_first_signature_there_is_no_second():
    report = stories.heard()
    report = Report.objects.get(pk=report.pk)
    fresh = Report.objects.create(
        trial=report.trial,
        version=2,
        verdict=report.verdict,
        status=Report.Status.VERIFICATION,
        created_by=UserFactory(),
    )
    with pytest.raises(ValidationError, match="two signatures"):
        stories.sign(fresh)


def test_the_signed_report_attests_both():
    report = stories.published()
    entry = Entry.objects.about(report).get(verb="hand_to_vendor")
    statement = report.envelope["payload"]["verifier"]["statement"]
    assert statement["en"].startswith("I computed the figures again.\n\nThe portal checked on ")
    assert "First signature: the trial engineer" in statement["en"]
    assert entry.details["fingerprint"] in statement["en"] and entry.details["fingerprint"] in statement["zh"]
    assert entry.details["fingerprint"] == fingerprint(report)
    assert "第二簽署：驗證員" in statement["zh"]


def test_the_verifiers_own_words_reach_readers_of_the_other_language_and_say_which_they_are_in(client):
    report = stories.published()
    statement = report.envelope["payload"]["verifier"]["statement"]
    assert statement["zh"].startswith("I computed the figures again.\n\n平台於 ")
    with translation.override("zh-hant"):
        page = client.get(report.get_absolute_url()).content.decode()
    assert '<div lang="en"><p>I computed the figures again.</p></div><p>平台於 ' in page


@pytest.mark.parametrize(
    ("both", "parts"),
    [
        (("One.", "一。"), [("One.", "一。")]),
        (("One.\n\nTwo.", "One.\n\n二。"), [("One.", ""), ("Two.", "二。")]),
        (("量度了電錶。\n\nTwo.", "量度了電錶。\n\n二。"), [("", "量度了電錶。"), ("Two.", "二。")]),
        (("One.\n\nTwo.", "二。"), [("One.\n\nTwo.", "二。")]),
    ],
)
def test_paragraphs_stand_beside_each_other_where_they_pair(both, parts):
    assert by_paragraph(Bilingual(*both)) == [Bilingual(*one) for one in parts]


def test_the_office_assigns_on_the_page_and_reads_why_not(client):
    report = stories.drafted()
    free, tied = UserFactory(verifier=True), near(report, "vendor")
    url = reverse("trials:report-assign", args=[report.slug])
    client.force_login(report.trial.engineer)
    assert client.post(url, {"verifier": free.pk}).status_code == 403
    client.force_login(UserFactory(office=True))
    response = client.post(url, {"verifier": tied.pk}, follow=True)
    assert "would not be independent: belongs to the vendor." in response.content.decode()
    client.post(url, {"verifier": free.pk})
    report.refresh_from_db()
    assert report.assigned == free


def test_a_withdrawn_report_says_on_top_when_by_whom_and_why(client):
    report = stories.published()
    services.withdraw_report(
        report, by=UserFactory(office=True, name="Nobody Named"), reason="A wrong meter."
    )
    text = client.get(report.get_absolute_url()).content.decode()
    top = text[: text.index("What has happened")]
    assert f"The portal office withdrew this report on {moment(report.withdrawn_at)}: A wrong meter." in top
    assert "Nobody Named" not in text


def test_that_a_corrected_version_is_on_its_way_stands_on_top(client):
    report = stories.published()
    services.erratum(report, by=report.trial.engineer, text_en="A figure was rounded.")
    text = client.get(report.get_absolute_url()).content.decode()
    assert text.index("Announced on ") < text.index("Claims and results")
