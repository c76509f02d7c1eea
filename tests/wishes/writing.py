"""How a person goes through the guided writer, for tests of whatever needs a wish that was written there."""

import json
from html.parser import HTMLParser

from django.urls import reverse

from wishes.models import Wish, WishDraft
from wishes.steps import STEPS


class Fields(HTMLParser):
    """Hidden fields of a page, as a browser would send them."""

    def __init__(self, html):
        super().__init__()
        self.hidden = {}
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        found = dict(attrs)
        if tag == "input" and found.get("type") == "hidden" and "name" in found:
            self.hidden[found["name"]] = found.get("value") or ""


def address(draft, step):
    return reverse("wishes:step", args=[draft.key, step])


def opened(client, draft, step):
    """The hidden fields of a page that somebody has just opened."""
    response = client.get(address(draft, step))
    assert response.status_code == 200
    return Fields(response.content.decode()).hidden


def start(client, **given):
    client.post(reverse("wishes:create"), given)
    return WishDraft.objects.latest("pk")


def answer(client, draft, step, page=None, **typed):
    """Type into a page and press Continue."""
    page = opened(client, draft, step) if page is None else page
    return client.post(address(draft, step), page | typed)


def autosave(client, draft, step, page, **typed):
    """What the page sends by itself; it takes up what comes back for the next time."""
    response = client.post(address(draft, step), page | typed, headers={"HX-Request": "true"})
    page.update(Fields(response.content.decode()).hidden)
    return response


def write(client, answers, **organisation):
    """From the first question to the saved wish."""
    draft = start(client, **organisation)
    for step in STEPS:
        own = {name: value for name, value in answers.items() if name.split("-")[0] in step.fields}
        if own:
            response = answer(client, draft, step.slug, **own)
            assert response.status_code == 302, response.content.decode()
    return finish(client, draft)


def finish(client, draft, action="save"):
    page = Fields(client.get(reverse("wishes:check", args=[draft.key])).content.decode()).hidden
    client.post(reverse("wishes:check", args=[draft.key]), page | {"action": action})
    return Wish.objects.filter(key=draft.key).first()


def seen(page):
    return json.loads(page["seen"])
