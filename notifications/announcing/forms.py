from typing import Any, cast
from urllib.parse import urlsplit

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.urls import Resolver404, resolve
from django.utils import translation
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from accounts.models import Membership, Organisation, Role
from notifications.models import Announcement
from notifications.models.announcements import Segment
from notifications.texts.checks import strange
from topics.models import Topic

TEXTS = ("subject_en", "subject_zh", "text_en", "text_zh")


def several(label: Any, choices: Any, help_text: Any = "") -> forms.MultipleChoiceField:
    small = forms.CheckboxSelectMultiple(attrs={"class": "govuk-checkboxes--small"})
    return forms.MultipleChoiceField(
        label=label, choices=choices, required=False, widget=small, help_text=help_text
    )


class AnnouncementForm(forms.ModelForm):
    """What it says in both languages, and whom it is for; `segment` is the latter."""

    roles = several(
        gettext_lazy("Roles"),
        [*Role.choices, *Membership.Role.choices],
        gettext_lazy("None chosen: whatever their role."),
    )
    kinds = several(gettext_lazy("Kinds of organisations"), Organisation.Kind.choices)
    topics = several(gettext_lazy("Who follow one of these topics"), ())
    languages = several(gettext_lazy("Who read in"), settings.LANGUAGES)

    class Meta:
        model = Announcement
        fields = (*TEXTS, "path")
        widgets = {
            "text_en": forms.Textarea(attrs={"rows": 6, "lang": "en"}),
            "text_zh": forms.Textarea(attrs={"rows": 6, "lang": "zh-Hant"}),
        }
        help_texts = {
            "text_en": gettext_lazy("An empty line begins a paragraph. It stays as you write it: no markup."),
            "path": gettext_lazy("Copy its address here. Left empty, the button leads to the home page."),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        held = self.instance.segment
        for name in ("roles", "kinds", "topics", "languages"):
            self.fields[name].initial = held.get(name, [])
        topics = [(topic.slug, str(topic.name)) for topic in Topic.objects.in_order()]
        cast(forms.MultipleChoiceField, self.fields["topics"]).choices = topics

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        for name in TEXTS:
            lines = [data.get(name, "")] if name.startswith("subject") else data.get(name, "").splitlines()
            for fault in [one for line in lines for one in strange(line)][:1]:
                self.add_error(name, fault)
        return data

    def clean_path(self) -> str:
        """
        :raises ValidationError: it is no page of this portal.
        """
        return own_path(self.cleaned_data["path"].strip())

    def save(self, commit: bool = True) -> Announcement:
        names = ("roles", "kinds", "topics", "languages")
        segment = Segment(**{name: tuple(self.cleaned_data[name]) for name in names})
        self.instance.segment = segment.as_data()
        return super().save(commit)


def own_path(address: str) -> str:
    """A path of this portal, of its full address or of the path itself.

    :raises ValidationError: it is another host's, or no page.
    """
    if not address:
        return ""
    host = urlsplit(settings.SITE_URL)
    parts = urlsplit(address)
    is_ours = (parts.scheme, parts.netloc) in (("", ""), (host.scheme, host.netloc))
    path = parts.path + (f"?{parts.query}" if parts.query else "")
    try:
        if not is_ours or not path.startswith("/") or path.startswith(("//", "/\\")) or "\\" in path:
            raise Resolver404
        with translation.override(translation.get_language_from_path(parts.path) or get_language()):
            resolve(parts.path)
    except Resolver404 as error:
        said = _("This is no page of the portal. Open the page and copy its address from the browser.")
        raise ValidationError(said) from error
    return path


class CountForm(forms.Form):
    """How many people whoever agrees has seen counted, typed by themselves."""

    expected = forms.IntegerField(
        label=gettext_lazy("Number of people"),
        help_text=gettext_lazy("Type the number of those who will be told, as it stands above."),
        min_value=1,
        widget=forms.NumberInput(attrs={"data-width": "5"}),
        error_messages={
            name: gettext_lazy("Type the number of people who will be told.")
            for name in ("required", "invalid", "min_value")
        },
    )


class RecallForm(forms.Form):
    """Why it is taken back, as everybody reads who had it already."""

    reason = forms.CharField(
        label=gettext_lazy("Why it is taken back"),
        help_text=gettext_lazy("Whoever has the announcement already is told so, with this reason."),
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": gettext_lazy("Say why: those who have it already read your reason.")},
    )
