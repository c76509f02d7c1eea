import pytest
from django.utils import timezone


@pytest.fixture
def notice_templates(settings, tmp_path):
    """A notice of its own, so that these tests hold whatever the rooms write."""
    folder = tmp_path / "notice"
    folder.mkdir()
    (folder / "changed.txt").write_text(
        "Changed: {{ thing_title }}\n\nRead {{ extra }}\n\nSecond <b>paragraph</b>."
    )
    settings.TEMPLATES = [{**settings.TEMPLATES[0], "DIRS": [*settings.TEMPLATES[0]["DIRS"], tmp_path]}]


@pytest.fixture
def time_machine():
    import time_machine as library

    with library.travel(timezone.now(), tick=False) as traveller:
        yield traveller
