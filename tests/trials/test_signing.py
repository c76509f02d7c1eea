import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse

from journal.models import Entry
from journal.workflow import IllegalTransition
from tests import threads
from tests.factories import MembershipFactory, UserFactory
from tests.trials import stories
from trials import services
from trials.models import Trial
from trials.services.signing import signatures

pytestmark = pytest.mark.django_db


def approver(trial, side):
    return MembershipFactory(organisation_id=trial.parties[side], approver=True).user


def signed(trial):
    return set(signatures(Entry.objects.about(trial)))


def test_each_side_signs_the_fingerprint_of_the_plan_once():
    trial = stories.locked()
    entry = services.sign(trial, by=approver(trial, "department"))
    assert entry.details == {"side": "department", "plan_hash": trial.plan_hash}
    with pytest.raises(IllegalTransition, match="already"):
        services.sign(trial, by=approver(trial, "department"))
    services.sign(trial, by=approver(trial, "vendor"))
    assert signed(trial) == {"department", "vendor"}


def test_a_plan_that_is_not_locked_and_one_that_is_measured_are_not_signed():
    trial = stories.planned()
    with pytest.raises(IllegalTransition, match="from its lock"):
        services.sign(trial, by=approver(trial, "vendor"))
    done = stories.measured()
    with pytest.raises(IllegalTransition, match="from its lock"):
        services.sign(done, by=approver(done, "vendor"))


@pytest.mark.parametrize("who", ["engineer", "member", "stranger"])
def test_nobody_signs_who_does_not_approve_for_a_side(client, who):
    trial = stories.locked()
    person = {
        "engineer": lambda: trial.engineer,
        "member": lambda: MembershipFactory(organisation_id=trial.parties["vendor"]).user,
        "stranger": lambda: MembershipFactory(approver=True).user,
    }[who]()
    client.force_login(person)
    assert client.post(reverse("trials:sign", args=[trial.slug])).status_code == 403
    assert signed(trial) == set()
    assert "Sign the plan" not in client.get(trial.get_absolute_url()).content.decode()


def test_the_page_offers_it_to_each_side_and_says_who_has_signed(client):
    trial = stories.locked()
    vendor = approver(trial, "vendor")
    client.force_login(vendor)
    page = client.get(trial.get_absolute_url()).content.decode()
    assert "Sign the plan" in page
    assert page.count("not yet") == 2
    client.post(reverse("trials:sign", args=[trial.slug]))
    page = client.get(trial.get_absolute_url()).content.decode()
    assert "Sign the plan" not in page
    assert page.count("not yet") == 1
    client.force_login(UserFactory())
    assert vendor.name not in client.get(trial.get_absolute_url()).content.decode()


def test_the_report_says_which_sides_signed_and_nobodys_name():
    trial, person = stories.locked(), None
    for side in ("department", "vendor"):
        person = approver(trial, side)
        services.sign(trial, by=person)
    services.start(trial, by=trial.engineer)
    stories.measure(trial)
    services.finish(trial, by=trial.engineer)
    report = services.draft_report(trial, by=trial.engineer)
    services.update_report(report, by=trial.engineer, summary_en="Well.", limits_en="One room.")
    services.hand_to_vendor(report, by=trial.engineer)
    services.comment(report, by=person, text="Yes.")
    stories.sign(report)
    method = report.envelope["payload"]["plan"]["method"]
    assert "The plan was signed for the vendor on " in method["en"]
    assert "for the department on " in method["en"]
    assert person.name not in method["en"]


def test_of_two_approvers_of_a_side_at_once_one_signs(committed):
    trial = stories.locked()
    people = [approver(trial, "vendor") for _person in range(2)]

    def signs(person):
        return lambda: services.sign(Trial.objects.get(pk=trial.pk), by=person)

    found = threads.at_once(*(signs(person) for person in people))
    assert {type(one) for one in found} == {Entry, IllegalTransition}
    assert Entry.objects.about(trial).filter(verb="sign").count() == 1


def test_a_tick_says_who_and_by_which_paper_to_those_inside(client):
    trial = stories.locked()
    services.tick(trial, "cyber", by=trial.engineer, done=False)
    client.force_login(trial.engineer)
    url = reverse("trials:tick", args=[trial.slug])
    client.post(url, {"item": "cyber", "done": "1", "note": " Memo 7 of March "})
    page = client.get(trial.get_absolute_url()).content.decode()
    assert f"{trial.engineer.name} · Memo 7 of March" in page
    client.logout()
    assert "Memo 7" not in client.get(trial.get_absolute_url()).content.decode()


def test_a_note_that_is_too_long_is_refused_and_nothing_is_ticked():
    trial = stories.planned()
    with pytest.raises(ValidationError, match="300"):
        services.tick(trial, "cyber", by=trial.engineer, note="x" * 301)
    assert "cyber" in trial.unticked
    services.tick(trial, "cyber", by=trial.engineer, note="x" * 300)
    assert "cyber" not in trial.unticked


def test_a_trial_does_not_start_without_its_cyber_security_assessment():
    trial = stories.locked()
    services.tick(trial, "cyber", by=trial.engineer, done=False)
    with pytest.raises(ValidationError, match="checklist"):
        services.start(trial, by=trial.engineer)
