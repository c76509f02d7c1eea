import json

import pytest
from django.core.management import CommandError, call_command

from journal.models import Entry
from notifications.models import Notification
from solutions.models import Solution
from tests.factories import MembershipFactory, OrganisationFactory, TopicFactory, UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def bring(tmp_path, capsys):
    """Imports content for one vendor; returns what was written, and the error if there was one."""
    UserFactory(administrator=True)
    MembershipFactory(organisation=OrganisationFactory(slug="firm", vendor=True))

    def run(content, *options, name="rows.csv"):
        path = tmp_path / name
        path.write_text(content)
        try:
            call_command("import_solutions", str(path), "--organisation", "firm", "-v0", *options)
            failure = ""
        except CommandError as error:
            failure = str(error)
        out, err = capsys.readouterr()
        return out + err + failure

    return run


def test_a_row_becomes_a_draft_with_every_column(bring):
    topic = TopicFactory(slug="sensing")
    header = (
        "id,title_en,title_zh,summary_en,method_en,confidential,trl,price,lead_months,trial_needs,certificates,"
        "ip,is_novel,topics\n"
    )
    bring(
        header
        + '1,Monitor,監察器,Listens,Hears,Secret,7,to_500k,0,"power,lora",ISO 9001,Patent,yes,sensing\n'
    )
    solution = Solution.objects.get()
    assert (solution.status, solution.external_id) == (Solution.Status.DRAFT, "1")
    assert (solution.title_en, solution.title_zh, solution.summary_en) == ("Monitor", "監察器", "Listens")
    assert (solution.method_en, solution.confidential) == ("Hears", "Secret")
    assert (solution.trl, solution.price, solution.lead_months) == (7, "to_500k", 0)
    assert (solution.trial_needs, solution.certificates) == (["power", "lora"], ["ISO 9001"])
    assert (solution.intellectual_property, solution.is_novel) == ("Patent", True)
    assert list(solution.topics.all()) == [topic]


def test_the_plain_form_without_titles_is_listed_at_once_and_nobody_is_told(bring):
    text = "A sensor that hears bearings before they fail. It is small."
    record = {"id": "S-1", "lang": "en", "title": "", "text": text, "firm": "Hearing Ltd", "year": 2005}
    said = bring(json.dumps(record), "--publish", name="rows.jsonl")
    solution = Solution.objects.get()
    assert "first words of the text are taken" in said
    assert (solution.title_en, solution.summary_en) == ("A sensor that hears bearings before they fail", text)
    assert solution.status == Solution.Status.LISTED
    assert solution.reference
    steps = Entry.objects.about(solution).in_order().values_list("verb", flat=True)
    assert list(steps) == ["create", "submit", "acknowledge", "list"]
    assert not Notification.objects.exists()


@pytest.mark.parametrize("options", [[], ["--publish"]])
def test_importing_twice_changes_nothing_and_a_changed_row_is_updated(bring, options):
    content = "id,title_en,summary_en\n1,Monitor,Listens\n2,Probe,Feels\n"
    assert "2 created" in bring(content, *options)
    before = list(Solution.objects.order_by("pk").values()), Entry.objects.count()
    assert "2 unchanged" in bring(content, *options)
    assert (list(Solution.objects.order_by("pk").values()), Entry.objects.count()) == before
    assert "1 updated, 1 unchanged" in bring(content.replace("Feels", "Touches"), *options)
    assert Solution.objects.get(external_id="2").summary_en == "Touches"


def test_one_wrong_row_keeps_all_out(bring):
    said = bring("id,title_en,trl\n1,Monitor,7\n2,Probe,12\n")
    assert "line 3, trl: “12” is not a whole number from 1 to 9" in said
    assert not Solution.objects.exists()
