"""The words of the portal's mails: seen, written, tried, put in force, and given back."""

import smtplib
from typing import Any, ClassVar, cast

from django.contrib import messages
from django.contrib.auth.mixins import PermissionRequiredMixin
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views import View

from accounts import throttling
from accounts.models import User
from innoportal.languages import HTML_LANG
from notifications import samples
from notifications.gallery import Sample
from notifications.texts import services, trying, words
from notifications.texts.forms import WordsForm
from notifications.texts.pieces import pieces


class ManageMixin(PermissionRequiredMixin):
    permission_required: Any = "notifications.manage_outbox"
    request: HttpRequest

    @property
    def person(self) -> User:
        return cast(User, self.request.user)

    def template_of(self, name: str) -> str:
        """
        :raises Http404: there is no mail of this name, or none that says a text of the catalogue.
        """
        if name not in samples.names() or not pieces(samples.template_of(name)):
            raise Http404
        return samples.template_of(name)


class Words(ManageMixin, View):
    """The texts of a mail in one language; what is written becomes its draft."""

    def get(self, request: HttpRequest, name: str, code: str) -> HttpResponse:
        return self.show(self.form(name, code), name, code)

    def post(self, request: HttpRequest, name: str, code: str) -> HttpResponse:
        form = self.form(name, code, request.POST)
        if not form.is_valid():
            return self.show(form, name, code, 422)
        try:
            services.draft(form.template, code, form.forms_of, by=self.person)
        except ValidationError as error:
            form.add_error(None, error)
            return self.show(form, name, code, 422)
        messages.success(request, _("Kept as a draft. Look at it here before you put it in force."))
        return redirect("notices:draft", name=name)

    def form(self, name: str, code: str, *data: Any) -> WordsForm:
        if code not in words.LABELS:
            raise Http404
        return WordsForm(self.template_of(name), code, *data)

    def show(self, form: WordsForm, name: str, code: str, status: int = 200) -> HttpResponse:
        context = {
            "form": form,
            "name": name,
            "lang": HTML_LANG[code],
            "label": words.LABELS[code],
            "history": words.history(form.template, code),
        }
        return render(self.request, "notifications/words.html", context, status=status)


class Draft(Sample):
    """The mail in three languages as it would be with its drafts in force."""

    permission_required = "notifications.manage_outbox"
    is_draft = True


class Verb(ManageMixin, View):
    """A step of one language's words, named by the field `language`."""

    http_method_names: ClassVar[list[str]] = ["post"]
    service: ClassVar[Any]
    done: ClassVar[Any]

    def post(self, request: HttpRequest, name: str) -> HttpResponse:
        template, language = self.template_of(name), request.POST.get("language", "")
        if language not in words.LABELS:
            raise Http404
        try:
            type(self).service(template, language, by=self.person)
        except services.Overtaken:
            messages.error(request, _("Somebody else was quicker: this is how the words stand now."))
        else:
            messages.success(request, self.done)
        return redirect("notices:sample", name=name)


class Use(Verb):
    service = staticmethod(services.use)
    done = gettext_lazy("The words are in force: every mail that is sent from now on says them.")


class Drop(Verb):
    service = staticmethod(services.drop)
    done = gettext_lazy("The draft is forgotten.")


class Restore(Verb):
    service = staticmethod(services.restore)
    done = gettext_lazy("The original words are back.")


class TestMail(ManageMixin, View):
    """To the address of who asks."""

    http_method_names: ClassVar[list[str]] = ["post"]

    def post(self, request: HttpRequest, name: str) -> HttpResponse:
        self.template_of(name)
        language = request.POST.get("language", "")
        if language not in HTML_LANG:
            raise Http404
        throttling.consume_or_stop(request, action="test_mail", key=str(self.person.pk))
        self._send(name, language)
        return redirect("notices:draft", name=name)

    def _send(self, name: str, language: str) -> None:
        address = {"address": self.person.email}
        try:
            went = trying.send_to_oneself(name, language, by=self.person)
        except (OSError, smtplib.SMTPException) as error:
            said = _("The mail server did not take it: %(error)s") % {"error": str(error)[:200]}
            messages.error(self.request, said)
        else:
            if went:
                messages.success(self.request, _("A test is on its way to %(address)s.") % address)
            else:
                messages.error(self.request, _("%(address)s is sent nothing at present.") % address)
