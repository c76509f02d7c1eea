import pytest
from django.db.models import F

from accounts.models import Organisation
from innoportal.lib.pagination import KeysFirst
from tests.factories import OrganisationFactory

pytestmark = pytest.mark.django_db


def test_pages_hold_what_is_listed_once_and_in_its_order_as_rows_reads_it():
    made = [OrganisationFactory(name_en=f"Office {place}", about_en=str(place % 3)) for place in range(7)]
    OrganisationFactory(about_en="9")  # not listed
    listed = Organisation.objects.exclude(about_en="9").order_by("-about_en", "pk")
    pages = KeysFirst(listed, 3, rows=Organisation.objects.annotate(shown=F("name_en")))
    wanted = [one.name_en for one in sorted(made, key=lambda one: (-int(one.about_en), one.pk))]
    shown = [[row.shown for row in pages.page(number)] for number in pages.page_range]
    assert shown == [wanted[:3], wanted[3:6], wanted[6:]]
    assert pages.count == 7


def test_a_page_is_one_query_and_reads_the_table_anew_each_time(django_assert_num_queries):
    OrganisationFactory.create_batch(2)
    rows, listed = Organisation.objects.all(), Organisation.objects.order_by("pk")
    with django_assert_num_queries(2):  # count, page
        assert len(KeysFirst(listed, 5, rows=rows).page(1)) == 2
    OrganisationFactory()
    assert len(KeysFirst(listed, 5, rows=rows).page(1)) == 3
