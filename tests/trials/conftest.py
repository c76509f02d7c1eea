import pytest


@pytest.fixture(autouse=True)
def own_places(settings, tmp_path):
    """A signing key and a media directory of this test alone."""
    settings.REPORT_KEY_FILE = tmp_path / "keys" / "report.pem"
    settings.MEDIA_ROOT = tmp_path / "media"
