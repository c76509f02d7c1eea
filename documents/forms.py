from django import forms
from django.utils.translation import gettext_lazy as _

from documents.kinds import ACCEPT


class DocumentForm(forms.Form):
    title = forms.CharField(label=_("What the file is"), max_length=200)
    upload = forms.FileField(
        label=_("File"),
        help_text=_("PDF, Word, Excel, PowerPoint, PNG, JPEG, CSV or text; at most 20 MB."),
        widget=forms.FileInput(attrs={"accept": ACCEPT}),
    )
    confidential = forms.BooleanField(
        label=_("Confidential: only you, the portal office and the experts may open it"),
        required=False,
        initial=True,
    )
