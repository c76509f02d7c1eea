import struct
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from trials.proof.canonical import NotCanonical, canonical, leaves, pointer, read, readable


def test_the_example_of_rfc_8785_section_3_2_2():
    value = read(
        rb'{"numbers": [333333333.33333329, 1E30, 4.50, 2e-3, 0.000000000000000000000000001],'
        rb'"string": "\u20ac$\u000F\u000aA'
        rb"'"
        rb'\u0042\u0022\u005c\\\"\/", "literals": [null, true, false]}'
    )
    assert canonical(value) == (
        b'{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],'
        b'"string":"\xe2\x82\xac$\\u000f\\nA\'B\\"\\\\\\\\\\"/"}'
    )


def test_names_are_sorted_as_rfc_8785_section_3_2_3_does():
    names = ["\u20ac", "\r", "\ufb33", "1", "\U0001f600", "\u0080", "\u00f6"]
    assert [*read(canonical(dict.fromkeys(names, 0)))] == [
        "\r", "1", "\u0080", "\u00f6", "\u20ac", "\U0001f600", "\ufb33",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("bits", "written"),
    [
        ("0000000000000000", "0"),
        ("8000000000000000", "0"),
        ("0000000000000001", "5e-324"),
        ("7fefffffffffffff", "1.7976931348623157e+308"),
        ("4340000000000000", "9007199254740992"),
        ("44b52d02c7e14af5", "9.999999999999997e+22"),
        ("444b1ae4d6e2ef50", "1e+21"),
        ("3eb0c6f7a0b5ed8d", "0.000001"),
        ("3eb0c6f7a0b5ed8c", "9.999999999999997e-7"),
        ("41b3de4355555553", "333333333.3333332"),
    ],
)
def test_numbers_are_written_as_rfc_8785_appendix_b_does(bits, written):
    assert canonical(struct.unpack(">d", bytes.fromhex(bits))[0]) == written.encode()


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ({"a": float("nan")}, "a: nan is not a number of JSON"),
        ({"a": [1, float("-inf")]}, "a[1]: -inf is not a number of JSON"),
        ({"a": 2**53}, "a: the integer does not fit 53 bits; write it as a string"),
        ({"a": Decimal("1.5")}, "a: Decimal has no place in JSON; write it as a string"),
        ({"a": datetime(2026, 1, 1, tzinfo=UTC)}, "a: datetime has no place in JSON; write it as a string"),
        ({"a": (1, 2)}, "a: tuple has no place in JSON; write it as a string"),
        ({"a": {1: "x"}}, "a: a name must be text, not int"),
        ({"a": "\ud800"}, "a: text holds half of a surrogate pair"),
        ({"a\udfff": 1}, '["a\udfff"]: text holds half of a surrogate pair'),
        (b"bytes", "(the whole): bytes has no place in JSON; write it as a string"),
    ],
)
def test_what_has_no_single_form_is_refused_with_its_path(value, message):
    with pytest.raises(NotCanonical) as refused:
        canonical(value)
    assert str(refused.value) == message


def test_nesting_is_limited_without_exhausting_the_stack():
    value: list = []
    for _ in range(100_000):
        value = [value]
    with pytest.raises(NotCanonical, match="nested deeper than 32 levels"):
        canonical(value)


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b'{"a": 1, "b": 2, "a": 3}', "the name 'a' stands twice in one object"),
        (b'{"a": NaN}', "NaN is not a number of JSON"),
        (b'{"a": 1e999}', "the number 1e999 is out of range"),
        (b'{"a": ' + b"9" * 5_000 + b"}", "holds a number that is too long"),
        (b'{"a": 90071992547409930}', "a: the integer does not fit 53 bits; write it as a string"),
        (b'{"a": "\\ud800"}', "a: text holds half of a surrogate pair"),
        (b'{"a": "cut', "not JSON: Unterminated string starting at at line 1, column 7"),
        (b"\xff\xfe\x00", "not JSON: the bytes are not UTF-8 text"),
        (b"[" * 200_000, "nested deeper than 32 levels"),
        (b"[" * 40 + b"]" * 40, "nested deeper than 32 levels"),
    ],
)
def test_json_that_readers_would_disagree_on_is_refused(data, message):
    with pytest.raises(NotCanonical) as refused:
        read(data)
    assert message in str(refused.value)


def test_an_empty_list_is_a_leaf_so_that_its_removal_shows():
    value = {"a/b": [], "c": [{"d~": 1}, {}]}
    assert [(pointer(path), leaf) for path, leaf in leaves(value)] == [
        ("/a~1b", []),
        ("/c/0/d~0", 1),
        ("/c/1", {}),
    ]
    assert [readable(path) for path, _ in leaves(value)] == ['["a/b"]', 'c[0]["d~"]', "c[1]"]
