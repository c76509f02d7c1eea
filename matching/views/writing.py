"""What the portal holds already, beside the guided writer; public things only, so everyone may ask."""

from typing import Any
from urllib.parse import urlencode

from django.views.generic import TemplateView

from innoportal.lib.views import PartialMixin
from matching.services.while_writing import already_held
from wishes.models import WishDraft

# Characters of each that are read, of Chinese half as many: the answer must come within a second of a pause.
READ = {"need": 300, "outcome": 150}


class WhileWriting(PartialMixin, TemplateView):
    """Answers what is typed on the page, completed by what the draft says elsewhere; keeps nothing."""

    template_name = "matching/while_writing.html"
    partial = "piece"
    http_method_names = ("get", "post")

    def post(self, request, *args, **kwargs):
        return self.get(request, *args, **kwargs)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        typed = self.request.POST or self.request.GET
        drafts = WishDraft.objects.visible_to(self.request.user)
        draft = drafts.filter(key=typed.get("draft", "")[:12]).first()
        answers = {**(draft.answers if draft else {}), **{name: typed.get(name) for name in typed}}
        found = already_held([_texts(answers, one) for one in ("en", "zh")], besides=draft and draft.wish_id)
        return super().get_context_data(**kwargs, found=found, reports_of=found and _references(found))


def _texts(answers: dict[str, Any], language: str) -> tuple[str, str]:
    share = 2 if language == "zh" else 1
    body = (str(answers.get(f"{name}_{language}") or "").strip()[: n // share] for name, n in READ.items())
    return str(answers.get(f"title_{language}") or "").strip(), "\n".join(filter(None, body))


def _references(found: Any) -> str:
    """The things whose reports may answer it, as the query of the room above."""
    named = [("wish", one.reference) for one in found.wishes]
    return urlencode(named + [("solution", one.reference) for one in found.solutions])
