"""Explanations in the portal."""

import pytest
from django.core.cache import cache

from matching import services
from matching.engine import text
from matching.models import Match
from matching.services import explaining
from tests.factories import SolutionFactory, WishFactory

pytestmark = pytest.mark.usefixtures("engine")


def test_the_vectors_of_sentences_are_kept_for_the_other_processes():
    cache.clear()
    SolutionFactory(listed=True, title_en="Lift monitor", title_zh="", summary_en="Foresees faults of lifts.")
    wish = WishFactory(open=True, title_en="Find faults in lifts early", title_zh="")
    services.rematch_all()
    services.rematch_wish(wish.pk)
    sentences = Match.objects.get().explanation["sentences"]
    reader = explaining.reader()
    for side in ("wish", "solution"):
        key = reader.key(text.fold(sentences[f"{side}_text"]).text, side)
        assert len(explaining.Sentences().get_many([key])[key]) == reader.size
