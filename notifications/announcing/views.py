"""The office's announcements: written, counted, looked at, confirmed, released, cancelled."""

import uuid
from typing import Any, ClassVar, cast

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.mixins import PermissionRequiredMixin
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views import View
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.generic import CreateView, DetailView, ListView, UpdateView

from accounts.models import User
from innoportal.languages import HTML_LANG, listed
from journal.models import Entry
from journal.workflow import IllegalTransition, ReasonRequired, record
from notifications.announcing import recalling, segments, services
from notifications.announcing.figures import became
from notifications.announcing.forms import AnnouncementForm, CountForm, RecallForm
from notifications.gallery import CLOSED, LANGUAGES
from notifications.mails import mail
from notifications.models import Announcement, Notification
from notifications.outbox import ANNOUNCEMENT, bilingual
from topics.models import Topic

S = Announcement.Status


class Announcements(PermissionRequiredMixin, ListView):
    permission_required = "notifications.view_outbox"
    template_name = "notifications/announcements.html"
    paginate_by = 25

    def get_queryset(self) -> Any:
        return Announcement.objects.select_related("made_by").order_by("-made_at", "-pk")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        figures = became(context["page_obj"])
        rows = [(row, figures.get(row.pk)) for row in context["page_obj"]]
        may_act = self.request.user.has_perm("notifications.manage_outbox")
        return {**context, "rows": rows, "may_act": may_act}


class ManageMixin(PermissionRequiredMixin):
    permission_required: Any = "notifications.manage_outbox"
    request: HttpRequest

    @property
    def person(self) -> User:
        return cast(User, self.request.user)


class Create(ManageMixin, CreateView):
    form_class = AnnouncementForm
    template_name = "notifications/announcement_form.html"

    def form_valid(self, form: AnnouncementForm) -> HttpResponse:
        form.instance.made_by = self.person
        row = form.save()
        record(row, "write", by=self.person)
        return redirect("notices:announcement", pk=row.pk)


class Edit(ManageMixin, UpdateView):
    """Of a draft; what is confirmed must be taken back first."""

    form_class = AnnouncementForm
    template_name = "notifications/announcement_form.html"

    def get_queryset(self) -> Any:
        return Announcement.objects.filter(status=S.DRAFT)

    def form_valid(self, form: AnnouncementForm) -> HttpResponse:
        names = [*form.Meta.fields, "segment"]
        held = form.save(commit=False)
        rows = self.get_queryset().filter(pk=held.pk)  # a guard: it may have been confirmed meanwhile
        if rows.update(**{name: getattr(held, name) for name in names}):
            record(held, "change", by=self.person)
        else:
            messages.error(self.request, _("It was confirmed meanwhile. Take it back to change it."))
        return redirect("notices:announcement", pk=held.pk)


class Detail(PermissionRequiredMixin, DetailView):
    """Counted as it stands now, and drawn as it will look."""

    permission_required = "notifications.view_outbox"
    template_name = "notifications/announcement.html"

    def get_queryset(self) -> Any:
        return Announcement.objects.select_related("made_by", "confirmed_by", "released_by")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        row = self.object
        is_open = row.status in (S.DRAFT, S.HELD, S.WAITING)
        person = self.request.user
        return super().get_context_data(
            **kwargs,
            reach=segments.counted(services.segment_of(row)) if is_open else segments.Reach(**row.reached),
            asked=asked(row),
            mails=[{"code": code, "lang": HTML_LANG[code], "label": label} for code, label in LANGUAGES],
            figures=became([row]).get(row.pk),
            form=CountForm(),
            recalled=Entry.objects.about(row).filter(verb="recall").order_by("-pk").first(),
            left=recalling.left(row),
            recall_form=RecallForm(),
            most=settings.ANNOUNCEMENT_TO,
            is_open=is_open,
            may_act=person.has_perm("notifications.manage_outbox"),
            is_own=person.pk in (row.made_by_id, row.confirmed_by_id),
        )


def asked(row: Announcement) -> list[tuple[Any, str]]:
    """Whom it is for, in words."""
    segment, form = services.segment_of(row), AnnouncementForm.base_fields
    topics = {topic.slug: str(topic.name) for topic in Topic.objects.filter(slug__in=segment.topics)}
    found = []
    for name in ("roles", "kinds", "topics", "languages"):
        words = topics if name == "topics" else dict(cast(Any, form[name]).choices)
        if chosen := getattr(segment, name):
            found.append((form[name].label, listed(words.get(one, one) for one in chosen)))
    return found


@method_decorator(xframe_options_sameorigin, name="dispatch")
class Html(PermissionRequiredMixin, View):
    """The mail in one language, as a document that may do nothing."""

    permission_required = "notifications.view_outbox"

    def get(self, request: HttpRequest, pk: int, code: str) -> HttpResponse:
        row = get_object_or_404(Announcement, pk=pk)
        if code not in HTML_LANG:
            raise Http404
        html = str(drawn(row, code).alternatives[0].content)
        if request.GET.get("look") == "dark":
            html = html.replace("(prefers-color-scheme: dark)", "all")
        return HttpResponse(html, headers={"Content-Security-Policy": CLOSED})


def drawn(row: Announcement, code: str) -> Any:
    reader = User(pk=0, name="Chan Tai-man", email="reader@example.org", language=code)
    said = {"subject": bilingual(row, "subject"), "both": [row.text_en, row.text_zh]}
    notice = Notification(
        recipient=reader,
        template="notifications/mail/announcement",
        context=said,
        url=row.get_absolute_url(),
        why=ANNOUNCEMENT,
        message_id=uuid.UUID(int=0),
    )
    return mail(notice)


class Verb(ManageMixin, View):
    """A step of an announcement's way."""

    http_method_names: ClassVar[list[str]] = ["post"]
    service: ClassVar[Any]
    done: ClassVar[Any]
    form_class: ClassVar[type[Form] | None] = None  # of what must be typed for it

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        row = get_object_or_404(Announcement, pk=pk)
        form = self.form_class(request.POST) if self.form_class else None
        if form is not None and not form.is_valid():
            for said in form.errors.values():
                messages.error(request, " ".join(said))
        else:
            self._do(row, form.cleaned_data if form is not None else {})
        return redirect(reverse("notices:announcement", args=[pk]))

    def _do(self, row: Announcement, given: dict[str, Any]) -> None:
        try:
            type(self).service(row, by=self.person, **given)
        except services.Recounted as error:
            said = _("That is not the number of people any more: it is %(count)s now. Nothing was sent.")
            messages.error(self.request, said % {"count": error.reach.told})
        except services.NotASecondPerson:
            messages.error(self.request, _("Somebody who neither wrote nor confirmed it must release it."))
        except recalling.NothingWaits:
            messages.error(self.request, _("Every mail of it has gone: there is nothing left to recall."))
        except (IllegalTransition, ReasonRequired) as error:
            messages.error(self.request, str(error))
        else:
            messages.success(self.request, self.done)


class Confirm(Verb):
    service = staticmethod(services.confirm)
    form_class = CountForm
    done = gettext_lazy("Confirmed. This page says when it goes; until then it can be cancelled.")


class Release(Verb):
    service = staticmethod(services.release)
    form_class = CountForm
    done = gettext_lazy("Released. It goes in ten minutes; until then it can be cancelled.")


class TakeBack(Verb):
    service = staticmethod(services.take_back)
    done = gettext_lazy("It is a draft again.")


class Cancel(Verb):
    service = staticmethod(services.cancel)
    done = gettext_lazy("Cancelled: nobody is told.")


class Recall(Verb):
    service = staticmethod(recalling.recall)
    form_class = RecallForm
    done = gettext_lazy("Recalled. This page says whom it had reached before.")
