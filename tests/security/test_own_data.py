"""What a person takes along tells nothing of anybody else."""

import re
import zipfile

import pytest

from innoportal.holdings import packed
from tests.security.world import PEOPLE, mark

NAMES = re.compile(r"qx(?:name|mail)\w+zq")


@pytest.mark.parametrize("who", [one for one in PEOPLE if one != "anonymous"])
def test_nobody_elses_name_or_address_is_in_it(world, who):
    with packed(world.people[who]) as found, zipfile.ZipFile(found) as archive:
        text = "\n".join(archive.read(name).decode() for name in archive.namelist())
    assert set(NAMES.findall(text)) == {mark(f"name{who}"), mark(f"mail{who}")}
