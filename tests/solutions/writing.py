"""How a person goes through the guided writer of solutions."""

from django.urls import reverse

from solutions.drafting import course_of
from solutions.models import Solution, SolutionDraft
from tests.wishes.writing import Fields


def address(draft, step):
    return reverse("solutions:step", args=[draft.key, step])


def start(client, *, full=False, **given):
    page = Fields(client.get(reverse("solutions:create")).content.decode()).hidden
    client.post(reverse("solutions:create"), page | {"action": "full" if full else "short", **given})
    return SolutionDraft.objects.latest("pk")


def answer(client, draft, step, page=None, **typed):
    """Type into a page and press Continue."""
    if page is None:
        page = Fields(client.get(address(draft, step)).content.decode()).hidden
    return client.post(address(draft, step), page | typed)


def fill(client, draft, answers):
    for step in course_of(draft):
        own = {name: value for name, value in answers.items() if name.split("-")[0] in step.fields}
        if own:
            response = answer(client, draft, step.slug, **own)
            assert response.status_code == 302, response.content.decode()


def finish(client, draft, action="save"):
    url = reverse("solutions:check", args=[draft.key])
    page = Fields(client.get(url).content.decode()).hidden
    client.post(url, page | {"action": action})
    return Solution.objects.filter(key=draft.key).first()


def write(client, answers, *, full=False, action="save", **organisation):
    """From the first question to the saved solution."""
    draft = start(client, full=full, **organisation)
    fill(client, draft, answers)
    return finish(client, draft, action)
