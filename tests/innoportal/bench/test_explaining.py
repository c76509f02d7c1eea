import json
import sys
from pathlib import Path

from innoportal.bench import explaining

CORPUS = Path(__file__).parents[2] / "matching" / "engine" / "corpus"


def test_what_an_explanation_costs_is_told_for_each_thing_that_may_be_at_hand(monkeypatch, tmp_path, capsys):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    file = tmp_path / "found.json"
    monkeypatch.setattr(
        sys, "argv", ["explaining", str(CORPUS), "--best", "3", "--wishes", "2", "--json", str(file)]
    )
    assert explaining.main() == 0
    found = json.loads(file.read_text())
    assert (found["wishes"], found["solutions for each"]) == (2, 3)
    costs = [found[f"{what} at hand"]["p50 ms"] for what in ("nothing", "vectors", "all")]
    assert costs == sorted(costs, reverse=True)
    assert costs[0] > 2 * costs[1]  # the model has read every sentence
    assert "nothing at hand" in capsys.readouterr().out


def test_a_folder_that_is_no_set_is_refused_in_words(monkeypatch, tmp_path, capsys):
    monkeypatch.setattr(sys, "argv", ["explaining", str(tmp_path)])
    assert explaining.main() == 2
    assert str(tmp_path) in capsys.readouterr().err
