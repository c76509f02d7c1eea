import json
import stat
from datetime import UTC, datetime

import pytest
from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.utils import timezone

from tests.trials import stories
from trials import keys
from trials.proof.verify import verify


def test_the_key_is_made_on_first_use_and_readable_by_its_owner_alone():
    key = keys.signing_key()
    assert stat.S_IMODE(keys.private_file().stat().st_mode) == 0o600
    assert stat.S_IMODE(keys.private_file().parent.stat().st_mode) == 0o700
    assert keys.signing_key().private_bytes_raw() == key.private_bytes_raw()
    (public,) = keys.public_keys().values()
    assert public.key.public_bytes_raw() == key.public_key().public_bytes_raw()


def test_the_private_key_is_not_in_the_public_file():
    private = keys.signing_key().private_bytes_raw()
    text = keys.public_file().read_text()
    assert private.hex() not in text
    assert "PRIVATE" not in text
    assert "d" not in json.loads(text)["keys"][0]


def test_a_lost_public_set_is_written_anew():
    before = keys.make().id
    keys.public_file().unlink()
    assert keys.make().id == before


@pytest.mark.django_db
def test_a_retired_key_keeps_vouching_for_what_it_signed():
    first = stories.published()
    old = keys.make().id
    new = keys.rotate().id
    second = stories.published()
    assert new != old
    assert (first.envelope["key_id"], second.envelope["key_id"]) == (old, new)
    assert all(verify(report.envelope, keys.public_keys()).genuine for report in (first, second))


@pytest.mark.django_db
def test_nothing_is_published_that_would_not_verify():
    """A key that becomes valid only later vouches for nothing now."""
    keys.make(valid_from=datetime(timezone.localdate().year + 5, 1, 1, tzinfo=UTC))
    report = stories.heard()
    with pytest.raises(ValidationError, match="not valid when"):
        stories.sign(report)
    report.refresh_from_db()
    assert (report.status, report.reference) == ("verification", None)


def test_the_command_makes_the_key_and_names_it(capsys):
    call_command("report_key", valid_from=datetime(2025, 1, 1))  # noqa: DTZ001  as typed on a command line
    (key,) = keys.public_keys().values()
    assert key.valid_from == datetime(2024, 12, 31, 16, tzinfo=UTC)
    assert key.id in capsys.readouterr().out
    call_command("report_key", rotate=True)
    assert len(keys.public_keys()) == 2
