import pytest

from trials.placeholders import fill, literal, typed_figures, unknown

VALUES = {"claim 1 effect": "18 %", "payback": "3 years"}


@pytest.mark.parametrize(
    ("text", "filled"),
    [
        ("It saved {claim 1 effect}.", "It saved 18 %."),
        ("{Claim  1 Effect} in {payback}", "18 % in 3 years"),
        ("{{payback}} and {payback}", "{payback} and 3 years"),
        ("a lone } or { stays", "a lone } or { stays"),
    ],
)
def test_names_are_filled_and_doubled_braces_are_braces(text, filled):
    assert unknown(text, VALUES) == []
    assert fill(text, VALUES) == filled


def test_a_name_that_nothing_has_is_told_as_it_was_typed_each_once():
    assert unknown("{claim 9 effect} {payback} {Net gain} {claim 9 effect} {}", VALUES) == [
        "claim 9 effect",
        "Net gain",
        "",
    ]


@pytest.mark.parametrize("text", ["{payback}", "{{x}} {", "100 % {claim 1 effect}", "no braces"])
def test_what_somebody_else_wrote_stays_as_it_is(text):
    assert unknown(literal(text), ()) == []
    assert fill(literal(text), VALUES) == text


def test_a_value_with_braces_is_not_filled_again():
    assert fill("{payback}", {"payback": "{claim 1 effect}"}) == "{claim 1 effect}"


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("It saved 18 %.", ["18 %"]),
        ("It saved 18.2% and 18.2%", ["18.2%"]),
        ("eighteen per cent, twenty-four percent", ["eighteen per cent", "twenty-four percent"]),
        ("節省百分之十八，即５％或四成半", ["百分之十八", "５％", "四成半"]),
        ("HK$ 12,000 a year, $3 million", ["HK$ 12,000", "$3 million"]),
        ("每年節省 3 萬元", ["3 萬元"]),
        ("below 45 dB(A) and 60 kWh/day", ["45 dB(A)", "60 kWh/day"]),
        ("It saved {claim 1 effect} ({claim 1 interval}).", []),
        ("the 95 % interval, 95% 置信區間", []),
        ("24 units on 2 floors, 完成工作", []),
        ("45 dB(Armoured)", []),
    ],
)
def test_figures_that_somebody_typed_are_found(text, found):
    assert typed_figures(text, {"dB(A)", "kWh/day", "%", ""}) == found
