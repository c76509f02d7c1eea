"""`manage.py glossary`: checked, exported, imported whole or not at all."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from journal.models import Entry
from matching.engine.glossary import Concept
from matching.models import Term
from tests.factories import TermFactory, UserFactory

pytestmark = pytest.mark.usefixtures("engine")
FILE = (
    "# concept\tEnglish names\tTraditional Chinese names\n"
    "sky_lantern\tsky lantern|=Kongming\t天燈|祈天燈\t孔明灯\tAsked for\n"
    "\n"
    "night_kite\tnight kite\t夜風箏\n"
)


def run(*arguments) -> tuple[str, str]:
    out, err = StringIO(), StringIO()
    try:
        call_command("glossary", *map(str, arguments), stdout=out, stderr=err)
    except CommandError as error:
        return out.getvalue(), f"{err.getvalue()}{error}"
    return out.getvalue(), err.getvalue()


def test_a_sound_glossary_has_no_fault():
    TermFactory()
    out, err = run("--check")
    assert (out, err) == ("2985 concepts of the engine and 1 terms of the portal: no fault.\n", "")


def test_a_fault_is_told_with_the_term_and_the_concept_that_it_clashes_with():
    """As after an update of the engine, whose own glossary has the name by now."""
    TermFactory(key="my_lift", english=["sky lantern", "lifts"], chinese=["天燈"])
    _, err = run("--check")
    assert err == (
        "glossary.tsv, lift, English names: Line 1: “lift” is, as texts are read, a name of the concept "
        "my_lift (sky lantern, 天燈).\n"
        "term my_lift, English names: Line 2: “lifts” is, as texts are read, a name of the concept "
        "lift (lift, 升降機).\n"
        "2 faults in 2986 concepts."
    )


def test_what_is_exported_is_what_is_imported(tmp_path):
    source, copy = tmp_path / "terms.tsv", tmp_path / "copy.tsv"
    source.write_text(FILE, "utf-8")
    by = UserFactory(administrator=True)
    assert run("--import", source, "--by", by.email) == ("2 added, 0 changed, 0 as they were.\n", "")
    lantern = Term.objects.get(key="sky_lantern")
    assert lantern.concept == Concept(
        "sky_lantern", ("sky lantern", "=Kongming"), ("天燈", "祈天燈"), ("孔明灯",)
    )
    assert lantern.note == "Asked for"
    assert set(Entry.objects.filter(noun="matching.term").values_list("verb", "actor_id")) == {("add", by.pk)}
    TermFactory(is_active=False)
    assert run("--export", copy)[0] == f"2 terms are in {copy}.\n"
    before = Term.objects.get(key="night_kite")
    Term.objects.all().delete()
    assert run("--import", copy)[0] == "2 added, 0 changed, 0 as they were.\n"
    assert run("--import", copy)[0] == "0 added, 0 changed, 2 as they were.\n"
    assert Term.objects.get(key="night_kite").content_hash == before.content_hash


def test_of_a_file_with_a_fault_nothing_is_taken(tmp_path):
    source = tmp_path / "terms.tsv"
    source.write_text(f"{FILE}Kite 2\tkite\t紙鳶\nother_kite\tpaper kite|\t燈\n", "utf-8")
    _, err = run("--import", source)
    assert err == (
        "line 5, concept: “Kite 2” cannot be a key: write a small letter, then small letters, figures "
        "and _.\nline 6, Traditional Chinese names: Line 1: “燈” is too short: a Chinese name has two "
        "characters or more.\nNothing was imported: 2 faults."
    )
    assert not Term.objects.exists()


def test_a_name_that_two_lines_of_a_file_have_is_told_for_both(tmp_path):
    source = tmp_path / "terms.tsv"
    source.write_text(f"{FILE}other_kite\tNight-kites\t紙鳶\n", "utf-8")
    _, err = run("--import", source)
    assert err == (
        "line 4, English names: Line 1: “night kite” is, as texts are read, a name of the concept "
        "other_kite (Night-kites, 紙鳶).\n"
        "line 5, English names: Line 1: “Night-kites” is, as texts are read, a name of the concept "
        "night_kite (night kite, 夜風箏).\n"
        "Nothing was imported: 2 faults."
    )


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b"kite\tnight kite\n", "line 1: 2 cells, where there are 3 to 5"),
        (b"a\tb\tc\td\te\tf\n", "line 1: 6 cells"),
        (b"\xff\xfe\x00", "cannot be read"),
    ],
)
def test_what_is_no_such_file_is_refused(tmp_path, body, said):
    source = tmp_path / "terms.tsv"
    source.write_bytes(body)
    assert said in run("--import", source)[1]
    assert not Term.objects.exists()


def test_a_missing_file_and_an_unknown_person_are_told(tmp_path):
    assert "cannot be read" in run("--import", tmp_path / "none.tsv")[1]
    assert "Nobody who can sign in" in run("--import", tmp_path / "none.tsv", "--by", "no@example.org")[1]
