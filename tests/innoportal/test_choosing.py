from html.parser import HTMLParser

import pytest
from django import forms

from innoportal.choosing import LongSelect


class Options(HTMLParser):
    """What a browser makes of a select: (group, value, label, whether it is chosen)."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.group, self.found = "", []
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        attrs = dict(attrs)
        if tag == "optgroup":
            self.group = attrs["label"]
        if tag == "option":
            self.found.append([self.group, attrs["value"], "", "selected" in attrs])

    def handle_endtag(self, tag):
        if tag == "optgroup":
            self.group = ""

    def handle_data(self, data):
        if self.found and not self.found[-1][2]:
            self.found[-1][2] = data


PLAIN = [("", "Any"), ("a", "First"), (2, "Second")]
HOSTILE = [('"><script>', "<b>&\"'"), ("x", "one\ntwo")]
GROUPED = [("", "Any"), ("Group <1>", [("a", "First")]), ("Group 2", [("b", "Second"), ("c", "Third")])]


def drawn(widget, choices, value):
    class Form(forms.Form):
        chosen = forms.ChoiceField(choices=choices, widget=widget, required=False)

    return str(Form({"chosen": value})["chosen"])


@pytest.mark.parametrize("choices", [PLAIN, HOSTILE, GROUPED, []])
@pytest.mark.parametrize("value", ["", "a", "2", "c", '"><script>', "nothing of it"])
def test_a_long_list_offers_what_djangos_own_offers(choices, value):
    long, own = (drawn(widget, choices, value) for widget in (LongSelect, forms.Select))
    assert Options(long).found == Options(own).found
    assert long.split(">")[0] == own.split(">")[0]
    assert len(Options(own).found) == sum(
        len(label) if isinstance(label, list) else 1 for _key, label in choices
    )
