import json

import numpy as np
import pytest

from matching.engine import Item, Passage, Snapshot, from_record, passage_from_record, prepare, to_record


def test_what_was_prepared_survives_json(prepared):
    again = from_record(json.loads(json.dumps(to_record(prepared[0]))))
    before, after = prepared[0].passages[0], again.passages[0]
    assert (again.key, again.role) == (prepared[0].key, prepared[0].role)
    assert (after.lang, after.tokens, after.concepts) == (before.lang, before.tokens, before.concepts)
    assert all(np.array_equal(after.vectors[m], before.vectors[m]) for m in before.vectors)
    passage = passage_from_record(to_record(before))
    assert passage.tokens == before.tokens


def test_a_snapshot_of_stored_records_answers_as_the_first(prepared, snapshot):
    stored = Snapshot.build(from_record(json.loads(json.dumps(to_record(p)))) for p in prepared)
    assert stored.search(prepared[0], "solution", 9) == snapshot.search(prepared[0], "solution", 9)


def test_preparing_twice_or_in_another_batch_gives_the_same(corpus, embedders, prepared):
    (alone,) = prepare([corpus.wishes[3]], embedders)
    (one,), (other,) = alone.passages, prepared[3].passages
    assert (one.tokens, one.concepts) == (other.tokens, other.concepts)
    for model in ("e5", "use"):
        assert one.vectors[model] == pytest.approx(other.vectors[model], abs=1e-5)


def test_the_words_of_a_title_count_twice():
    (found,) = prepare([Item("W", "wish", (Passage("en", "Pump", "a valve"),))], ())
    assert found.passages[0].tokens == ("pump", "pump", "valv")


def test_a_language_that_is_not_spoken_here_is_refused():
    with pytest.raises(ValueError, match="'fr' is not one of"):
        Passage("fr", "", "")


@pytest.mark.parametrize("body", ["", " \n", "\0", "🙂", "\ud800", "a" * 200_000, "梯" * 50_000])
def test_any_text_can_be_prepared(embedders, body):
    (found,) = prepare([Item("W", "wish", (Passage("en", "", body),))], embedders)
    assert all(np.isfinite(vector).all() for vector in found.passages[0].vectors.values())
