"""What a search of the demonstration says to questions about other things; both models, real texts."""

import tomllib
from pathlib import Path

import pytest

import innoportal.demonstration
from matching.engine import Item, Passage, Snapshot, load_embedders, prepare
from matching.services.searching import ALONE, ALONE_SHORT, _likely, language_of

SHORT = """
banana|hello|zzzzzz|violin sonata|marriage licence|medieval Icelandic poetry|recipe for soup|wedding dress
kindergarten|poem|chess|haircut|birthday cake|guitar|lottery|perfume|dinosaur|opera|astrology|divorce|tattoo
cheese|ballet|a|香蕉|你好|婚紗|鋼琴|占星|蛋糕|小說|離婚|賽馬|詩|祖母|恐龍
"""
LONG = (
    "My grandmother used to bake a cheese cake every Sunday for the whole family.",
    "The poet wrote a long novel about a dinosaur that fell in love with an opera singer.",
    "How do I apply for a marriage licence and where can I buy a wedding dress?",
    "A violin sonata by Bach was played at the funeral of the old king.",
    "祖母每個星期日都會為全家人焗一個芝士蛋糕。",
    "國王的葬禮上演奏了一首巴赫小提琴奏鳴曲。",
)
CONTENT = Path(innoportal.demonstration.__file__).parent / "content"


@pytest.fixture(scope="module")
def models():
    return load_embedders(["e5", "use"])


@pytest.fixture(scope="module")
def snapshot(models):
    return Snapshot.build(prepare([*items("wish"), *items("solution")], models))


def items(side):
    fields = {"wish": ("wishes", ("need", "outcome")), "solution": ("solutions", ("summary",))}
    name, bodies = fields[side]
    (rows,) = tomllib.loads((CONTENT / f"{name}.toml").read_text()).values()
    for number, row in enumerate(rows):
        passages = [
            Passage(
                lang, row.get(f"title_{suffix}", ""), " ".join(row.get(f"{b}_{suffix}", "") for b in bodies)
            )
            for lang, suffix in (("en", "en"), ("zh-Hant", "zh"))
            if row.get(f"title_{suffix}")
        ]
        yield Item(f"{side[0]}{number}", side, tuple(passages))


def answered(snapshot, models, texts, alone):
    asked = prepare([Item(t, "wish", (Passage(language_of(t), "", t),)) for t in texts], models)
    return {
        query.key
        for query in asked
        for side in ("wish", "solution")
        if any(_likely(((hit, side) for hit in snapshot.search(query, side, 25, crowded=False)), alone))
    }


def test_hardly_any_short_question_about_something_else_finds_anything(snapshot, models):
    assert (
        len(answered(snapshot, models, SHORT.strip().replace("\n", "|").split("|"), ALONE_SHORT)) <= 3
    )  # of 38; 20 before there was a limit of its own


def test_no_sentence_about_something_else_finds_anything(snapshot, models):
    assert answered(snapshot, models, LONG, ALONE) == set()


def test_what_it_holds_is_found(snapshot, models):
    texts = ["lift", "升降機", "chiller", "冷氣", "toilet", "water leakage", "robot", "機械人"]
    assert answered(snapshot, models, texts, ALONE_SHORT) == set(texts)
