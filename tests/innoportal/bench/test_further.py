import importlib.util
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings

from innoportal.bench import further
from innoportal.bench.further import BY_HAND, FURTHER, Further

ROOT = Path(settings.BASE_DIR) / "innoportal" / "bench"


def commands():
    for file in ROOT.rglob("*.py"):
        if 'if __name__ == "__main__"' in file.read_text() and file != ROOT / "__main__.py":
            yield ".".join(file.relative_to(ROOT).with_suffix("").parts).removesuffix(".__main__")


def test_every_benchmark_that_is_a_command_is_run_with_all_or_says_why_not():
    assert {one.name for one in FURTHER} | BY_HAND.keys() == set(commands())
    assert not {one.name for one in FURTHER} & BY_HAND.keys()


@pytest.mark.parametrize("one", FURTHER, ids=lambda one: one.name)
def test_what_is_said_of_a_benchmark_is_what_it_takes(one):
    file = Path(importlib.util.find_spec(f"innoportal.bench.{one.name}").origin)
    text = (file.with_name("__main__.py") if file.name == "__init__.py" else file).read_text()
    assert ('"--json"' in text) == one.writes
    assert ("folder" in text.split("add_argument(")[1].split(",")[0]) == bool(one.reads)


def test_without_sets_what_needs_them_is_left_out_and_with_them_each_gets_its_own(tmp_path):
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "wishes.jsonl").touch()
    (tmp_path / "a" / "qrels.tsv").touch()
    a, b = str(tmp_path / "a"), str(tmp_path / "b")
    expected = {"": [[]], "folder": [[str(tmp_path)]], "sets": [[a]], "each": [[a]], "texts": [[a, b]]}
    for reads, arguments in expected.items():
        assert Further("x", "", "", reads=reads).commands(tmp_path) == arguments
        assert Further("x", "", "", reads=reads).commands(None) == ([] if reads else [[]])


def test_one_that_fails_is_told_and_does_not_hold_up_the_others(monkeypatch):
    monkeypatch.setattr(further, "PREFIX", "")
    both = (Further("no_such_module", "", ""), Further("platform", "", ""))
    monkeypatch.setattr(further, "FURTHER", both)
    monkeypatch.setattr(further.json, "loads", lambda text: len(text) > 0)
    assert further.measured(None) == {"no_such_module": [{"failed": 1}], "platform": [True]}


def test_the_help_says_what_each_takes():
    told = subprocess.run(
        [sys.executable, "-m", "innoportal.bench", "--help"], capture_output=True, text=True, check=True
    ).stdout
    assert all(one.name in told and one.takes in told for one in FURTHER)
