import pytest

from trials.proof.payload import Bilingual
from trials.proof.writing import Writer, brief, metric_label, without_data
from trials.sentences import both, joined

HASH = "0123456789abcdef" * 4


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("30.0285", "30.03"),
        ("-30.0285", "-30.03"),
        ("0.00123456", "0.001235"),
        ("268.123", "268.1"),
        ("12345.6", "12346"),  # the whole part is never rounded away
        ("123456", "123456"),
        ("9.99996", "10"),
        ("43.0", "43"),
        ("100", "100"),
        ("0", "0"),
        ("1e-07", "0.0000001"),  # as Python writes a small float
    ],
)
def test_people_read_four_significant_digits(text, shown):
    assert brief(text) == shown


@pytest.mark.parametrize(
    ("text", "target", "shown"),
    [
        ("17.9996", "18", "17.9996"),
        ("18.0000004", "18", "18.0000004"),
        ("17.994", "18", "17.99"),
        ("18", "18", "18"),
        ("18", "18.0000", "18"),
        ("12.3456", "18", "12.35"),
        ("42.00001", "42", "42.00001"),
    ],
)
def test_rounding_never_carries_a_number_over_the_target_it_was_judged_by(text, target, shown):
    assert brief(text, target) == shown


def test_a_computed_number_is_grouped_and_has_its_unit():
    assert Writer("en").brief("-12345.67", "kWh") == "−12,346\u00a0kWh"


def test_the_fingerprint_leaves_the_reason_that_is_signed():
    reason = joined(both("open", confidence=95), both("readings", readings=40, flagged=1, hash=HASH))
    rest, data = without_data(reason)
    assert data == HASH
    assert rest.en.endswith("\n\n40 readings were used, 1 of them flagged.")
    assert rest.zh.endswith("\n\n採用 40 個讀數，其中 1 個有標記。")


def test_a_reason_without_a_fingerprint_is_as_it_was_written():
    reason = Bilingual("Two controllers lost their address. Data: lost.", "")
    assert without_data(reason) == (reason, "")


@pytest.mark.parametrize(
    ("name", "label"),
    [
        ("energy_use", "Energy use"),
        ("fan-electricity", "Fan electricity"),
        ("pm2-5", "Pm2-5"),
        ("kWh_a_day", "kWh a day"),
        ("__rain__error_", "Rain error"),
        ("_", "_"),
    ],
)
def test_the_name_of_a_metric_reads_as_words(name, label):
    assert metric_label(Bilingual(name, name)).en == label


def test_a_metric_that_has_words_in_both_languages_keeps_them():
    words = Bilingual("electricity_of a day", "每日用電量")
    assert metric_label(words) == words
