"""That keys left in a file would be found, by the step of `make check` that looks for them."""

import pytest

from tests.security.scanning import ROOT, files, main

# Put together here, so that this file holds none.
KEY = "-----BEGIN RSA " + "PRIVATE KEY-----\nMIIEow" + "\n"
WORD = "DATABASE_PASS" + 'WORD = "correct horse 7 battery"\n'


@pytest.mark.parametrize(
    ("text", "kind"), [(KEY, "Private Key"), (WORD, "Secret Keyword")], ids=["key", "word"]
)
def test_a_key_left_in_a_file_is_found(tmp_path, capsys, text, kind):
    left = tmp_path / "left.py"
    left.write_text(text)
    assert main([str(left)]) == 1
    assert capsys.readouterr().out == f"{left}:1: {kind}\n"


def test_a_file_without_one_passes(capsys):
    assert main(["innoportal/settings.py", "tests/security/test_scanning.py"]) == 0
    assert capsys.readouterr().out == ""


def test_settings_pages_and_examples_are_among_what_is_read():
    names = set(files())
    assert {".env.example", "Makefile", "innoportal/settings.py", "README.md"} <= names
    assert all((ROOT / name).exists() for name in names)
