"""What is handed in to be checked: a file, or the number of a report."""

from typing import Any

from django import forms
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from trials.models import Report
from trials.proof.reading import MAX_PDF


class VerifyFileForm(forms.Form):
    file = forms.FileField(
        label=_("The report as you have it (PDF or JSON)"),
        help_text=_("It is checked and not kept."),
        widget=forms.ClearableFileInput(attrs={"accept": ".pdf,.json"}),
    )

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        if file.size > MAX_PDF:
            raise forms.ValidationError(_("The file is larger than 40 MB; a report never is."))
        return file


class FindReportForm(forms.Form):
    number = forms.CharField(
        label=_("The number of the report, or its hash"),
        help_text=_("Such as R-2026-0009, as printed on its first page."),
        max_length=80,
        widget=forms.TextInput(attrs={"data-width": "20", "autocomplete": "off"}),
    )

    def clean_number(self) -> str:
        """The report's slug."""
        asked = "".join(self.cleaned_data["number"].split())
        named = Q(reference=asked.upper().replace("-V", "-v")) | Q(payload_hash=asked.lower())
        reports = Report.objects.public().exclude(payload_hash="")
        reference = reports.filter(named).values_list("reference", flat=True).first()
        if reference is None:
            raise forms.ValidationError(
                _(
                    "No report of this number was published here. Compare it with the first page of the "
                    "report."
                )
            )
        return str(reference)
