from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from notifications.texts import words
from notifications.texts.checks import LONGEST, MISSING, MOST, faults
from notifications.texts.pieces import BODY, FIRST, SUBJECT, Piece, pieces

PLACES = {
    SUBJECT: gettext_lazy("Subject"),
    FIRST: gettext_lazy("First lines"),
    BODY: gettext_lazy("Further text"),
}


class WordsForm(forms.Form):
    """A field for each text of one mail in one language; `forms_of` is what was written, by message."""

    seen = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(self, template: str, language: str, *args: Any, **kwargs: Any) -> None:
        self.template, self.language = template, language
        self.stamp = words.stamp(template, language)
        super().__init__(*args, **kwargs)
        self.initial.setdefault("seen", self.stamp)
        current = words.current(template, language)
        for piece, form, name in self.parts():
            held = current.get(piece.message) or piece.original(language)
            self.fields[name] = self._field(piece, form, held[form])

    def parts(self) -> list[tuple[Piece, int, str]]:
        return [
            (piece, form, f"{piece.field}{form}")
            for piece in pieces(self.template)
            for form in range(piece.forms(self.language))
        ]

    def _field(self, piece: Piece, form: int, text: str) -> forms.CharField:
        label = str(PLACES[piece.place])
        if piece.forms(self.language) == 2:
            label = (_("%(place)s, of one") if form == 0 else _("%(place)s, of more")) % {"place": label}
        values = ", ".join(f"{{{name}}}" for name in sorted(piece.values))
        original = _("Original: %(text)s") % {"text": piece.original(self.language)[form]}
        named = _("It says: %(values)s.") % {"values": values} if values else ""
        return forms.CharField(
            label=label,
            initial=text,
            error_messages={"required": MISSING},
            help_text=f"{original} {named}".strip(),
            widget=forms.Textarea(
                attrs={"rows": 2, "maxlength": LONGEST.get(piece.place, MOST), "lang": self.language}
            ),
        )

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        for piece, form, name in self.parts():
            for fault in faults(piece, form, self.language, data[name]) if name in data else ():
                self.add_error(name, fault)
        if data.get("seen", "") != self.stamp:
            said = _("Somebody else changed these words while you wrote. Send yours again to replace theirs.")
            self.add_error(None, said)
            self.data = {**self.data.dict(), "seen": self.stamp}
        return data

    @property
    def forms_of(self) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        for piece, _form, name in self.parts():
            found.setdefault(piece.message, []).append(self.cleaned_data[name])
        return found
