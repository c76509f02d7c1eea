"""`manage.py match`: what it prints, in which language, how wide, and what it says when it cannot answer."""

import json
import math
import re
from io import StringIO

import pytest
import wcwidth
from django.core.management import CommandError, call_command

from matching import services
from matching.models import Match
from tests.factories import SolutionFactory, WishFactory

pytestmark = pytest.mark.usefixtures("engine")
LANGUAGES = ("en", "zh-Hant", "zh-Hans")


def pair(**facts):
    """A wish and a solution in two languages, with one fact that lacks and one that is too far."""
    wish = WishFactory(
        open=True,
        title_en="Warn of refrigerant leaks",
        title_zh="偵測雪種洩漏",
        need_en="Chillers lose gas. A sensor should warn the staff of a leak.",
        need_zh="製冷機組的雪種流失，員工太遲才知道。",
        trl_wanted=9,
        budget="to_500k",
        **facts,
    )
    solution = SolutionFactory(
        listed=True,
        title_en="",
        title_zh="製冷劑監測系統",
        summary_en="",
        summary_zh="公司成立多年。以LoRa感應器監察雪種洩漏，並向員工發出警報。",
        trl=4,
        price="",
    )
    return wish, solution


def matched(**facts):
    wish, solution = pair(**facts)
    services.sweep()
    return wish, solution


def told(*names, **options):
    out, aside = StringIO(), StringIO()
    call_command("match", *map(str, names), stdout=out, stderr=aside, **options)
    return out.getvalue(), aside.getvalue()


def explained(*names, **options):
    return json.loads(told(*names, explain=True, json=True, **options)[0])


def test_a_match_is_explained_by_its_numbers():
    wish, solution = matched()
    page, aside = told(wish.reference, solution.reference, explain=True, width=100)
    match = Match.objects.get()
    assert f"{100 * match.probability:.1f}% likely fit" in page
    assert "Readiness is TRL 4; the wish asks for TRL 9. That is too far for a trial." in page
    assert "rules it out: Readiness" in page
    assert "The solution names no price for a trial." in page
    assert "“雪種洩漏” What it does (zh-Hant) 17–21" in page
    assert aside == ""


@pytest.mark.parametrize(
    "names", ["{w.pk} {s.pk}", "w{w.pk} s{s.pk}", "{s.reference} {w.reference}", "s{s.pk} w{w.pk}"]
)
def test_either_order_and_primary_keys_name_the_same(names):
    wish, solution = matched()
    expected = told(wish.reference, solution.reference, explain=True)
    assert told(*names.format(w=wish, s=solution).split(), explain=True) == expected


def test_the_shares_add_up_to_the_logit_of_the_probability():
    wish, solution = matched()
    found = explained(wish.reference, solution.reference)
    total = found["intercept"] + sum(one["logit_share"] for one in found["factors"])
    assert total == pytest.approx(found["logit"])
    assert 1 / (1 + math.exp(-total)) == pytest.approx(found["probability"])
    page, _ = told(wish.reference, solution.reference, explain=True, width=100)
    shown = [float(n) for n in re.findall(r" ([+-]\d+\.\d\d)(?: |$)", page, re.M)]
    assert len(shown) == 1 + len(found["factors"]) + 1
    assert sum(shown[:-1]) == pytest.approx(shown[-1], abs=0.005 * len(shown))
    assert shown[-1] == pytest.approx(found["logit"], abs=0.005)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_place_is_where_the_words_stand_in_what_was_typed(language):
    wish, solution = matched()
    found = explained(wish.reference, solution.reference, language=language)
    places = [
        (side, one)
        for row in (*found["terms"], *found["concepts"], {k: [v] for k, v in found["sentences"].items()})
        for side in ("wish", "solution")
        for one in row[side]
    ]
    assert {side for side, _ in places} == {"wish", "solution"}
    for side, one in places:
        thing = wish if side == "wish" else solution
        typed = getattr(thing, f"{one['field']}_{'en' if one['lang'] == 'en' else 'zh'}").strip()
        assert typed[one["start"] : one["end"]] == one["text"] != ""


def test_the_change_that_is_told_is_the_best_of_all():
    wish, solution = matched()
    found = explained(wish.reference, solution.reference)["best_change"]
    changes = services.improvements_of(Match.objects.get())
    assert found["gain"] == max(change.gain for change in changes) > 0
    page, _ = told(wish.reference, solution.reference, explain=True, width=100)
    assert found["words"] == "The solution reaches TRL 9." in page
    solution.trl = 9
    solution.save()
    services.rematch_wish(wish.pk)
    assert Match.objects.get().probability == pytest.approx(found["probability"])


@pytest.mark.parametrize("width", [40, 61, 80, 132])
@pytest.mark.parametrize("language", LANGUAGES)
def test_no_line_is_wider_than_the_terminal(language, width):
    wish, solution = matched()
    page, _ = told(wish.reference, solution.reference, explain=True, language=language, width=width)
    assert max(wcwidth.width(line) for line in page.splitlines()) <= width
    best, _ = told(wish.reference, language=language, width=width)
    assert max(wcwidth.width(line) for line in best.splitlines()) <= width


@pytest.mark.parametrize(
    ("language", "heading", "word"),
    [
        ("en", "What is still missing", "雪種洩漏"),
        ("zh-Hant", "尚欠事項", "雪種洩漏"),
        ("zh-Hans", "尚欠事项", "雪种泄漏"),
    ],
)
def test_it_speaks_the_language_that_is_asked_for(language, heading, word):
    wish, solution = matched()
    page, _ = told(wish.reference, solution.reference, explain=True, language=language)
    assert heading in page.splitlines()
    assert word in page.splitlines()


def test_a_pair_that_was_not_matched_is_computed_and_says_so():
    wish, solution = pair()
    page, aside = told(wish.reference, solution.reference, explain=True)
    assert "was computed now and is not kept" in aside
    assert not Match.objects.exists()
    services.sweep()
    assert told(wish.reference, solution.reference, explain=True) == (page, "")


def test_the_best_matches_of_either_side():
    wish, solution = matched()
    other = SolutionFactory(listed=True, trl=9)
    services.sweep()
    rows = json.loads(told(wish.reference, json=True)[0])
    assert {row["reference"] for row in rows} == {solution.reference, other.reference}
    assert [row["probability"] for row in rows] == sorted((row["probability"] for row in rows), reverse=True)
    lines = told(wish.reference)[0].splitlines()
    assert [line.split()[2] for line in lines] == [row["reference"] for row in rows]
    assert [line.split()[1] for line in lines] == [f"{100 * row['probability']:.1f}%" for row in rows]
    assert len(told(wish.reference, most=1)[0].splitlines()) == 1
    line = told(solution.reference, width=100)[0]
    assert f"{wish.reference}  [Not feasible as it stands] Warn of refrigerant leaks" in line


def test_what_fits_nothing_is_told_so():
    wish = WishFactory(open=True)
    assert told(wish.reference) == ("", f"Nothing has been matched with {wish.reference}.\n")


def test_what_cannot_be_answered_says_why():
    draft, listed = WishFactory(), SolutionFactory(listed=True)
    for names, why in {
        ("W-2026-9999", listed.reference): "There is no wish W-2026-9999.",
        ("w999999", listed.reference): "There is no wish w999999.",
        ("S-1999-0001",): "There is no solution S-1999-0001.",
        (
            f"w{draft.pk}",
            listed.reference,
        ): f"w{draft.pk} is not public (Draft), so nothing is matched with it.",
        (listed.reference, listed.reference): "One wish and one solution are needed;",
        ("12",): "“12” is no number of a wish",
        ("lift", listed.reference): "“lift” is no number of a wish",
        ("W-2026-0001; drop", listed.reference): "“W-2026-0001; drop” is no number",
        ("w1", "s1", "s2"): "Name one wish and one solution.",
    }.items():
        with pytest.raises(CommandError, match=re.escape(why)):
            told(*names)


def test_one_name_cannot_be_explained():
    with pytest.raises(CommandError, match="Name one wish and one solution"):
        told("W-2026-0001", explain=True)


def test_texts_that_share_nothing_are_told_so():
    wish = WishFactory(open=True, title_en="Tree", title_zh="", need_en="", outcome_en="")
    solution = SolutionFactory(listed=True, title_en="", title_zh="製冷劑監測", summary_en="", summary_zh="")
    services.sweep()
    found = explained(wish.reference, solution.reference)
    assert (found["terms"], found["concepts"], found["sentences"]) == ([], [], None)
    assert told(wish.reference, solution.reference, explain=True)[0].splitlines().count("None.") >= 3
