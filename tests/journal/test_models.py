import pytest
from django.db import connection, transaction
from django.db.utils import InternalError

from journal.models import Entry, next_reference
from tests.factories import EntryFactory

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE journal_entry SET verb = 'x'",
        "DELETE FROM journal_entry",
        "TRUNCATE journal_entry",
    ],
)
def test_the_database_refuses_to_change_the_journal(statement):
    entry = EntryFactory()
    with pytest.raises(InternalError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
    assert Entry.objects.get(pk=entry.pk).verb == "submit"


def test_a_number_that_was_rolled_back_is_given_again():
    first = next_reference("Q")
    with pytest.raises(RuntimeError), transaction.atomic():
        next_reference("Q")
        raise RuntimeError
    assert int(next_reference("Q")[-4:]) == int(first[-4:]) + 1
