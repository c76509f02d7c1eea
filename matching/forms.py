from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import Organisation
from journal.forms import GroundField
from matching.engine.glossary import Concept
from matching.models import Conflict, Review
from matching.services import LONGEST

GROUNDED = ("decline", "close")  # verbs with a list of grounds
SIDES = [("", _("Everything")), ("wish", _("Wishes")), ("solution", _("Solutions"))]


class ReviewForm(forms.ModelForm):
    """A verdict; the service judges who may give one."""

    class Meta:
        model = Review
        fields = ("verdict", "ground", "reason")
        widgets = {
            "verdict": forms.RadioSelect,
            "reason": forms.Textarea(attrs={"rows": 6, "maxlength": 3000}),
        }
        help_texts = {
            "reason": _(
                "The other experts and the portal office read it. If you decline or ask for more, the "
                "department and the vendor read it too, without your name."
            ),
        }

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["verdict"].choices = Review.Verdict.choices  # type: ignore[attr-defined]  # none is preset


class ReasonForm(forms.Form):
    reason = forms.CharField(
        label=_("Reason"),
        max_length=3000,
        widget=forms.Textarea(attrs={"rows": 4, "maxlength": 3000}),
        help_text=_("The department and the vendor read it."),
    )

    def __init__(self, *args, verb: str, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        if verb in GROUNDED:
            self.fields["ground"] = GroundField("matching.match", verb)
            self.order_fields(["ground", "reason"])


class ConflictForm(forms.ModelForm):
    class Meta:
        model = Conflict
        fields = ("organisation", "reason")
        labels = {"organisation": _("Organisation")}
        help_texts = {
            "reason": _("In what way it is near to you: work, family, money, an old quarrel."),
        }

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["organisation"].queryset = Organisation.objects.order_by("name_en", "pk")  # type: ignore[attr-defined]


class SearchForm(forms.Form):
    """Odd input is no error in a search box: what is too long is cut, an unknown side is none."""

    q = forms.CharField(required=False, label=_("Search"), strip=True)
    side = forms.ChoiceField(
        required=False,
        label=_("Show"),
        choices=SIDES,
    )

    def asked(self) -> tuple[str, str]:
        self.is_valid()
        text = str(self.data.get("q", "")).replace("\0", " ").strip()[:LONGEST]
        return text, self.cleaned_data.get("side", "")


NAME_WANTED = _("Give at least one name in this language.")


class NamesField(forms.CharField):
    """One name a line; empty lines count for nothing."""

    widget = forms.Textarea(attrs={"rows": 4, "spellcheck": "false"})

    def widget_attrs(self, widget):
        return {}  # nobody counts down the characters of a list

    def to_python(self, value):
        return tuple(
            " ".join(line.split()) for line in (super().to_python(value) or "").splitlines() if line.strip()
        )

    def prepare_value(self, value):
        return value if isinstance(value, str) or value is None else "\n".join(value)


class TermForm(forms.Form):
    """A concept; whether it can join the glossary is the engine's to say (`add_faults`)."""

    key = forms.CharField(
        label=_("Key of the concept"),
        max_length=60,
        help_text=_(
            "Small letters, figures and _, such as heat_pump. A key of the engine takes that concept’s place."
        ),
        widget=forms.TextInput(attrs={"data-width": "20", "autocomplete": "off", "spellcheck": "false"}),
    )
    english = NamesField(
        label=_("English names"),
        error_messages={"required": NAME_WANTED},
        max_length=4000,
        help_text=_(
            "One a line, the first is the label; plurals need none. = before a name: only in these capitals."
        ),
    )
    chinese = NamesField(
        label=_("Traditional Chinese names"),
        error_messages={"required": NAME_WANTED},
        max_length=4000,
        help_text=_("One a line, Hong Kong’s first. Texts in Simplified Chinese are found by these, too."),
    )
    simplified = NamesField(
        label=_("Simplified Chinese names"),
        required=False,
        max_length=4000,
        help_text=_(
            "Only where the mainland uses another name, not other characters alone. The first is the label."
        ),
    )
    note = forms.CharField(
        label=_("Note"),
        required=False,
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 2, "maxlength": 1000}),
        help_text=_("Why it is there, for who reads the list."),
    )

    def __init__(self, *args, fixed_key: str = "", **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fixed_key = fixed_key
        if fixed_key:
            del self.fields["key"]

    def concept(self) -> Concept:
        data = self.cleaned_data
        key = self.fixed_key or data["key"].strip()
        return Concept(key, data["english"], data["chinese"], data["simplified"])


class TermListForm(forms.Form):
    """Odd input is no error in a list."""

    q = forms.CharField(required=False, label=_("Name or key"), max_length=80)
    show = forms.ChoiceField(
        required=False,
        label=_("Show"),
        choices=[("", _("Terms of the portal")), ("engine", _("Concepts of the engine"))],
    )
