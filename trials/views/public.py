"""What strangers go by: the track record of a solution or a vendor, reports side by side, references."""

from typing import Any

from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views import View
from django.views.generic import DetailView, TemplateView

from accounts.models import Organisation, Role
from innoportal.lib.views import SluggedMixin
from solutions.models import Solution
from trials import citing, comparing
from trials.describing import described_solution, described_vendor
from trials.models import Confirmation, Report, Trial
from trials.track_record import record_of
from trials.views.reports import Signed


def oversees(user: Any) -> bool:
    """May end what an organisation says, with a reason."""
    return user.is_authenticated and user.has_role(Role.OFFICE)


class ProofOfSolution(SluggedMixin, DetailView):
    """Stays when the vendor takes the solution back: what was tried on public premises stays public."""

    model = Solution
    template_name = "trials/proof.html"
    context_object_name = "solution"

    def get_queryset(self) -> QuerySet:
        tried = Trial.objects.public().values("match__solution")
        seen = super().get_queryset().order_by().values("pk")
        return Solution.objects.filter(Q(pk__in=seen) | Q(pk__in=tried)).select_related("organisation")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        solution = self.object
        record = record_of(
            Trial.objects.filter(match__solution=solution), Confirmation.objects.filter(solution=solution)
        )
        user = self.request.user
        return super().get_context_data(
            **kwargs,
            record=record,
            title=solution.title,
            organisation=solution.organisation,
            about=described_solution(solution, record),
            may_write_use=user.has_perm("trials.add_confirmation", solution),
            own_uses=Confirmation.objects.own_of(user, solution),
            oversees_uses=oversees(user),
        )


class ProofOfOrganisation(DetailView):
    """Of all that a vendor offers or co-authors; of the premises of others, so a department has none."""

    model = Organisation
    slug_url_kwarg = "vendor"
    template_name = "trials/proof.html"
    context_object_name = "vendor"

    def get_queryset(self) -> QuerySet:
        vendors = Organisation.objects.filter(kind__in=Organisation.VENDORS)
        return vendors.select_related("merged_into")

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """The address of one that was merged leads to the one that stands."""
        self.object = self.get_object()
        if stands := self.object.merged_into:
            return redirect("trials:proof-of-organisation", stands.slug, permanent=True)
        return self.render_to_response(self.get_context_data(object=self.object))

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        vendor = self.object
        solutions = Solution.objects.by_organisation(vendor).values("pk")
        record = record_of(
            Trial.objects.filter(match__solution__in=solutions),
            Confirmation.objects.filter(solution__in=solutions),
        )
        about = described_vendor(vendor, record)
        return super().get_context_data(
            **kwargs, record=record, title=vendor.name, about=about, oversees_uses=oversees(self.request.user)
        )


class CompareReports(TemplateView):
    """The reports named in the address, in that order: whoever gets the address sees the same."""

    template_name = "trials/compare.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        asked = list(dict.fromkeys(self.request.GET.getlist("report")))
        chosen = asked[: comparing.MOST]
        rows = Report.objects.visible_to(self.request.user).public().filter(reference__in=chosen)
        found = {report.reference: report for report in rows.order_by("pk")}
        columns = comparing.columns(found[one] for one in chosen if one in found)
        enough = len(columns) >= comparing.FEWEST
        return super().get_context_data(
            **kwargs,
            columns=columns,
            enough=enough,
            missing=[one[:32] for one in chosen if one not in found],
            too_many=len(asked) > comparing.MOST,
            facts=comparing.facts(columns, timezone.localdate()) if enough else [],
            claims=comparing.claims(columns) if enough else [],
        )


class Cite(Signed, View):
    """A report as a file for a program that keeps references."""

    form = ""

    def get(self, request: HttpRequest, slug: str) -> HttpResponse:
        report = self.signed()
        make, kind = citing.FORMS[self.form]
        response = HttpResponse(make(citing.work_of(report)), content_type=kind)
        response["Content-Disposition"] = f'attachment; filename="{report.slug}.{self.form}"'
        return response
