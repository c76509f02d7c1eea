import pytest

from matching import texts
from solutions.models import Solution
from tests.factories import SolutionFactory, TopicFactory, WishFactory
from wishes.models import Wish


def test_sections_lie_in_the_body_where_they_say():
    wish = Wish(need_en="  Faults are late. ", outcome_en="", constraints_en="No cables.", site_en="Tai Po")
    body = texts.item_of(wish).passages[0].body
    assert [(s.field, body[s.start : s.end]) for s in texts.sections(wish, "en")] == [
        ("need", "Faults are late."),
        ("constraints", "No cables."),
        ("site", "Tai Po"),
    ]


def test_a_language_in_which_nothing_is_written_has_no_passage():
    item = texts.item_of(Solution(pk=3, title_zh="升降機監察", summary_zh="預測故障"))
    assert [(p.lang, p.title, p.body) for p in item.passages] == [("zh-Hant", "升降機監察", "預測故障")]
    assert (item.key, item.role) == ("s3", "solution")


def test_the_confidential_part_is_never_read():
    item = texts.item_of(Solution(pk=3, title_en="Monitor", summary_en="Public", confidential="our secret"))
    assert "secret" not in str(item)


def test_the_hash_follows_the_text_and_the_models(settings):
    settings.MATCHING_EMBEDDERS = ["use"]
    one = texts.content_hash(texts.item_of(Wish(pk=1, title_en="Lift", need_en="a")))
    assert one == texts.content_hash(texts.item_of(Wish(pk=1, title_en="Lift", need_en="a")))
    assert one != texts.content_hash(texts.item_of(Wish(pk=1, title_en="Lift", need_en="b")))
    settings.MATCHING_EMBEDDERS = ["e5", "use"]
    assert one != texts.content_hash(texts.item_of(Wish(pk=1, title_en="Lift", need_en="a")))


@pytest.mark.django_db
def test_facts_become_need_and_offer():
    topic = TopicFactory(slug="iot")
    wish = WishFactory(
        budget="to_500k", months=6, site_gives=["power"], certificates=["iso  9001"], topics=[topic]
    )
    solution = SolutionFactory(
        price="over_5m", trial_needs=["lora"], certificates=["ISO 9001 "], topics=[topic]
    )
    need, offer = texts.need_of(wish), texts.offer_of(solution, 2)
    assert (need.topics, need.budget, need.months, need.site) == (
        frozenset({"iot"}),
        (100_000, 500_000),
        6,
        frozenset({"power"}),
    )
    assert (offer.price, offer.needs, offer.verified_reports) == ((5_000_000, None), frozenset({"lora"}), 2)
    assert need.certificates == frozenset({"ISO 9001"})
    assert offer.certificates == frozenset({"ISO 9001", "EN ISO 9001", "GB/T 19001"})


@pytest.mark.django_db
def test_a_certificate_counts_under_each_number_of_the_same_standard_and_is_asked_for_under_its_own():
    wish = WishFactory(certificates=["GB/T19001-2016", "GB 4943.1"])
    solution = SolutionFactory(certificates=["iso 9001:2015", "IEC 62368-1"])
    need, offer = texts.need_of(wish), texts.offer_of(solution, 0)
    assert need.certificates == {"GB/T 19001", "GB 4943.1"}
    assert need.certificates - offer.certificates == {"GB 4943.1"}  # modified, so not the same
