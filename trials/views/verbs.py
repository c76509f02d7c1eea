"""The verbs of both lives as POSTs; what one asks for is a form, shown again on the page when it is wrong."""

from collections.abc import Callable
from typing import Any, ClassVar

from django import forms
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from innoportal.lib.views import FormActionView
from trials import services
from trials.correction_forms import CorrectWordingForm
from trials.due_forms import AssignForm, ExtendCommentForm, LateCommentForm
from trials.forms import (
    CommentForm,
    ErratumForm,
    PublicReasonForm,
    ReasonForm,
    VerifyForm,
)
from trials.models import Report, Trial
from trials.page import claims_of, report_context, trial_context
from trials.views.reports import public_context


class TrialVerb(FormActionView):
    model = Trial
    template_name = "trials/detail.html"

    def context(self, bound: dict[str, forms.Form]) -> dict[str, Any]:
        return trial_context(self.request, self.object, bound)


class LockTrial(TrialVerb):
    verb = "lock"
    service: ClassVar[Callable[..., Any]] = staticmethod(services.lock)
    done = _("The plan is locked and public.")


class SignPlan(TrialVerb):
    verb = "sign"
    service = staticmethod(services.sign)
    done = _("You have signed the plan for your side. It is in the journal.")


class StartTrial(TrialVerb):
    verb = "start"
    service = staticmethod(services.start)
    done = _("The trial has started.")


class PauseTrial(TrialVerb):
    verb = "pause"
    form_class = PublicReasonForm
    service = staticmethod(services.pause)
    done = _("The trial is paused.")


class ResumeTrial(TrialVerb):
    verb = "resume"
    service = staticmethod(services.resume)
    done = _("The trial goes on.")


class JudgeAgain(TrialVerb):
    verb = "judge_again"
    service = staticmethod(services.judge_again)
    done = _("The claims are judged again.")


class FinishTrial(TrialVerb):
    verb = "finish"
    service = staticmethod(services.finish)
    done = _("The measuring is over.")


class StopTrial(TrialVerb):
    verb = "stop"
    form_class = PublicReasonForm
    service = staticmethod(services.stop)
    done = _("The trial is stopped.")


class DraftReport(TrialVerb):
    verb = "report"
    done = _("The report is drafted from the record.")

    def service(self, trial: Trial, **given: Any) -> None:
        self.report = services.draft_report(trial, **given)

    def get_success_url(self) -> str:
        return getattr(self, "report", self.object).get_absolute_url()


class TickItem(TrialVerb):
    verb = "tick"
    done = _("The checklist is changed.")

    def service(self, trial: Trial, **given: Any) -> None:
        done = self.request.POST.get("done") == "1"
        item, note = (self.request.POST.get(name, "") for name in ("item", "note"))
        services.tick(trial, item, done=done, note=note, **given)

    def get_success_url(self) -> str:
        if self.request.POST.get("next") == "checklist":
            return reverse("trials:checklist", args=[self.object.slug])
        return super().get_success_url()


class ReportVerb(FormActionView):
    model = Report

    @property
    def template_name(self) -> str:  # type: ignore[override]
        return "trials/report.html" if self.object.is_public else "trials/report_draft.html"

    def context(self, bound: dict[str, forms.Form]) -> dict[str, Any]:
        report = self.object
        found = report_context(self.request, report, bound)
        more = public_context(report, found["errata"]) if report.is_public else {"claims": claims_of(report)}
        return {**found, **more}


class HandToVendor(ReportVerb):
    verb = "hand_to_vendor"
    service = staticmethod(services.hand_to_vendor)
    done = _("The vendor is asked for its comment.")


class CommentOnReport(ReportVerb):
    verb = "comment"
    form_class = CommentForm
    service = staticmethod(services.comment)
    done = _("Your comment is part of the report. A verifier reads it next.")


class CloseComment(ReportVerb):
    verb = "close_comment"
    service = staticmethod(services.close_comment)
    done = _("The report goes to verification.")


class AssignVerifier(ReportVerb):
    verb = "assign"
    form_class = AssignForm
    service = staticmethod(services.assign_verifier)
    done = _("The verifier is assigned, and told.")


class ExtendComment(ReportVerb):
    verb = "extend_comment"
    form_class = ExtendCommentForm
    service = staticmethod(services.extend_comment)
    done = _("The vendor has more time, and reads your reason.")


class CommentLate(ReportVerb):
    verb = "comment_late"
    form_class = LateCommentForm
    service = staticmethod(services.comment_late)
    done = _("The verifier reads your comment. It is not printed in the report.")


class PublishReport(ReportVerb):
    verb = "publish"
    form_class = VerifyForm
    service = staticmethod(services.verify_and_publish)
    done = _("Signed and published.")


class SendBackReport(ReportVerb):
    verb = "send_back"
    form_class = ReasonForm
    service = staticmethod(services.send_back)
    done = _("Sent back with your reason.")

    def get_success_url(self) -> str:
        """A verifier no longer sees what is a draft again."""
        may_see = self.request.user.has_perm("trials.view_report", self.object)
        return self.object.get_absolute_url() if may_see else self.object.trial.get_absolute_url()


class CorrectReport(ReportVerb):
    verb = "erratum"
    form_class = ErratumForm
    done = _("The correction is public; the corrected version is a draft.")

    def service(self, report: Report, **given: Any) -> None:
        self.fresh = services.erratum(report, **given)

    def get_success_url(self) -> str:
        return getattr(self, "fresh", self.object).get_absolute_url()


class CorrectWording(ReportVerb):
    verb = "correct"
    form_class = CorrectWordingForm
    service = staticmethod(services.correct)
    done = _("The correction is signed, and stands beside the report.")
    keeps_words = True


class WithdrawReport(ReportVerb):
    verb = "withdraw"
    form_class = PublicReasonForm
    service = staticmethod(services.withdraw_report)
    done = _("The report is withdrawn. Its page says why.")
