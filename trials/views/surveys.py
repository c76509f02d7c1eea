"""Surveys of a trial for those who run it: composing, poster, codes, opening, and what was written."""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import override
from django.views import View

from innoportal.languages import HTML_LANG
from innoportal.lib.views import ObjectPermissionMixin, SluggedMixin
from journal.workflow import IllegalTransition
from trials import services
from trials.models import Survey, SurveyQuestion, Trial, Voice
from trials.posters import printed_qr
from trials.services.voices import heard
from trials.survey_forms import (
    CodesForm,
    QuestionFormSet,
    SurveyForm,
    VoiceForm,
    beginning,
    question_values,
)


class _OfTrial(SluggedMixin, ObjectPermissionMixin, View):
    model = Trial
    permission_required = "trials.survey_trial"
    object: Trial

    def get_queryset(self) -> QuerySet:
        return super().get_queryset().with_subjects().prefetch_related("claims")

    def survey(self) -> Survey:
        rows = self.object.surveys.prefetch_related("questions", "answers")
        found: Survey = get_object_or_404(rows, pk=self.kwargs["pk"])
        found.trial = self.object
        return found

    def back(self, survey: Survey) -> HttpResponse:
        return redirect("trials:survey", self.object.slug, survey.pk)

    def page(self, template: str, context: dict[str, Any], status: int = 200) -> HttpResponse:
        return render(self.request, template, {"trial": self.object, **context}, status=status)


class Surveys(_OfTrial):
    def get(self, request: HttpRequest, slug: str) -> HttpResponse:
        waiting = Count("questions__voices", filter=Q(questions__voices__is_released=None), distinct=True)
        rows = self.object.surveys.annotate(n=Count("answers", distinct=True), waiting=waiting)
        return self.page("trials/surveys.html", {"surveys": rows.order_by("-made_at", "-pk")})


class _Composes(_OfTrial):
    def form(self, survey: Survey | None, data: Any = None) -> tuple[SurveyForm, Any]:
        metrics = [
            one.metric for one in self.object.claims.all() if one.method in SurveyQuestion.READ_BY.values()
        ]
        initial: list[Any] = beginning(self.object)
        if survey:
            initial = list(
                survey.questions.order_by("position").values("kind", "metric", "text_en", "text_zh")
            )
        initial += [{}] * (QuestionFormSet.max_num - len(initial))
        own = {"initial": initial, "prefix": "asked", "form_kwargs": {"metrics": metrics}}
        started = {} if survey else {"last_on": self.object.ends_on}
        return SurveyForm(data, instance=survey, initial=started), QuestionFormSet(data, **own)

    def show(self, form: SurveyForm, asked: Any, survey: Survey | None, status: int = 200) -> HttpResponse:
        return self.page("trials/survey_form.html", {"form": form, "asked": asked, "survey": survey}, status)

    def keep(self, survey: Survey | None) -> HttpResponse:
        form, asked = self.form(survey, self.request.POST)
        if not (form.is_valid() & asked.is_valid()):
            return self.show(form, asked, survey, 422)
        try:
            made = services.compose_survey(
                self.object,
                by=self.request.user,
                survey=survey,
                questions=question_values(asked),
                **form.cleaned_data,
            )
        except IllegalTransition as error:
            messages.error(self.request, str(error))
            return redirect("trials:surveys", self.object.slug)
        except ValidationError as error:
            form.add_error(None, error.messages)
            return self.show(form, asked, survey, 422)
        messages.success(self.request, _("The survey is saved."))
        return self.back(made)


class ComposeSurvey(_Composes):
    def get(self, request: HttpRequest, slug: str) -> HttpResponse:
        return self.show(*self.form(None), None)

    def post(self, request: HttpRequest, slug: str) -> HttpResponse:
        return self.keep(None)


class EditSurvey(_Composes):
    def get(self, request: HttpRequest, slug: str, pk: int) -> HttpResponse:
        survey = self.survey()
        return self.back(survey) if survey.opened_at else self.show(*self.form(survey), survey)

    def post(self, request: HttpRequest, slug: str, pk: int) -> HttpResponse:
        return self.keep(self.survey())


class SurveyDetail(_OfTrial):
    def get(self, request: HttpRequest, slug: str, pk: int) -> HttpResponse:
        return self.show(self.survey())

    def show(self, survey: Survey, status: int = 200, **more: Any) -> HttpResponse:
        voices = Voice.objects.filter(question__survey=survey).select_related("question").order_by("pk")
        wrong: VoiceForm | None = more.get("voice_form")
        context = {
            "survey": survey,
            "address": short_address(survey),
            "answers": len(survey.answers.all()),
            "heard": heard(survey, self.object, []) if survey.opened_at else None,
            "voices": [(one, self.voice_form(one, wrong)) for one in voices],
            "codes_form": CodesForm(),
            "codes": survey.codes.count(),
            "codes_used": survey.codes.filter(is_used=True).count(),
            **more,
        }
        return self.page("trials/survey.html", context, status)

    def voice_form(self, voice: Voice, wrong: VoiceForm | None) -> VoiceForm:
        if wrong is not None and wrong.auto_id == f"voice{voice.pk}_%s":
            return wrong
        return VoiceForm(initial={"shown": voice.shown or voice.text}, auto_id=f"voice{voice.pk}_%s")


class _Verb(SurveyDetail):
    http_method_names = ("post",)

    def act(self, survey: Survey) -> str:
        raise NotImplementedError

    def post(self, request: HttpRequest, slug: str, pk: int) -> HttpResponse:
        survey = self.survey()
        try:
            messages.success(request, self.act(survey))
        except IllegalTransition as error:
            messages.error(request, str(error))
        except ValidationError as error:
            for fault in error.messages:
                messages.error(request, fault)
        return self.back(survey)


class OpenSurvey(_Verb):
    def act(self, survey: Survey) -> str:
        services.open_survey(survey, by=self.request.user)
        return _("The survey is open. Hang the poster up.")


class CloseSurvey(_Verb):
    def act(self, survey: Survey) -> str:
        services.close_survey(survey, by=self.request.user)
        return _("The survey is closed.")


class DecideVoice(_Verb):
    """`pk` is the voice's; its survey must be of the trial of the address."""

    def post(self, request: HttpRequest, slug: str, pk: int) -> HttpResponse:
        voice = get_object_or_404(Voice, pk=pk, question__survey__trial=self.object)
        survey_pk = SurveyQuestion.objects.values_list("survey_id", flat=True).get(pk=voice.question_id)
        self.kwargs["pk"] = survey_pk
        form = VoiceForm(request.POST, auto_id=f"voice{voice.pk}_%s")
        withheld = "withhold" in request.POST
        if not withheld and not form.is_valid():
            return self.show(self.survey(), 422, voice_form=form)
        try:
            if withheld:
                services.withhold_voice(voice, by=request.user)
            else:
                services.release_voice(voice, by=request.user, shown=form.cleaned_data["shown"])
            messages.success(request, _("Withheld.") if withheld else _("Released: it is public now."))
        except IllegalTransition as error:
            messages.error(request, str(error))
        return self.back(self.survey())


class SurveyPoster(_OfTrial):
    """One sheet of A4 in three languages, to be printed by the browser."""

    def get(self, request: HttpRequest, slug: str, pk: int) -> HttpResponse:
        survey = self.survey()
        return self.page("trials/survey_poster.html", poster(survey, self.object))


class PrintCodes(SurveyDetail):
    """The answer itself shows the new codes, once: they are in no message, no session and no row."""

    http_method_names = ("post",)

    def post(self, request: HttpRequest, slug: str, pk: int) -> HttpResponse:
        survey, form = self.survey(), CodesForm(request.POST)
        if form.is_valid():
            try:
                found = services.make_codes(survey, by=request.user, number=form.cleaned_data["number"])
                return self.cards(survey, found)
            except IllegalTransition as error:
                messages.error(request, str(error))
                return self.back(survey)
            except ValidationError as error:
                form.add_error("number", error.messages)
        return self.show(survey, 422, codes_form=form)

    def cards(self, survey: Survey, found: list[str]) -> HttpResponse:
        address = short_address(survey)
        cards = [(code, printed_qr(f"{address}?c={code}")) for code in found]
        response = self.page("trials/survey_codes.html", {**poster(survey, self.object), "cards": cards})
        response["Cache-Control"] = "no-store"
        return response


def short_address(survey: Survey) -> str:
    """Without a language: it leads on to the one that the reader's device asks for."""
    return f"{settings.SITE_URL}/s/{survey.code}/"


def poster(survey: Survey, trial: Trial) -> dict[str, Any]:
    """What is printed, in each language of the portal."""
    blocks = []
    for code, _name in settings.LANGUAGES:
        with override(code):
            blocks.append(
                {
                    "lang": HTML_LANG[code],
                    "title": str(trial.title),
                    "intro": str(survey.intro),
                    "ask": _("What do you think of it?"),
                    "how": _("Scan the code, or type the address. One minute, no account, no name."),
                    "until": survey.last_on,
                }
            )
    address = short_address(survey)
    shown = address.partition("://")[2].rstrip("/")
    return {"survey": survey, "blocks": blocks, "address": shown, "qr": printed_qr(address)}
