from typing import Any

import rules
from django import forms
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from innoportal.lib.views import FormActionView
from wishes import services
from wishes.models import Question, Wish
from wishes.page import detail_context, with_follow
from wishes.screening import unanswered
from wishes.verb_forms import (
    AnswerForm,
    CorrectForm,
    EndorseForm,
    HandInForm,
    LeaveForm,
    MergeForm,
    QuestionForm,
    RenewForm,
    ReturnForm,
    SendBackForm,
    SponsorForm,
    WithdrawForm,
)


class Verb(FormActionView):
    model = Wish
    template_name = "wishes/detail.html"

    def context(self, bound: dict[str, forms.Form]) -> dict[str, Any]:
        wish = with_follow(self.get_queryset().for_detail(), self.request.user).get(pk=self.object.pk)
        return detail_context(self.request, wish, bound)


def about(form: Any, question: int) -> forms.Form:
    form.question = question
    return form


class SubmitWish(Verb):
    verb = "submit"
    form_class = HandInForm
    service = staticmethod(services.submit)
    done = _("Handed in. Who can endorse it for your department is told.")

    def form_arguments(self) -> dict[str, Any]:
        return {"questions": unanswered(self.object)}

    def arguments(self) -> dict[str, Any]:
        return {"answers": self.form.answers()}


class EndorseWish(Verb):
    verb = "endorse"
    form_class = EndorseForm
    service = staticmethod(services.endorse)
    done = _("Endorsed. The page tells what comes next.")

    def has_permission(self) -> bool:
        """Not even an administrator endorses without being that department's second person."""
        return super().has_permission() and rules.has_perm(
            "wishes.endorse_wish", self.request.user, self.object
        )


class SendBackWish(Verb):
    verb = "send_back"
    form_class = SendBackForm
    service = staticmethod(services.send_back)
    done = _("Sent back. Your colleagues read your reason.")


class ReturnWish(Verb):
    verb = "return"
    form_class = ReturnForm
    service = staticmethod(services.return_)
    done = _("Returned. The department reads your reason and your questions.")

    def arguments(self) -> dict[str, Any]:
        given = self.form.cleaned_data
        return {"reason": given["reason"], "ground": given["ground"], "questions": self.form.questions()}


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
    done = _("The wish takes proposals until the new day.")

    def form_arguments(self) -> dict[str, Any]:
        return {"wish": self.object}


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
    keeps_words = True
    form_class = QuestionForm
    service = staticmethod(services.ask)
    done = _("Your question is public, and the department is told.")

    def form_arguments(self) -> dict[str, Any]:
        return {"user": self.request.user}

    def arguments(self) -> dict[str, Any]:
        return self.form.asked()


class AnswerQuestion(Verb):
    verb = "answer"
    form_class = AnswerForm
    keeps_words = True
    done = _("Your answer is public.")

    def get_form(self) -> forms.Form:
        return about(super().get_form(), self.kwargs["pk"])

    def service(self, wish: Wish, **given: Any) -> None:
        """The question must be one of this wish."""
        services.answer(get_object_or_404(Question, wish=wish, pk=self.kwargs["pk"]), **given)


class CorrectAnswer(Verb):
    verb = "correct"
    form_class = CorrectForm
    keeps_words = True
    done = _("Your answer is corrected. The one of before can still be read.")

    def get_form(self) -> forms.Form:
        return about(super().get_form(), self.kwargs["pk"])

    def service(self, wish: Wish, **given: Any) -> None:
        """The question must be one of this wish."""
        services.correct(get_object_or_404(Question, wish=wish, pk=self.kwargs["pk"]), **given)


class SponsorWish(Verb):
    verb = "sponsor"
    form_class = SponsorForm
    keeps_words = True
    service = staticmethod(services.sponsor)
    done = _("Your organisation is named as one that needs the same.")

    def form_arguments(self) -> dict[str, Any]:
        return {"user": self.request.user, "wish": self.object}


class LeaveWish(Verb):
    verb = "leave"
    form_class = LeaveForm
    service = staticmethod(services.leave)
    done = _("Your organisation is no longer named there.")

    def form_arguments(self) -> dict[str, Any]:
        return {"user": self.request.user, "wish": self.object}
