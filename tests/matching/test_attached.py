"""What the public files of a wish or solution say is read with it; what confidential ones say never is."""

import pytest
from django.contrib.auth.models import AnonymousUser

from documents.models import Document
from documents.services import attach
from documents.tasks import sweep as make
from matching import services, texts
from matching.models import Profile
from matching.services import searching
from tests.documents import samples
from tests.factories import SolutionFactory

pytestmark = pytest.mark.usefixtures("engine")
LEAFLET = "Thermoacoustic refrigerant leak detection by ultrasound.\n以超聲波偵測製冷劑洩漏。"


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "media"


@pytest.fixture
def solution():
    """Listed and matched, and of what its leaflet says not a word typed."""
    SolutionFactory(listed=True, title_en="Street lamp", summary_en="Dims at night.", title_zh="")
    row = SolutionFactory(
        listed=True,
        title_en="Air monitor",
        summary_en="Measures air.",
        method_en="",
        title_zh="",
        summary_zh="",
    )
    services.sweep()
    return row


def attached(solution, *, confidential: bool, text: str = LEAFLET) -> Document:
    document = attach(
        solution,
        by=solution.created_by,
        organisation=solution.organisation,
        upload=samples.upload("leaflet.txt", text.encode()),
        title="Leaflet",
        confidential=confidential,
    )
    make()
    return document


def found(query: str) -> list[int]:
    searching._asked.cache_clear()
    return [one.pk for one in services.search(query, side="solution", user=AnonymousUser())]


def passages(solution) -> list:
    return list(texts.item_of(solution, texts.attached_to([solution]).get(solution.pk, "")).passages)


def test_a_solution_is_found_by_what_its_public_leaflet_says(solution):
    words = "thermoacoustic ultrasound refrigerant leak"
    assert found(words)[:1] != [solution.pk]
    before = Profile.objects.get(solution=solution).content_hash
    attached(solution, confidential=False)
    services.sweep()
    assert Profile.objects.get(solution=solution).content_hash != before
    assert found(words)[:1] == [solution.pk]


def test_what_a_confidential_file_says_is_nowhere_in_the_engine(solution):
    before = Profile.objects.get(solution=solution).content_hash
    attached(solution, confidential=True)
    assert services.sweep() == 0
    assert texts.attached_to([solution]) == {}
    assert Profile.objects.get(solution=solution).content_hash == before


@pytest.mark.parametrize("changes", [{"scan": "pending"}, {"scan": "refused"}, {"is_confidential": True}])
def test_a_file_that_nobody_may_have_says_nothing(solution, changes):
    document = attached(solution, confidential=False)
    Document.objects.filter(pk=document.pk).update(**changes)
    assert texts.attached_to([solution]) == {}


def test_its_words_come_last_so_that_places_in_what_was_typed_stay(solution):
    typed = texts.item_of(solution).passages
    attached(solution, confidential=False)
    [read] = passages(solution)
    assert [one.lang for one in typed] == ["en"]  # nothing was typed in Chinese
    assert read.body == f"{typed[0].body}\nThermoacoustic refrigerant leak detection by ultrasound."
    sections = texts.sections(solution, "en")
    assert [read.body[one.start : one.end] for one in sections] == [one.text for one in sections]


def test_a_leaflet_in_two_languages_is_read_in_each(solution):
    solution.title_zh = "空氣監察"
    attached(solution, confidential=False)
    assert [one.body.splitlines()[-1] for one in passages(solution)] == LEAFLET.splitlines()


def test_only_its_beginning_is_read(solution, settings):
    settings.MATCHING_DOCUMENT_CHARACTERS = 20
    attached(solution, confidential=False)
    attached(solution, confidential=False, text="A second leaflet")
    assert texts.attached_to([solution]) == {solution.pk: "Thermoacoustic refri"}
    settings.MATCHING_DOCUMENT_CHARACTERS = 0
    assert texts.attached_to([solution]) == {}


@pytest.mark.parametrize("count", [1, 5])
def test_files_of_five_are_read_in_as_many_queries_as_of_one(count, django_assert_num_queries):
    rows = SolutionFactory.create_batch(count, listed=True)
    with django_assert_num_queries(1):
        texts.attached_to(rows)
