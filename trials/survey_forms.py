"""The forms of surveys: composing one, answering it, deciding on what was written."""

from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from innoportal.lib.inputs import DatePicker
from trials.models import Claim, Respondent, Survey, SurveyQuestion, Trial
from trials.models.survey import MOST_QUESTIONS
from trials.services.surveying import MOST_CODES

Kind = SurveyQuestion.Kind
MARKS = [(str(mark), str(mark)) for mark in range(1, 6)]

# What a survey begins from, to be changed as one likes: (kind, English, Chinese).
KEEP = (Kind.YES, "Would you keep it?", "您希望保留它嗎？")
WRONG = (Kind.TEXT, "What went wrong, or could be better?", "有甚麼出錯，或可以做得更好？")
ROLE = (Kind.ROLE, "Who are you here?", "您在此處的身分是？")
CONTENT = ("How content are you with it?", "您對它有多滿意？")
LESS = ("Is your work or visit easier with it?", "有了它，您的工作或使用是否更方便？")


def beginning(trial: Trial) -> list[dict[str, str]]:
    """Three to five questions: each claim on acceptance first, then what every survey asks."""
    metrics = [one.metric for one in trial.claims.all() if one.method == Claim.Method.ACCEPTANCE][:2]
    scales = zip((*metrics, "")[:2], (CONTENT, LESS), strict=False)
    asked = [(Kind.SCALE, *texts, metric) for metric, texts in scales]
    asked += [(*one, "") for one in (KEEP, WRONG, ROLE)]
    return [dict(zip(("kind", "text_en", "text_zh", "metric"), one, strict=True)) for one in asked]


class SurveyForm(forms.ModelForm):
    class Meta:
        model = Survey
        fields = ("counting", "last_on", "intro_en", "intro_zh")
        widgets = {"last_on": DatePicker, "counting": forms.RadioSelect}
        help_texts = {
            "counting": gettext_lazy(
                "By device: who removes the cookie, or takes a second phone, can answer again. By codes: you "
                "print them, and each answers once; nobody keeps which answer it gave."
            ),
        }

    def clean_last_on(self) -> Any:
        day = self.cleaned_data["last_on"]
        if day < timezone.localdate():
            raise forms.ValidationError(_("The last day for answers is past."))
        return day


class QuestionForm(forms.Form):
    kind = forms.ChoiceField(
        label=gettext_lazy("kind of answer"), choices=[("", "—"), *Kind.choices], required=False
    )
    text_en = forms.CharField(label=gettext_lazy("question, in English"), max_length=200, required=False)
    text_zh = forms.CharField(
        label=gettext_lazy("question, in Traditional Chinese"), max_length=200, required=False
    )

    def __init__(self, *args: Any, metrics: list[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["metric"] = forms.ChoiceField(
            label=_("metric of the claim that it answers"),
            choices=[("", "—"), *((name, name) for name in metrics)],
            required=False,
        )

    def clean(self) -> dict[str, Any]:
        found = super().clean() or {}
        if not found.get("kind"):
            if found.get("text_en") or found.get("text_zh"):
                self.add_error("kind", _("Choose the kind of answer, or empty the question."))
            return found
        for name in ("text_en", "text_zh"):
            if not found.get(name):
                self.add_error(name, _("Write the question in English and in Chinese."))
        if found.get("metric") and found["kind"] not in SurveyQuestion.READ_BY:
            self.add_error("metric", _("Words and roles are no measurement: leave it empty."))
        return found


class _Questions(forms.BaseFormSet):
    def clean(self) -> None:
        asked = [one.cleaned_data for one in self.forms if one.is_valid() and one.cleaned_data.get("kind")]
        metrics = [one["metric"] for one in asked if one["metric"]]
        if not asked:
            raise forms.ValidationError(_("A survey asks at least one question."))
        if len(metrics) != len(set(metrics)):
            raise forms.ValidationError(_("Two questions answer the same metric."))
        if sum(one["kind"] == Kind.ROLE for one in asked) > 1:
            raise forms.ValidationError(_("Who answers is asked once."))


QuestionFormSet = forms.formset_factory(
    QuestionForm, formset=_Questions, extra=0, max_num=MOST_QUESTIONS, validate_max=True
)


def question_values(formset: Any) -> list[dict[str, Any]]:
    """What a valid formset asks, without its empty rows."""
    return [form.cleaned_data for form in formset if form.cleaned_data.get("kind")]


class CodesForm(forms.Form):
    number = forms.IntegerField(
        label=gettext_lazy("How many codes"),
        min_value=1,
        max_value=MOST_CODES,
        initial=24,
        widget=forms.NumberInput(attrs={"data-width": "4"}),
    )


class VoiceForm(forms.Form):
    shown = forms.CharField(
        label=gettext_lazy("As it is shown"),
        max_length=600,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("Take out names and whatever tells who wrote it; change nothing else."),
    )


class AnswerForm(forms.Form):
    """The questions of one survey, each under its own number; none must be answered, but one."""

    website = forms.CharField(label=gettext_lazy("Leave this empty"), required=False)  # no person sees it

    def __init__(self, *args: Any, survey: Survey, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.asked = sorted(survey.questions.all(), key=lambda one: one.position)
        if survey.counting == Survey.Counting.CODES:
            self.fields["code"] = forms.CharField(
                label=_("Your code"),
                max_length=20,
                error_messages={
                    "required": _("Type the code of eight letters and digits that you were given.")
                },
            )
        for question in self.asked:
            self.fields[f"q{question.pk}"] = _field(question)

    def clean(self) -> dict[str, Any]:
        found = super().clean() or {}
        if found.get("website"):
            self.add_error(None, _("One field is there for machines only: leave it empty."))
        if not self.errors and not any(found.get(f"q{one.pk}") for one in self.asked):
            self.add_error(None, _("Answer at least one question."))
        return found

    @property
    def rows(self) -> list[tuple[SurveyQuestion, forms.BoundField]]:
        return [(one, self[f"q{one.pk}"]) for one in self.asked]

    def given(self) -> dict[str, Any]:
        """As the service takes it."""
        found = {one: self.cleaned_data[f"q{one.pk}"] for one in self.asked}
        return {
            "marks": {
                one.pk: int(value)
                for one, value in found.items()
                if value and one.kind in (Kind.SCALE, Kind.YES)
            },
            "words": {one.pk: value for one, value in found.items() if value and one.kind == Kind.TEXT},
            "role": next((value for one, value in found.items() if one.kind == Kind.ROLE), ""),
            "code": self.cleaned_data.get("code", ""),
        }


def _field(question: SurveyQuestion) -> forms.Field:
    if question.kind == Kind.TEXT:
        return forms.CharField(
            max_length=600, required=False, widget=forms.Textarea(attrs={"rows": 4, "maxlength": 600})
        )
    choices: dict[Any, list[tuple[str, Any]]] = {
        Kind.SCALE: MARKS,
        Kind.YES: [("1", _("Yes")), ("0", _("No"))],
        Kind.ROLE: Respondent.choices,
    }
    return forms.ChoiceField(choices=choices[question.kind], required=False, widget=forms.RadioSelect)
