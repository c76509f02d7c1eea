"""The log of a trial, written on site with a telephone: a few words, photographs, sent once."""

from typing import Any
from uuid import uuid4

from django import forms
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from documents.models import Document
from innoportal.lib.views import FormActionView
from trials import services
from trials.models import LogEntry, Trial
from trials.services.running import keeps_log
from trials.steering_forms import DiaryForm
from trials.views.steering import Section, sections

SHOWN = 100  # entries on the page; the report has them all


class Diary(Section):
    section = "diary"

    def context(self, trial: Trial, user: Any) -> dict[str, Any]:
        return diary(trial, user, sent=self.request.GET.get("sent") == "1")


def diary(trial: Trial, user: Any, *, form: Any = None, sent: bool = False) -> dict[str, Any]:
    """The form and the entries with their photographs; three queries."""
    may_write = user.has_perm("trials.log_trial", trial) and keeps_log(trial)
    rows = list(trial.log.select_related("written_by").order_by("-on", "-pk")[:SHOWN])
    photographs: dict[int, list[Document]] = {row.pk: [] for row in rows}
    files = Document.objects.filter(noun=LogEntry._meta.label_lower, object_id__in=list(photographs))
    for file in files.select_related("rendition").defer("rendition__words").order_by("pk"):
        photographs[file.object_id].append(file)
    fresh = {"on": timezone.localdate(), "kind": LogEntry.Kind.NOTE, "sent_as": uuid4()}
    return {
        "entries": [(row, photographs[row.pk]) for row in rows],
        "form": form or (DiaryForm(initial=fresh, auto_id="log_%s") if may_write else None),
        "is_sent": sent,
    }


class LogOnTrial(FormActionView):
    model = Trial
    verb = "log"
    form_class = DiaryForm
    service = staticmethod(services.log)
    done = _("Logged. It stays as it is written.")
    template_name = "trials/steering/diary.html"
    keeps_words = True

    def get_queryset(self) -> Any:
        return super().get_queryset().with_subjects().select_related("engineer")

    def get_form(self) -> forms.Form:
        return DiaryForm(self.request.POST, self.request.FILES, auto_id="log_%s")

    def context(self, bound: dict[str, forms.Form]) -> dict[str, Any]:
        trial = self.object
        return {
            "trial": trial,
            "sections": sections(trial, "diary"),
            "section": _("Log"),
            **diary(trial, self.request.user, form=bound[self.verb]),
        }

    def get_success_url(self) -> str:
        """`sent` tells the telephone that it need not keep the words any more."""
        return f"{reverse('trials:diary', args=[self.object.slug])}?sent=1"
