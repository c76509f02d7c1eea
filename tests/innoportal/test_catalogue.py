from io import StringIO

import pytest
from babel.messages.mofile import read_mo
from babel.messages.pofile import read_po
from django.conf import settings
from django.template import Context, Template
from django.utils import translation
from django.utils.translation import gettext

from innoportal.languages import Phrase, phrase, simplified
from innoportal.lib import catalogue
from innoportal.lib.management.commands.translations import ROOMS
from trials.proof.labels import WORDS


def test_every_message_of_the_portal_is_translated():
    assert vars(catalogue.check(settings.BASE_DIR, ROOMS)) == {
        "untranslated": [],
        "contradictory": [],
        "unused": [],
        "placeholders": [],
    }


@pytest.fixture
def small(tmp_path):
    """A portal of one template and one part of the catalogue."""

    def make(template: str, po: str):
        (tmp_path / "templates").mkdir()
        (tmp_path / "templates" / "page.html").write_text("{% load i18n %}" + template)
        (tmp_path / "locale" / "parts").mkdir(parents=True)
        header = 'msgid ""\nmsgstr "Content-Type: text/plain; charset=UTF-8\\n"\n\n'
        (tmp_path / "locale" / "parts" / "room.zh_Hant.po").write_text(header + po)
        (tmp_path / "locale" / "parts" / catalogue.PACKAGES).write_text(header)
        return tmp_path

    return make


def test_a_missing_message_is_named_with_its_place(small):
    root = small("<p>don't {% translate 'Hello' %}</p>", "")
    assert catalogue.check(root, []).untranslated == ["templates/page.html:1: 'Hello'"]


def test_a_message_that_nothing_says_any_more_is_named(small):
    root = small("", 'msgid "Gone"\nmsgstr "不再"\n')
    assert catalogue.check(root, []).unused == ["'Gone'"]


def test_a_translation_that_lost_its_placeholder_is_named(small):
    root = small(
        "{% blocktranslate %}Dear {{ name }}{% endblocktranslate %}", 'msgid "Dear %(name)s"\nmsgstr "您好"\n'
    )
    assert catalogue.check(root, []).placeholders == ["'Dear %(name)s'"]


def test_simplified_is_derived_from_traditional_when_compiling(small):
    root = small("{% translate 'Solution' %}", 'msgid "Solution"\nmsgstr "創科方案"\n')
    assert catalogue.compile_all(root) == 1
    for script, expected in [("zh_Hant", "創科方案"), ("zh_Hans", "创科方案")]:
        with (root / "locale" / script / "LC_MESSAGES" / "django.mo").open("rb") as file:
            assert read_mo(file).get("Solution").string == expected


@pytest.mark.parametrize(
    ("en", "zh", "language", "text", "lang"),
    [
        ("Lift", "升降機", "en", "Lift", "en"),
        ("Lift", "升降機", "zh-hant", "升降機", "zh-Hant"),
        ("Lift", "升降機", "zh-hans", "升降机", "zh-Hans"),
        ("Lift", "", "zh-hant", "Lift", "en"),
        ("Lift", "", "zh-hans", "Lift", "en"),
        ("", "升降機", "en", "升降機", "zh-Hant"),
        ("", "升降機", "zh-hans", "升降机", "zh-Hans"),
        ("", "", "en", "", "zh-Hant"),
    ],
)
def test_a_phrase_falls_back_to_the_other_language_and_says_which_it_is(en, zh, language, text, lang):
    found = phrase(en, zh, language)
    assert (found, found.lang) == (text, lang)


@pytest.mark.parametrize(
    ("language", "html"),
    [("en", '<span lang="zh-Hant">&lt;b&gt;升</span>'), ("zh-hant", "&lt;b&gt;升")],
)
def test_a_page_marks_a_text_of_another_language_and_escapes_it(language, html):
    with translation.override(language):
        assert Template("{{ text|say }}").render(Context({"text": Phrase("<b>升", "zh-Hant")})) == html


def test_chinese_has_one_word_for_you_and_one_for_verify():
    """The words of the signed report stand in no catalogue, yet are read beside those that do."""
    files = sorted((settings.BASE_DIR / "locale" / "parts").glob("*.po"))
    texts = {file.name: [str(one.string) for one in read_po(StringIO(file.read_text()))] for file in files}
    texts["labels.py"] = [chinese for _english, chinese in WORDS.values()]
    found = [
        (name, word, text)
        for name, said in texts.items()
        for text in said
        for word in ("你", "核證")
        if word in text
    ]
    assert found == []
    assert WORDS["verifier"][1] == translation_of("Verifier")
    assert WORDS["verification"][1] == translation_of("Verification")


def translation_of(message: str) -> str:
    with translation.override("zh-hant"):
        return gettext(message)


def test_simplified_uses_hong_kong_words():
    assert simplified("衞生署") == "卫生署"
