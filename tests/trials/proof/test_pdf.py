import copy
import io
import json
import re
import unicodedata
from dataclasses import replace

import pypdf
import pytest

from tests.trials.proof import sample
from trials.proof.files import ATTACHMENT
from trials.proof.labels import LANGUAGES, WORDS, word
from trials.proof.payload import Bilingual, Correction, Party, Result
from trials.proof.pdf import FONTS, TEMPLATE, render_pdf
from trials.proof.shape import Misfit
from trials.proof.signing import sign, to_bytes
from trials.proof.writing import printable
from trials.sentences import both, joined

ENVELOPE = sample.envelope()


def draw(lang="en", url=sample.URL, **changes):
    envelope = sample.envelope(**changes) if changes else ENVELOPE
    return pypdf.PdfReader(io.BytesIO(render_pdf(envelope, lang=lang, verify_url=url)))


def words(reader):
    """Compatibility forms folded, as a font may serve two code points by one glyph; without spaces."""
    text = "".join(page.extract_text() for page in reader.pages)
    return re.sub(r"\s+|\u200b", "", unicodedata.normalize("NFKC", text))


def squeezed(text):
    return re.sub(r"\s+", "", unicodedata.normalize("NFKC", text))


def objects(reader):
    """Every dictionary of the file, those inside others too."""
    waiting = [reader.get_object(number) for number in range(1, int(reader.trailer["/Size"]))]
    while waiting:
        found = waiting.pop()
        if isinstance(found, dict):
            yield found
            waiting.extend(found.values())
        elif isinstance(found, list):
            waiting.extend(found)


@pytest.mark.parametrize(("lang", "language"), [("en", "en-GB"), ("zh-hant", "zh-HK"), ("zh-hans", "zh-CN")])
def test_it_is_tagged_archival_and_says_its_language(lang, language):
    reader = draw(lang)
    root = reader.root_object
    assert root["/Lang"] == language
    assert bool(root["/MarkInfo"]["/Marked"])
    assert "/StructTreeRoot" in root
    assert bool(root["/ViewerPreferences"]["/DisplayDocTitle"])
    xmp = root["/Metadata"].get_object().get_data().decode()
    for claim in ("<pdfaid:part>3<", "<pdfaid:conformance>A<", "<pdfuaid:part>1<"):
        assert claim in xmp


def test_its_title_names_the_report():
    assert draw().metadata.title == (
        "R-2026-0009 v1: Fan coil units with permanent-magnet motor and stepless control"
    )


def test_the_signed_data_is_attached_byte_for_byte():
    found = list(draw("zh-hant").attachment_list)
    assert [(item.name, item.content) for item in found] == [(ATTACHMENT, to_bytes(ENVELOPE))]


@pytest.mark.parametrize("lang", LANGUAGES)
def test_nothing_in_it_runs_or_leads_elsewhere_than_to_its_verification(lang):
    reader = draw(lang)
    uris = {str(found["/URI"]) for found in objects(reader) if "/URI" in found}
    assert uris == {sample.URL}
    forbidden = {
        "/JS",
        "/JavaScript",
        "/Launch",
        "/OpenAction",
        "/AA",
        "/SubmitForm",
        "/RichMedia",
        "/GoToR",
        "/XFA",
    }
    for found in objects(reader):
        assert not forbidden & set(found)
        assert found.get("/S") not in forbidden


def test_every_font_is_embedded():
    descriptors = [found for found in objects(draw("zh-hans")) if found.get("/Type") == "/FontDescriptor"]
    assert len(descriptors) >= 3
    assert all({"/FontFile2", "/FontFile3"} & set(found) for found in descriptors)


@pytest.mark.parametrize("lang", ["en", "zh-hant"])
def test_everything_that_was_signed_for_the_reader_is_on_the_pages(lang):
    def texts(value):
        if isinstance(value, dict) and set(value) == {"en", "zh"}:
            yield value["en" if lang == "en" else "zh"]
        elif isinstance(value, dict | list):
            for child in value.values() if isinstance(value, dict) else value:
                yield from texts(child)

    shown = words(draw(lang))
    payload = copy.deepcopy(ENVELOPE["payload"])
    wanted = [squeezed(text) for text in texts(payload)]
    assert len(wanted) > 30
    # A word that is broken at the end of a line keeps its hyphen.
    assert [text for text in wanted if text not in shown and text not in shown.replace("-", "")] == []
    for text in (payload["reference"], payload["trial"]["reference"], payload["wish"]["reference"]):
        assert text in shown
    for text in (ENVELOPE["hash"], ENVELOPE["key_id"], payload["plan"]["hash"], payload["previous_hash"]):
        assert text in shown


@pytest.mark.parametrize("lang", ["en", "zh-hant", "zh-hans"])
def test_figures_have_four_digits_and_the_hash_of_the_readings_stands_among_what_is_checked(lang):
    data = "0123456789abcdef" * 4
    reason = joined(both("met", confidence=95), both("readings", readings=40, flagged=0, hash=data))
    claim = replace(
        sample.energy(),
        baseline="412.345",
        result=Result("34.8765", "29.9999", "37.6543", "95", 84, None),
        reason=reason,
    )
    series = replace(sample.series(), baseline_level="412.345", target_level="288.642")
    reader = draw(lang, claims=(claim,), series=(series,))
    shown = words(reader)
    for rounded, full in (("412.3", "412.345"), ("34.88", "34.8765"), ("37.65", "37.6543")):
        assert rounded in shown
        assert full not in shown
    assert "29.9999" in shown  # 30 was promised
    said = {"en": "0ofthemflagged", "zh-hant": "其中0個有標記", "zh-hans": "其中0个有标记"}[lang]
    before, _, after = shown.partition(said)
    assert after.startswith((".", "。"))
    assert data not in before
    label = squeezed(word("data_hash", lang, number=1))
    assert shown.count(data) == 1
    assert f"{label}{data}" in after
    assert json.loads(next(reader.attachment_list).content)["payload"]["claims"][0]["result"]["effect"] == (
        "34.8765"
    )


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_metric_known_by_a_name_alone_is_printed_as_words(lang):
    name = Bilingual("energy_use", "energy_use")
    claim, series = replace(sample.energy(), metric=name), replace(sample.series(), metric=name)
    reader = draw(lang, claims=(claim,), series=(series,))
    assert words(reader).count("Energyuse") >= 2
    assert "energy_use" not in words(reader)
    alternatives = " ".join(str(found["/Alt"]) for found in objects(reader) if "/Alt" in found)
    assert "Energy use" in alternatives
    assert "energy_use" not in alternatives


def test_simplified_chinese_is_derived():
    shown = words(draw("zh-hans"))
    assert "节能幅度高于承诺" in shown
    assert "节能盘管风机" in shown
    assert "節" not in shown


@pytest.mark.parametrize("verdict", ["met", "partly_met", "not_met", "inconclusive", "stopped"])
@pytest.mark.parametrize("lang", LANGUAGES)
def test_each_verdict_is_said_in_words(verdict, lang):
    assert words(draw(lang, verdict=verdict)).count(squeezed(word(verdict, lang))) >= 1


def test_the_demonstration_banner_stands_only_where_the_payload_says_so():
    assert squeezed(WORDS["demonstration_text"][0]) in words(draw())
    assert "Demonstration" not in words(draw(demonstration=False))


def test_it_says_that_it_is_not_affiliated():
    assert squeezed(WORDS["independent"][0]) in words(draw())
    assert squeezed(WORDS["independent"][1]) in words(draw("zh-hant"))


def test_a_corrected_version_says_why():
    shown = words(draw(version=2, corrects=Correction(1, "cd" * 32, Bilingual("A unit was wrong.", ""))))
    assert "Thisversioncorrectsversion1" in shown
    assert "Aunitwaswrong." in shown


def test_a_missing_language_falls_back_to_the_other_marked_with_its_language():
    reader = draw("zh-hant", limits=Bilingual("Only one building.", ""))
    assert "Onlyonebuilding." in words(reader)
    assert "en-GB" in {str(found["/Lang"]) for found in objects(reader) if "/Lang" in found}


def test_empty_lists_are_said_to_be_empty():
    shown = words(draw(deviations=(), incidents=(), money=(), series=(), vendor_comment=Bilingual()))
    assert shown.count("Nonewasrecorded.") == 2
    assert "Thevendormadenocomment." in shown
    assert "Whatwasmeasured" not in shown


HOSTILE = [
    "#import \"@preview/cetz:0.3.4\": *",
    "#read(\"/etc/passwd\")",
    "#{sys.inputs}",
    "{{7*7}} {% debug %} ${7*7}",
    "<script>alert(1)</script>",
    "$ sum_(i=1)^n $ *bold* _it_ `raw` @ref <label> = heading",
    "\\u{41} \\\\ ] } ) \" '",
    "https://evil.example/ www.evil.example",
    "javascript:alert(1)",
    "{reference} %s %(x)s",
]  # fmt: skip


def test_what_people_write_stays_text():
    """In every field at once, and no address among it becomes a link."""
    hostile = " ".join(HOSTILE)
    said = Bilingual(hostile, hostile)
    base = sample.report()
    changes = {
        "trial": replace(base.trial, title=said, scale=said),
        "summary": said,
        "organisations": (Party("vendor", said),),
        "venues": (said,),
        "claims": (replace(sample.energy(), statement=said, method=said, unit=hostile, target_unit=hostile),),
        "series": (replace(sample.series(), metric=said, unit=hostile),),
        "vendor_comment": said,
        "verifier": replace(base.verifier, name=said, statement=said),
    }
    reader = draw("en", **changes)
    shown = words(reader)
    for text in HOSTILE:
        assert shown.count(squeezed(text)) >= 6, text
    assert {str(found["/URI"]) for found in objects(reader) if "/URI" in found} == {sample.URL}


def test_hong_kong_characters_are_shown():
    text = "𨋢 㗎 嘅 喺 鱲 邨 埗 躉 衞 啲"
    shown = words(draw("zh-hant", limits=Bilingual("", text)))
    assert squeezed(text) in shown
    assert "〓" not in shown


def test_a_hong_kong_character_whose_simplified_form_is_too_rare_keeps_its_own():
    shown = words(draw("zh-hans", limits=Bilingual("", "更換兩部𨋢的驅動器")))
    assert "更换两部𨋢的驱动器" in shown
    assert "〓" not in shown


def heights(reader, text):
    """Where on its page, from 0 at the bottom to 1, each piece of text stands that holds this one."""
    found = []
    for page in reader.pages:

        def visit(piece, matrix, text_matrix, *_, page=page):
            if text in piece:
                y = text_matrix[4] * matrix[1] + text_matrix[5] * matrix[3] + matrix[5]
                found.append(float(y / page.mediabox.height))

        page.extract_text(visitor_text=visit)
    return found


@pytest.mark.parametrize("length", [40, 400, 3_900])
def test_text_of_any_length_is_printed_inside_the_page_to_its_last_word(length):
    long = Bilingual("word " * length + "endofit", "")
    base = sample.report()
    reader = draw(
        trial=replace(base.trial, title=long, scale=long),
        claims=(replace(sample.energy(), statement=long, metric=long, method=long, reason=long),),
        series=(replace(sample.series(), metric=long),),
        plan=replace(base.plan, method=long, stop_rules=long),
        incidents=(replace(base.incidents[0], text=long),),
        verifier=replace(base.verifier, name=long, organisation=long, statement=long, interests=long),
    )
    found = heights(reader, "endofit")
    assert len(found) >= 14
    assert [height for height in found if not 0.03 < height < 0.97] == []


def test_a_character_without_a_glyph_is_marked_and_does_not_stop_the_report():
    shown = words(draw(limits=Bilingual("Emoji 🤖 and ☃ and ก and a\u200bb and \u2003x", "")))
    assert "Emoji〓and〓and〓andabandx" in shown
    assert squeezed(WORDS["missing_glyphs"][0]) in shown
    assert squeezed(WORDS["missing_glyphs"][0]) not in words(draw())


def test_printable_keeps_what_the_fonts_hold():
    assert printable("CO₂ ≥ 5 µm, 25 °C — “x”\n機電") == "CO₂ ≥ 5 µm, 25 °C — “x”\n機電"
    assert printable("e\u0301") == "é"
    assert printable("Łódź Ω Ж ﬃ 𝟙") == "Łódź Ω Ж ffi 1"


def test_long_and_unbroken_text_is_set():
    long = Bilingual("word " * 3_000, "字" * 15_000)
    for lang in ("en", "zh-hant"):
        reader = draw(lang, summary=long, vendor_comment=long, claims=(sample.energy(),) * 40)
        assert len(reader.pages) > 8
    assert len(draw(limits=Bilingual("x" * 5_000, "")).pages) >= 3


def test_a_reader_of_no_chart_has_its_numbers():
    shown = words(draw())
    assert "Baseline2Mar2026–29Mar202628412.2" in shown
    alternatives = [str(found["/Alt"]) for found in objects(draw()) if "/Alt" in found]
    assert any(text.startswith("Line chart of Daily electricity") for text in alternatives)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_same_report_gives_the_same_bytes(lang):
    one, two = (render_pdf(ENVELOPE, lang=lang, verify_url=sample.URL) for _ in range(2))
    assert one == two


def test_a_payload_that_is_no_report_is_refused():
    with pytest.raises(Misfit, match="is missing"):
        render_pdf(
            sign({"published_at": "2026-06-30T10:00:00+08:00"}, sample.KEY), lang="en", verify_url=sample.URL
        )


@pytest.mark.parametrize(
    "url", ["", "javascript:alert(1)", "/verify/", "https://例.hk/", "https://a b/", "https://a/" + "x" * 300]
)
def test_an_address_that_no_reader_can_open_is_refused(url):
    with pytest.raises(ValueError, match="verify_url"):
        render_pdf(ENVELOPE, lang="en", verify_url=url)


def test_another_language_is_refused():
    with pytest.raises(ValueError, match="lang must be one of"):
        render_pdf(ENVELOPE, lang="fr", verify_url=sample.URL)


def test_the_template_reads_no_file_and_no_package():
    source = TEMPLATE.read_text()
    assert not re.search(r"#?(import|include)\b|\bread\(|\beval\(|@preview", source)
    assert "json(bytes(sys.inputs.report))" in source


def test_the_fonts_stay_small_and_carry_their_licence():
    assert sum(font.stat().st_size for font in FONTS.glob("*.ttf")) < 12_000_000
    assert "SIL Open Font License, Version 1.1" in (FONTS / "OFL.txt").read_text()


def test_every_word_has_both_languages():
    for name, (english, chinese) in WORDS.items():
        assert english, name
        assert chinese, name
        assert sorted(re.findall(r"{\w+}", english)) == sorted(re.findall(r"{\w+}", chinese)), name
