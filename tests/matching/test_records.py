import numpy as np

from matching.engine import Prepared, PreparedPassage
from matching.records import pack, unpack


def test_what_is_unpacked_is_what_was_packed():
    vectors = {"use": np.arange(6, dtype=np.float32), "e5": np.ones(4, np.float32)}
    passages = (
        PreparedPassage("en", ("lift", "lift"), ("lift",), vectors),
        PreparedPassage("zh-Hant", ("升降",), (), {"use": np.zeros(6, np.float32)}),
    )
    found = unpack(memoryview(pack(Prepared("w7", "wish", passages))))
    assert (found.key, found.role) == ("w7", "wish")
    assert [(p.lang, p.tokens, p.concepts) for p in found.passages] == [
        ("en", ("lift", "lift"), ("lift",)),
        ("zh-Hant", ("升降",), ()),
    ]
    assert {name: list(v) for name, v in found.passages[0].vectors.items()} == {
        name: list(v) for name, v in vectors.items()
    }
    assert list(found.passages[1].vectors) == ["use"]
