"""The page of a long report begins with what it holds."""

import re

import pytest

from tests.trials import stories

pytestmark = pytest.mark.django_db


def test_each_entry_of_the_contents_leads_to_its_heading_in_their_order(client):
    text = client.get(stories.published().get_absolute_url()).content.decode()
    listed, rest = re.search(r'<nav aria-label="Contents">(.*?)</nav>(.*)', text, re.S).groups()
    entries = re.findall(r'<a class="govuk-link" href="#([a-z]+)">([^<]+)</a>', listed)
    headings = re.findall(r'<h2 class="govuk-heading-m" id="([a-z]+)">([^<]+)</h2>', rest)
    assert entries == headings
    assert len(entries) >= 14
