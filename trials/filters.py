import django_filters
from django import forms
from django.db.models import BigIntegerField, F, Func, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.filters import TypedOrganisationFilter
from accounts.models import Organisation
from innoportal.lib.filters import ListFilter
from solutions.models import Solution
from topics.filters import TopicFilter, carrying
from topics.models import Topic
from trials.finding import about
from trials.models import Claim, Confirmation, Report, ReportQuerySet, Trial, TrialQuerySet
from trials.validity import still_valid
from wishes.models import Wish

SMALL = {"class": "govuk-checkboxes--small"}
S = Trial.Status
GROUPS = {
    "prepared": (S.LOCKED,),
    "under_way": (S.RUNNING, S.PAUSED),
    "measured": (S.MEASURED, S.REPORTING),
    "closed": (S.CLOSED,),
    "stopped": (S.STOPPED,),
}


def with_topic(queryset: QuerySet, value: Topic, match: str) -> QuerySet:
    """What its wish or its solution carries; a broader term finds the narrower ones too."""
    wishes, solutions = carrying(Wish, value), carrying(Solution, value)
    return queryset.filter(Q(**{f"{match}__wish__in": wishes}) | Q(**{f"{match}__solution__in": solutions}))


def of_organisations(queryset: QuerySet, keys: list[int], match: str) -> QuerySet:
    wish, solution = f"{match}__wish__organisation__in", f"{match}__solution__organisation__in"
    return queryset.filter(Q(**{wish: keys}) | Q(**{solution: keys}))


class _Each(Func):
    """A row for each of the columns, so that what leads to them is walked once for both parties."""

    template = "unnest(ARRAY[%(expressions)s])"
    set_returning = True
    output_field = BigIntegerField()


def parties(public: QuerySet, match: str) -> QuerySet:
    """Organisations that took part in what is public."""
    both = _Each(F(f"{match}__wish__organisation"), F(f"{match}__solution__organisation"))
    return Organisation.objects.filter(pk__in=public.values(party=both))


def parties_of_trials() -> QuerySet:
    return parties(Trial.objects.public(), "match")


def parties_of_reports() -> QuerySet:
    return parties(Report.objects.public(), "trial__match")


class _WordsField(forms.CharField):
    is_above = True  # the list: components/list_search.html draws it, not the panel


class _WordsFilter(django_filters.CharFilter):
    field_class = _WordsField


class _Common(ListFilter):
    q = _WordsFilter(
        label=_("Words"),
        method="by_words",
        help_text=_("What its wish or its solution is about, in any language."),
    )
    topic = TopicFilter(method="by_topic")

    match = "match"

    def by_topic(self, queryset: QuerySet, name: str, value: Topic) -> QuerySet:
        return with_topic(queryset, value, self.match)

    def by_words(self, queryset: QuerySet, name: str, value: str) -> QuerySet:
        return about(queryset, value, self.match, user=self.request.user)

    def by_organisation(self, queryset: QuerySet, name: str, value: list[int]) -> QuerySet:
        return of_organisations(queryset, value, self.match)


class TrialFilter(_Common):
    """What a list of trials can be narrowed by, on the page and in the API."""

    organisation = TypedOrganisationFilter(queryset=parties_of_trials, method="by_organisation")
    status = django_filters.MultipleChoiceFilter(
        label=_("Status"),
        choices=[
            ("prepared", _("Plan locked")),
            ("under_way", _("Running or paused")),
            ("measured", _("Measured, report to come")),
            ("closed", _("Closed")),
            ("stopped", _("Stopped")),
        ],
        method="in_groups",
        widget=forms.CheckboxSelectMultiple(attrs=SMALL),
    )
    kind = django_filters.MultipleChoiceFilter(
        label=_("Kind"), choices=Trial.Kind, widget=forms.CheckboxSelectMultiple(attrs=SMALL)
    )
    year = django_filters.NumberFilter(
        label=_("Year of its start"),
        field_name="starts_on__year",
        min_value=2000,
        max_value=2200,
        widget=forms.NumberInput(attrs={"data-width": "4"}),
    )

    class Meta:
        model = Trial
        fields: list[str] = []

    def in_groups(self, queryset: TrialQuerySet, name: str, value: list[str]) -> QuerySet:
        return queryset.filter(status__in=[status for group in value for status in GROUPS[group]])


class ReportFilter(_Common):
    """What a list of reports can be narrowed by, on the page and in the API."""

    LISTED: tuple[str, ...] = (Report.Status.PUBLISHED,)
    match = "trial__match"

    organisation = TypedOrganisationFilter(queryset=parties_of_reports, method="by_organisation")
    verdict = django_filters.MultipleChoiceFilter(
        label=_("Verdict"), choices=Report.Verdict, widget=forms.CheckboxSelectMultiple(attrs=SMALL)
    )
    kind = django_filters.MultipleChoiceFilter(
        label=_("Kind"),
        field_name="trial__kind",
        choices=Trial.Kind,
        widget=forms.CheckboxSelectMultiple(attrs=SMALL),
    )
    method = django_filters.MultipleChoiceFilter(
        label=_("Method"),
        choices=Claim.Method,
        method="by_method",
        widget=forms.CheckboxSelectMultiple(attrs=SMALL),
    )
    year = django_filters.NumberFilter(
        label=_("Year of publication"),
        field_name="published_at__year",
        min_value=2000,
        max_value=2200,
        widget=forms.NumberInput(attrs={"data-width": "4"}),
    )
    valid = django_filters.BooleanFilter(
        label=_("Only those still valid"), method="by_validity", widget=forms.CheckboxInput()
    )
    withdrawn = django_filters.BooleanFilter(
        label=_("With withdrawn and replaced ones"),
        method="with_withdrawn",
        widget=forms.CheckboxInput(),
    )

    class Meta:
        model = Report
        fields: list[str] = []

    def by_method(self, queryset: ReportQuerySet, name: str, value: list[str]) -> QuerySet:
        """Of which a claim was judged by one of them."""
        return queryset.filter(trial__in=Claim.objects.filter(method__in=value).values("trial"))

    def by_validity(self, queryset: ReportQuerySet, name: str, value: bool) -> QuerySet:
        return still_valid(queryset, timezone.localdate()) if value else queryset

    def with_withdrawn(self, queryset: ReportQuerySet, name: str, value: bool) -> QuerySet:
        return queryset

    @property
    def qs(self) -> QuerySet:
        """What was replaced or withdrawn stays readable, and is listed on demand only."""
        found = super().qs
        wanted = self.form.is_valid() and self.form.cleaned_data.get("withdrawn")
        return found if wanted else found.filter(status__in=self.LISTED)


def shown_solutions() -> QuerySet:
    """Those that have a proof page for everyone."""
    tried = Trial.objects.public().values("match__solution")
    return Solution.objects.filter(Q(status__in=Solution.PUBLIC) | Q(pk__in=tried)).order_by("reference")


class ConfirmationFilter(ListFilter):
    """What the list of who uses what can be narrowed by in the API."""

    solution = django_filters.ModelChoiceFilter(
        label=_("Number of the solution"), queryset=shown_solutions(), to_field_name="reference"
    )
    status = django_filters.MultipleChoiceFilter(
        label=_("Status"),
        choices=[(status.value, status.label) for status in Confirmation.PUBLIC],
        distinct=False,
    )

    class Meta:
        model = Confirmation
        fields: list[str] = []
