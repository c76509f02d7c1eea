import pytest
from hypothesis import given
from hypothesis import strategies as st

from matching.engine import text

WRITTEN = st.text(
    st.one_of(
        st.sampled_from("電梯升降機監測雪種é ﬁＡ１①㎡臺里着ーア한글𠮷🙂-._'+#\u0301\u200b\n"),
        st.characters(codec="utf-8"),
        st.sampled_from("abcXYZ019 "),
    ),
    max_size=60,
)


def words(written):
    return [token.text for token in text.tokens(written)]


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("Sensors sensing", ["sensor", "sens"]),
        ("the lift of a tower", ["lift", "tower"]),
        ("升降機", ["升降", "降机"]),
        ("升降机", ["升降", "降机"]),
        ("梯", ["梯"]),
        ("Wi-Fi", ["wi-fi", "wifi", "wi", "fi"]),
        ("WiFi", ["wifi"]),
        ("CO2", ["co2"]),
        ("ＣＯ２", ["co2"]),
        ("LoRa", ["lora"]),
        ("a-b.c_d", ["a-b.c_d", "abcd", "b", "c", "d"]),
        ("R-410A", ["r-410a", "r410a", "r", "410a"]),
        ("chiller2", ["chiller2", "chiller", "2"]),
        ("getUserName", ["getusernam", "get", "user", "name"]),
        ("AI攝影機", ["ai", "摄影", "影机"]),
        ("C++ and C#", ["c++", "c#"]),
        ("", []),
        ("🙂 ！", []),
    ],
)
def test_a_text_becomes_these_tokens(written, expected):
    assert words(written) == expected


@pytest.mark.parametrize(
    ("written", "token", "place"),
    [
        ("An old Elevator.", "elev", "Elevator"),
        ("舊升降機", "升降", "升降"),
        ("ﬁre alarm", "fire", "ﬁre"),
        ("Ｗｉ－Ｆｉ感應器", "感应", "感應"),
        ("㎡ 冷氣", "冷气", "冷氣"),
        ("cafe\u0301 staff", "café", "cafe\u0301"),
        ("use Wi-Fi here", "fi", "Fi"),
    ],
)
def test_a_token_points_to_what_was_written(written, token, place):
    found = next(t for t in text.tokens(written) if t.text == token)
    assert written[found.start : found.end] == place


@given(WRITTEN)
def test_every_token_lies_inside_its_text_and_comes_from_there(written):
    for token in text.tokens(written):
        assert 0 <= token.start < token.end <= len(written)
        again = words(written[token.start : token.end])
        assert (
            token.text in again
            or len(written[token.start : token.end]) > len(token.text)
            or not token.text.isascii()
        )


@given(WRITTEN)
def test_folding_twice_changes_nothing(written):
    once = text.fold(written).text
    assert text.fold(once).text == once


@given(st.text("abc電梯 ", max_size=80), st.integers(0, 100))
def test_a_clipped_text_is_the_beginning_within_its_cost(written, units):
    clipped = text.clip(written, units)
    assert written.startswith(clipped)
    assert sum(3 if char >= "\u2e80" else 1 for char in clipped) <= units


def test_traditional_and_simplified_give_the_same_tokens():
    assert words("預測升降機故障，監察製冷機組") == words("预测升降机故障，监察制冷机组")
