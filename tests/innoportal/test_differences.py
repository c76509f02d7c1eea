import time

import pytest

from innoportal.lib.differences import Piece, difference, of_rows, shortened


def marked(pieces) -> str:
    signs = {"same": "{}", "removed": "[-{}-]", "added": "[+{}+]", "left_out": "…"}
    return "".join(signs[one.kind].format(one.text) for one in pieces)


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("", "", ""),
        ("The same.", "The same.", "The same."),
        ("", "All new.", "[+All new.+]"),
        ("All gone.", "", "[-All gone.-]"),
        ("It saves 15 % energy.", "It saves 22 % energy.", "It saves [-15 -][+22 +]% energy."),
        ("減少百分之十五的電力", "減少百分之廿三的電力", "減少百分之[-十五-][+廿三+]的電力"),
        ("採用 IoT 感應器。", "採用 LoRa 感應器。", "採用 [-IoT -][+LoRa +]感應器。"),
        ("One. Two. Three.", "One. Three.", "One. [-Two. -]Three."),
        ("7", "8", "[-7-][+8+]"),
        ("<b>bold</b>", "<i>bold</i>", "[-<b>bold</b>-][+<i>bold</i>+]"),
    ],
)
def test_what_changed_is_told_word_by_word_and_in_chinese_character_by_character(old, new, told):
    assert marked(difference(old, new)) == told


@pytest.mark.parametrize(
    "text", ["First line\nsecond  line.\n\nThird 行，第二句。完", "😀 𠮷野家 café\t1.5 kW "]
)
def test_both_texts_can_be_read_back_from_the_pieces(text):
    other = f"New. {text[3:]} tail"
    pieces = difference(text, other)
    assert "".join(one.text for one in pieces if one.kind != "added") == text
    assert "".join(one.text for one in pieces if one.kind != "removed") == other


def test_long_unchanged_text_is_left_out_only_where_no_change_is_near():
    long = "It was measured again. " * 40
    pieces = shortened(difference(f"{long}Ten. {long}", f"{long}Twelve. {long}"))
    assert [one.kind for one in pieces] == ["left_out", "same", "removed", "added", "same", "left_out"]
    assert sum(len(one.text) for one in pieces) < 250
    short = difference("A short one. Ten.", "A short one. Twelve.")
    assert shortened(short) == short


def test_rows_come_and_go_whole():
    assert of_rows(["a b", "c"], ["a b", "d"]) == [
        Piece("same", "a b"),
        Piece("removed", "c"),
        Piece("added", "d"),
    ]


@pytest.mark.parametrize("pattern", ["的", "的一", "a b ", "一二三四五六七八九十", "x. y! "])
def test_two_longest_texts_that_repeat_themselves_are_compared_at_once(pattern):
    one = (pattern * 6000)[:6000]
    began = time.process_time()
    difference(one, one[::-1] + "!")
    difference(one, one[1:3000] + "!" + one[2990:])
    assert time.process_time() - began < 3
