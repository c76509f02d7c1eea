from django import forms
from django.utils.translation import gettext_lazy as _


class SuppressForm(forms.Form):
    address = forms.EmailField(label=_("E-mail address"), max_length=254)
    said = forms.CharField(label=_("Why it is sent nothing"), max_length=300)


class LiftForm(forms.Form):
    reason = forms.CharField(label=_("Why mails will arrive now"), max_length=300)
