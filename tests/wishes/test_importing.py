import json
from datetime import date, timedelta

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from journal.models import Entry
from notifications.models import Notification
from tests.factories import MembershipFactory, OrganisationFactory, TopicFactory, UserFactory
from wishes import services
from wishes.models import LONG, TITLE, Wish

pytestmark = pytest.mark.django_db
HEADER = "id,title_en,need_en\n"


@pytest.fixture
def owner():
    """The department of the imported wishes, and somebody who imports."""
    UserFactory(administrator=True, email="admin@example.org")
    return OrganisationFactory(slug="emsd", name_zh="機電署")


@pytest.fixture
def bring(tmp_path, owner, capsys):
    """Imports content; returns what was written, and the error if there was one."""

    def run(content, *options, name="rows.csv", organisation="emsd"):
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        given = ["--organisation", organisation] if organisation else []
        try:
            call_command("import_wishes", str(path), *given, "-v0", *options)
            failure = ""
        except CommandError as error:
            failure = f"{error} (exit {error.returncode})"
        out, err = capsys.readouterr()
        return out + err + failure

    return run


def lines(*records):
    return "\n".join(json.dumps(record, ensure_ascii=False) for record in records)


def test_a_row_becomes_a_draft_of_its_department_with_every_column(bring, owner):
    topic = TopicFactory(slug="sensing", name_zh="感測")
    header = (
        "ID,Title EN,標題,need_en,需要,outcome_en,constraints_en,site_en,site_gives,certificates,trl,budget,"
        "months,deadline,decision_on,budget_holder,topics,部門\n"
    )
    row = (
        '7,Lifts,升降機,Need,需要,Outcome,No,Kwun Tong,"power; lora","ISO 9001, EN 81-20",6,To_5m,'
        "12,21/11/2099,21 Nov 2099,Section 5,感測,機電署\n"
    )
    assert "1 created" in bring(header + row, organisation=None)
    wish = Wish.objects.get()
    assert (wish.status, wish.organisation, wish.external_id) == (Wish.Status.DRAFT, owner, "7")
    assert (wish.title_en, wish.title_zh, wish.need_zh) == ("Lifts", "升降機", "需要")
    assert (wish.site_gives, wish.certificates) == (["power", "lora"], ["ISO 9001", "EN 81-20"])
    assert (wish.trl_wanted, wish.budget, wish.months) == (6, "to_5m", 12)
    assert wish.closes_on == wish.decision_on == date(2099, 11, 21)
    assert list(wish.topics.all()) == [topic]
    entry = Entry.objects.about(wish).get()
    assert (entry.verb, entry.reason, entry.capacity) == ("create", "imported", "administrator")


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "big5"])
def test_traditional_chinese_comes_in_whole_from_each_encoding(bring, encoding):
    bring("id,title_zh\n1,及早發現升降機故障，減少停機時間\n".encode(encoding))
    assert Wish.objects.get().title_zh == "及早發現升降機故障，減少停機時間"


def test_the_plain_form_goes_to_the_fields_of_its_language(bring):
    said = bring(
        lines(
            {"id": "a", "lang": "en", "title": "Lifts", "text": "They stop.", "org": "Ministry"},
            {"id": "b", "lang": "zh-Hant", "title": "升降機", "text": "停。"},
            {"id": "c", "lang": "zh-Hans", "title": "电梯", "text": "这里经常停。"},
            {"id": "d", "lang": "yue", "title": "𨋢", "text": "成日壞。"},
            {"id": "e", "lang": "en", "title": "", "text": "The lift stops very often. Then it starts."},
        ),
        name="rows.jsonl",
    )
    texts = Wish.objects.order_by("external_id").values_list("title_en", "title_zh", "need_en", "need_zh")
    assert list(texts) == [
        ("Lifts", "", "They stop.", ""),
        ("", "升降機", "", "停。"),
        ("", "電梯", "", "這裏經常停。"),
        ("", "𨋢", "", "成日壞。"),
        ("The lift stops very often", "", "The lift stops very often. Then it starts.", ""),
    ]
    assert "tells only of the source: org: 1 x, first in line 1" in said
    assert "converted to Traditional (OpenCC s2hk): 1 x, first in line 3" in said
    assert "first words of the text are taken: 1 x, first in line 5" in said


def test_importing_twice_changes_nothing(bring):
    content = HEADER + "1,Lifts,They stop.\n2,Slopes,They slide.\n"
    assert "2 created" in bring(content, "--publish")
    before = list(Wish.objects.order_by("pk").values()), Entry.objects.count()
    assert "0 created, 0 updated, 2 unchanged" in bring(content, "--publish")
    assert (list(Wish.objects.order_by("pk").values()), Entry.objects.count()) == before


@pytest.mark.parametrize("options", [[], ["--publish"]])
def test_a_changed_row_is_updated_and_said_so(bring, options):
    topic = TopicFactory(slug="sensing")
    bring("id,title_en,need_en,topics\n1,Lifts,They stop.,\n2,Slopes,They slide.,\n", *options)
    said = bring("id,title_en,need_en,topics\n1,Lifts,They stop.,\n2,Slopes,They fall.,sensing\n", *options)
    assert "0 created, 1 updated, 1 unchanged" in said
    wish = Wish.objects.get(external_id="2")
    assert (wish.need_en, list(wish.topics.all())) == ("They fall.", [topic])
    entry = Entry.objects.about(wish).latest("pk")
    assert (entry.verb, entry.details) == ("edit", {"fields": ["need_en", "topics"]})


def test_published_rows_go_every_step_with_a_number_and_nobody_is_told(bring, owner):
    MembershipFactory(organisation=owner, approver=True)
    UserFactory(office=True)
    bring(HEADER + "1,Lifts,They stop.\n", "--publish")
    wish = Wish.objects.get()
    assert (wish.status, wish.reference) == (Wish.Status.OPEN, f"W-{timezone.localdate().year}-0001")
    steps = Entry.objects.about(wish).in_order().values_list("verb", "reason", "capacity")
    assert list(steps) == [
        ("create", "imported", "administrator"),
        *((verb, "imported", "system") for verb in ("submit", "endorse", "publish")),
    ]
    assert not Notification.objects.exists()


def test_one_wrong_row_keeps_all_out_and_every_problem_is_said(bring):
    said = bring(
        "id,title_en,need_en,trl,closes_on,topics\n"
        "1,Good,Need,,,\n"
        f"2,{'x' * (TITLE + 1)},{'y' * (LONG + 1)},10,32/01/2026,nothing\n"
        ",No id,Need,,,\n"
        "4,,Need,,,\n"
        "1,Again,Need,,,\n"
    )
    for expected in (
        f"line 3, title_en: it has {TITLE + 1} characters and at most {TITLE} are taken",
        f"line 3, need_en: it has {LONG + 1} characters",
        "line 3, trl_wanted: “10” is not a whole number from 1 to 9",
        "line 3, closes_on: “32/01/2026” is not a date",
        "line 3, topics: “nothing” is not known here",
        "line 4, id: it has no id",
        "line 5, title_en: it has no title",
        "line 6, id: 1 stands already in line 2",
        "Nothing was imported. Rows refused: 4.",
    ):
        assert expected in said
    assert not Wish.objects.exists()
    assert not Entry.objects.exists()


def test_the_good_rows_are_kept_where_that_is_asked(bring):
    said = bring(HEADER + "1,Good,Need\n,Bad,Need\n3,Good too,Need\n", "--keep-good")
    assert (
        "The good rows were imported, the rest was not: 2 created, 0 updated, 0 unchanged, 1 refused." in said
    )
    assert sorted(Wish.objects.values_list("external_id", flat=True)) == ["1", "3"]


def test_a_dry_run_says_what_would_be_and_keeps_nothing(bring):
    assert "Would be: 1 created" in bring(HEADER + "1,Lifts,They stop.\n", "--dry-run", "--publish")
    assert not Wish.objects.exists()
    bring(HEADER + "1,Lifts,They stop.\n", "--publish")
    assert Wish.objects.get().reference.endswith("-0001")


@pytest.mark.parametrize(
    ("header", "message"),
    [
        ("id,titel_en,need_en", "the column titel_en is not known (did you mean title_en?)"),
        ("id,need_en", "a column title_en or title_zh is missing"),
        ("title_en,need_en", "the column id is missing"),
        ("id,title,text", "the column lang is missing"),
    ],
)
def test_wrong_and_missing_columns_are_named(bring, header, message):
    assert message in bring(f"{header}\n{','.join('x' for _ in header.split(','))}\n")
    assert not Wish.objects.exists()


def test_an_unknown_field_of_json_lines_is_named(bring):
    said = bring(lines({"id": "1", "title_en": "Lifts", "titel_zh": "x"}), name="rows.jsonl")
    assert "line 1, titel_zh: this field is not known" in said


@pytest.mark.parametrize(
    ("content", "name", "message"),
    [
        (b"", "rows.csv", "The file is empty."),
        (HEADER, "rows.csv", "no row below its header"),
        (b"not a zip", "rows.xlsx", "The workbook is broken"),
        (
            "id,title_zh\n1,及早发现电梯故障并减少停机时间\n".encode("gb18030"),
            "rows.csv",
            "Save it as UTF-8.",
        ),
        (b"x", "rows.ods", "The ending .ods is not known."),
    ],
)
def test_a_file_that_cannot_be_taken_is_one_clear_sentence(bring, content, name, message):
    said = bring(content, name=name)
    assert message in said
    assert said.endswith("(exit 1)")


def test_a_large_file_is_refused_unless_it_is_allowed(bring):
    content = HEADER + "1,Lifts,They stop.\n" + "\n" * 2**20
    assert "at most 0 MB are read" in bring(content, "--max-mb", "0")
    assert "1 created" in bring(content, "--max-mb", "2")


def test_markup_is_kept_as_text_and_mentioned(bring):
    assert "HTML tags are kept as text" in bring(HEADER + "1,Lifts,<script>alert(1)</script>\n")
    assert Wish.objects.get().need_en == "<script>alert(1)</script>"


def test_a_day_that_could_be_a_month_is_mentioned(bring):
    said = bring("id,title_en,decision_on\n1,Lifts,03/04/2099\n")
    assert "03/04/2099 was read with the day first: 3 April 2099" in said


def test_a_department_must_be_named_and_be_one(bring):
    OrganisationFactory(slug="firm", vendor=True)
    content = HEADER + "1,Lifts,They stop.\n"
    assert "name a department here, or with --organisation" in bring(content, organisation=None)
    assert "No organisation of this kind has the short name 'firm'." in bring(content, organisation="firm")
    assert "“firm” is not known here" in bring("id,title_en,organisation\n1,Lifts,firm\n")


def test_an_import_does_not_move_a_wish_to_another_department(bring):
    bring(HEADER + "1,Lifts,They stop.\n")
    OrganisationFactory(slug="other")
    assert "an import does not move it" in bring(HEADER + "1,Lifts,They stop.\n", organisation="other")


def test_what_cannot_be_published_is_said_at_its_column(bring):
    day = timezone.localdate() - timedelta(days=1)
    said = bring(f"id,title_en,need_en,closes_on\n1,Lifts,Need,{day}\n2,Lifts,,\n", "--publish")
    assert "line 2, closes_on: The last day for proposals must be in the future." in said
    assert "line 3, need_en: Say what the need is." in said
    assert not Wish.objects.exists()


def test_what_people_have_in_hand_is_not_changed_under_them(bring, owner):
    bring(HEADER + "1,Lifts,They stop.\n")
    wish = Wish.objects.get()
    services.submit(wish, by=None)
    assert "it has been handed in" in bring(HEADER + "1,Lifts,They fall.\n").lower()
    wish.refresh_from_db()
    assert wish.need_en == "They stop."


def test_who_imports_can_be_named_and_must_exist(bring, owner):
    member = MembershipFactory(organisation=owner).user
    content = HEADER + "1,Lifts,They stop.\n"
    assert "Nobody who can sign in has the address nobody@example.org." in bring(
        content, "--by", "nobody@example.org"
    )
    bring(content, "--by", member.email.upper())
    assert Wish.objects.get().created_by == member


def test_two_hundred_problems_are_shown_and_the_rest_is_counted(bring):
    said = bring(HEADER + ",No id,Need\n" * 230)
    assert said.count("it has no id") == 200
    assert "… and 30 more." in said


@pytest.mark.scale
def test_rows_are_asked_for_by_the_batch_and_not_one_by_one(bring, django_assert_max_num_queries):
    content = HEADER + "".join(f"{number},Lifts {number},Need\n" for number in range(400))
    bring(content)
    with django_assert_max_num_queries(820):  # a savepoint and its release each, and a dozen around them
        assert "400 unchanged" in bring(content)
