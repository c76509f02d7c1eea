"""What the portal is made of: pinned with its hashes, and listed for who has to know."""

import json
import re
import subprocess

import pytest
from django.conf import settings

LOCKS = ("requirements.lock", "requirements-dev.lock")
PIN = re.compile(r"^([A-Za-z0-9][A-Za-z0-9._-]*)==([^ ;\\]+)", re.MULTILINE)


def pins(lock: str) -> dict[str, str]:
    text = (settings.BASE_DIR / lock).read_text()
    return {name.lower().replace("_", "-"): version for name, version in PIN.findall(text)}


@pytest.mark.parametrize("lock", LOCKS)
def test_every_package_is_pinned_with_hashes(lock):
    entries = re.split(r"\n(?=[A-Za-z0-9])", (settings.BASE_DIR / lock).read_text().split("\n", 2)[2])
    assert len(entries) > 100
    bare = [one.split("\n")[0] for one in entries if "==" not in one or "--hash=sha256:" not in one]
    assert bare == []


def test_the_list_of_packages_names_each_one_with_version_and_hashes(tmp_path):
    place = tmp_path / "sbom" / "portal.json"
    command = ["make", "-s", "sbom", f"SBOM={place}", "-o", "install-dev"]
    subprocess.run(command, cwd=settings.BASE_DIR, check=True, capture_output=True)
    listed = json.loads(place.read_text())
    assert (listed["bomFormat"], listed["metadata"]["component"]["name"]) == ("CycloneDX", "innoportal")
    assert {one["name"].lower(): one["version"] for one in listed["components"]} == pins("requirements.lock")
    hashes = [one["externalReferences"][0]["hashes"] for one in listed["components"]]
    assert all(hashes)
