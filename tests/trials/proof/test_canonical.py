import base64
import hashlib
import json
import struct
from datetime import UTC, datetime
from decimal import Decimal

import jcs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.trials.proof import ed25519, sample
from trials.proof.canonical import NotCanonical, canonical, leaves, pointer, read, readable
from trials.proof.signing import to_bytes


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


APPENDIX_B = [  # all of its samples
    ("0000000000000000", "0"),
    ("8000000000000000", "0"),
    ("0000000000000001", "5e-324"),
    ("8000000000000001", "-5e-324"),
    ("7fefffffffffffff", "1.7976931348623157e+308"),
    ("ffefffffffffffff", "-1.7976931348623157e+308"),
    ("4340000000000000", "9007199254740992"),
    ("c340000000000000", "-9007199254740992"),
    ("4430000000000000", "295147905179352830000"),
    ("44b52d02c7e14af5", "9.999999999999997e+22"),
    ("44b52d02c7e14af6", "1e+23"),
    ("44b52d02c7e14af7", "1.0000000000000001e+23"),
    ("444b1ae4d6e2ef4e", "999999999999999700000"),
    ("444b1ae4d6e2ef4f", "999999999999999900000"),
    ("444b1ae4d6e2ef50", "1e+21"),
    ("3eb0c6f7a0b5ed8c", "9.999999999999997e-7"),
    ("3eb0c6f7a0b5ed8d", "0.000001"),
    ("41b3de4355555553", "333333333.3333332"),
    ("41b3de4355555554", "333333333.33333325"),
    ("41b3de4355555555", "333333333.3333333"),
    ("41b3de4355555556", "333333333.3333334"),
    ("41b3de4355555557", "333333333.33333343"),
    ("becbf647612f3696", "-0.0000033333333333333333"),
    ("43143ff3c1cb0959", "1424953923781206.2"),
]


def double(bits):
    return struct.unpack(">d", bytes.fromhex(bits))[0]


@pytest.mark.parametrize(("bits", "written"), APPENDIX_B)
def test_numbers_are_written_as_rfc_8785_appendix_b_does(bits, written):
    assert canonical(double(bits)) == jcs.canonicalize(double(bits)) == written.encode()


@pytest.mark.parametrize("bits", ["7fffffffffffffff", "7ff0000000000000", "fff0000000000000"])
def test_what_appendix_b_calls_invalid_is_refused(bits):
    with pytest.raises(NotCanonical, match="is not a number of JSON"):
        canonical(double(bits))


PUBLISHED = {  # the test data that the author of RFC 8785 publishes with it: input, output
    "arrays": (b'[56,{"d":true,"10":null,"1":[]}]', b'[56,{"1":[],"10":null,"d":true}]'),
    "french": (
        '{"peach":"This sorting order","p\u00e9ch\u00e9":"is wrong according to French",'
        '"p\u00eache":"but canonicalization MUST","sin":"ignore locale"}'.encode(),
        '{"peach":"This sorting order","p\u00e9ch\u00e9":"is wrong according to French",'
        '"p\u00eache":"but canonicalization MUST","sin":"ignore locale"}'.encode(),
    ),
    "structures": (
        b'{"1":{"f":{"f":"hi","F":5},"\\n":56.0},"10":{},"":"empty","a":{},"111":[{}],"A":{}}',
        b'{"":"empty","1":{"\\n":56,"f":{"F":5,"f":"hi"}},"10":{},"111":[{}],"A":{},"a":{}}',
    ),
    "unicode": ('{"Unnormalized Unicode":"A\u030a"}'.encode(), '{"Unnormalized Unicode":"A\u030a"}'.encode()),
    "weird": (
        rb'{"\u20ac":"Euro Sign","\r":"Return","\u000a":"Newline","1":"One","\u0080":"Control\u007f",'
        rb'"\ud83d\ude02":"Smiley","\u00f6":"O Diaeresis","\ufb33":"Dalet","</script>":"Browser"}',
        '{"\\n":"Newline","\\r":"Return","1":"One","</script>":"Browser","\x80":"Control\x7f",'
        '"\u00f6":"O Diaeresis","\u20ac":"Euro Sign","\U0001f602":"Smiley","\ufb33":"Dalet"}'.encode(),
    ),
}


@pytest.mark.parametrize("name", PUBLISHED)
def test_the_published_test_data_comes_out_as_published(name):
    given, wanted = PUBLISHED[name]
    assert canonical(read(given)) == wanted
    assert jcs.canonicalize(json.loads(given)) == wanted


SCALARS = st.none() | st.booleans() | st.text(max_size=6) | st.integers(-(2**53) + 1, 2**53 - 1)
VALUES = st.recursive(
    SCALARS | st.floats(allow_nan=False, allow_infinity=False),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=6), inner, max_size=4),
    max_leaves=20,
)


@settings(max_examples=200, deadline=None)
@given(VALUES)
def test_an_independent_implementation_writes_the_same_bytes_of_anything(value):
    """The reference implementation of the author of RFC 8785."""
    assert jcs.canonicalize(value) == canonical(value)


def test_a_signed_report_is_verified_by_an_independent_implementation():
    """Nothing of ours but the file: the author's canonical JSON, and Ed25519 in plain Python numbers."""
    envelope = json.loads(to_bytes(sample.envelope()))
    payload, signature = envelope.pop("payload"), envelope.pop("signature")
    assert hashlib.sha256(jcs.canonicalize(payload)).hexdigest() == envelope["hash"]
    raw = base64.urlsafe_b64decode(signature + "==")
    key = sample.KEY.public_key().public_bytes_raw()
    assert ed25519.verifies(key, jcs.canonicalize(envelope), raw)
    assert not ed25519.verifies(key, jcs.canonicalize(envelope | {"hash": "00"}), raw)


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
