from typing import Any, ClassVar

import rules
from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from innoportal.lib.views import ActionView
from wishes import services
from wishes.forms import (
    AnswerForm,
    MergeForm,
    QuestionForm,
    ReasonForm,
    RenewForm,
    SponsorForm,
    WithdrawForm,
)
from wishes.models import Question, Wish
from wishes.page import detail_context, with_follow


class Verb(ActionView):
    """A verb of the workflow; what it asks for is a form, shown again on the wish's page when it is wrong."""

    model = Wish
    verb: ClassVar[str]
    form_class: ClassVar[type[forms.Form]] = forms.Form

    def get_permission_required(self) -> list[str]:
        return [f"wishes.{self.verb}_wish"]

    def get_form(self) -> forms.Form:
        return self.form_class(self.request.POST, auto_id=f"{self.verb}_%s")

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        form = self.get_form()
        if not form.is_valid():
            wish = with_follow(self.get_queryset().for_detail(), request.user).get(pk=self.object.pk)
            context = detail_context(request, wish, {self.verb: form})
            return render(request, "wishes/detail.html", {**context, "form": form}, status=422)
        self.given = form.cleaned_data
        return super().post(request, *args, **kwargs)

    def arguments(self) -> dict[str, Any]:
        return self.given


class SubmitWish(Verb):
    verb = "submit"
    service = staticmethod(services.submit)
    done = _("It waits for a second person of your department to endorse it.")


class EndorseWish(Verb):
    verb = "endorse"
    service = staticmethod(services.endorse)
    done = _("Endorsed. The portal office screens it next.")

    def has_permission(self) -> bool:
        """Not even an administrator endorses without being that department's second person."""
        return super().has_permission() and rules.has_perm(
            "wishes.endorse_wish", self.request.user, self.object
        )


class SendBackWish(Verb):
    verb = "send_back"
    form_class = ReasonForm
    service = staticmethod(services.send_back)
    done = _("Sent back. Your colleagues read your reason.")


class ReturnWish(Verb):
    verb = "return"
    form_class = ReasonForm
    service = staticmethod(services.return_)
    done = _("Returned. The department reads your reason.")


class PublishWish(Verb):
    verb = "publish"
    service = staticmethod(services.publish)
    done = _("Vendors can see this wish now.")


class ResolveWish(Verb):
    verb = "resolve"
    service = staticmethod(services.resolve)
    done = _("The wish is resolved.")


class ExpireWish(Verb):
    verb = "expire"
    service = staticmethod(services.expire)
    done = _("The wish takes no more proposals.")


class RenewWish(Verb):
    verb = "renew"
    form_class = RenewForm
    service = staticmethod(services.renew)
    done = _("The wish is open again.")


class WithdrawWish(Verb):
    verb = "withdraw"
    form_class = WithdrawForm
    service = staticmethod(services.withdraw)
    done = _("The wish is withdrawn.")

    def get_success_url(self) -> str:
        return reverse("wishes:workspace")


class MergeWish(Verb):
    verb = "merge"
    form_class = MergeForm
    service = staticmethod(services.merge)
    done = _("Merged. Who followed this wish is told where it goes on.")


class AskQuestion(Verb):
    verb = "ask"
    form_class = QuestionForm
    service = staticmethod(services.ask)
    done = _("Your question is public, and the department is told.")


class AnswerQuestion(Verb):
    verb = "answer"
    form_class = AnswerForm
    done = _("Your answer is public.")

    def service(self, wish: Wish, **given: Any) -> None:
        """The question must be one of this wish."""
        services.answer(get_object_or_404(Question, wish=wish, pk=self.kwargs["pk"]), **given)


class SponsorWish(Verb):
    verb = "sponsor"
    form_class = SponsorForm
    service = staticmethod(services.sponsor)
    done = _("Your organisation is named as one that needs the same.")

    def get_form(self) -> forms.Form:
        return SponsorForm(self.request.POST, user=self.request.user, wish=self.object, auto_id="sponsor_%s")
