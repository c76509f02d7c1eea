from tests.trials.proof import sample
from trials.proof.chain import verify_chain
from trials.proof.signing import sign


def chain(length):
    found = []
    for number in range(1, length + 1):
        previous = found[-1]["hash"] if found else None
        payload = sample.report(reference=f"R-2026-{number:04}", previous_hash=previous).to_dict()
        found.append(sign(payload, sample.KEY))
    return found


def codes(envelopes):
    return [(found.code, found.index) for found in verify_chain(envelopes)]


def test_a_whole_chain_has_no_break():
    assert codes(chain(5)) == []
    assert codes([]) == []


def test_a_missing_report_is_found_at_the_one_after_it():
    whole = chain(5)
    found = verify_chain([*whole[:2], *whole[3:]])
    assert [(item.code, item.index) for item in found] == [("missing", 2)]
    assert found[0].message == f"the report before R-2026-0004 v1 is missing (hash {whole[2]['hash'][:16]}…)"


def test_a_missing_first_report_is_found():
    assert codes(chain(3)[1:]) == [("missing", 0)]


def test_two_that_changed_places_are_found():
    one, two, three, four = chain(4)
    assert codes([one, three, two, four]) == [("out_of_order", 1), ("out_of_order", 2), ("out_of_order", 3)]


def test_two_that_follow_the_same_report_are_found():
    one, two, three = chain(3)
    rival = sign(sample.report(reference="R-2026-0099", previous_hash=one["hash"]).to_dict(), sample.KEY)
    found = verify_chain([one, two, three, rival])
    assert [(item.code, item.index) for item in found] == [("fork", 3)]
    assert found[0].message == "R-2026-0099 v1 and R-2026-0002 v1 both follow the same report"


def test_a_second_first_report_is_found():
    assert codes([*chain(2), sign(sample.report(previous_hash=None).to_dict(), sample.KEY)]) == [
        ("second_first", 2)
    ]


def test_the_same_report_twice_is_found():
    one, two = chain(2)
    assert codes([one, two, two]) == [("twice", 2)]


def test_an_altered_report_breaks_the_link_after_it_although_its_hash_field_was_kept():
    one, two, three = chain(3)
    two["payload"]["verdict"] = "met"
    assert codes([one, two, three]) == [("missing", 2)]


def test_what_is_no_report_is_named_and_does_not_hide_the_rest():
    one, two = chain(2)
    assert codes([one, {"payload": None}, two]) == [("unreadable", 1), ("out_of_order", 2)]
    odd = sign(sample.report(previous_hash=None).to_dict() | {"previous_hash": 7}, sample.KEY)
    assert codes([one, odd]) == [("unreadable", 1)]
    assert codes([one, [], 7]) == [("unreadable", 1), ("unreadable", 2)]
