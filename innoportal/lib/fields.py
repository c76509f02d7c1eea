"""A field of a form as GOV.UK mark-up: label, hint, errors and the widget in one group.

Written in Python: as templates within templates, the filters were a third of a list's work.
"""

from html import escape
from typing import Any

from django.forms import BoundField
from django.utils.safestring import SafeData, SafeString, mark_safe
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from innoportal.lib.templatetags.languages import escaped


def field_group(field: BoundField, *, bare: bool = False) -> SafeString:
    """`bare` leaves out "(optional)", of which a filter says nothing, nor one of two that is needed."""
    bare = bare or getattr(field.field, "is_either", False)
    kind, error = field.widget_type, " govuk-form-group--error" if field.errors else ""
    if kind == "checkbox":
        group = f'<div class="govuk-form-group{error}">{_checkbox(field)}</div>'
    elif field.use_fieldset:
        group = f'<div class="govuk-form-group{error}">{_fieldset(field, bare)}</div>'
    else:
        most = field.field.widget.attrs.get("maxlength") if kind == "textarea" else None
        group = f'<div class="govuk-form-group{error}{_module(kind, most)}>{_plain(field, bare, most)}</div>'
    return mark_safe(group)  # noqa: S308  each part is escaped


def _checkbox(field: BoundField) -> str:
    return (
        f'{_errors(field)}<div class="govuk-checkboxes"><div class="govuk-checkboxes__item">{field}'
        f'<label class="govuk-label govuk-checkboxes__label" for="{escaped(field.id_for_label)}">'
        f"{_label(field)}</label>{_hint(field, ' govuk-checkboxes__hint')}</div></div>"
    )


def _fieldset(field: BoundField, bare: bool) -> str:
    by = field.aria_describedby
    described = f' aria-describedby="{escaped(by)}"' if by else ""
    return (
        f'<fieldset class="govuk-fieldset"{described}><legend class="govuk-fieldset__legend">{_label(field)}'
        f"{_optional(field, bare)}</legend>{_hint(field)}{_errors(field)}{field}</fieldset>"
    )


def _plain(field: BoundField, bare: bool, most: Any) -> str:
    count = ""
    if most:
        words = escape(_("At most %(counted)s characters.") % {"counted": most})
        classes = "govuk-hint govuk-character-count__message"
        count = f'<div class="{classes}" id="{escaped(field.auto_id)}-info">{words}</div>'
    return (
        f'<label class="govuk-label" for="{escaped(field.id_for_label)}">{_label(field)}'
        f"{_optional(field, bare)}</label>{_hint(field)}{_errors(field)}{field}{count}"
    )


def _module(kind: str, most: Any) -> str:
    """The end of the group's classes, and which script of govuk-frontend serves it."""
    if kind == "password":
        return ' govuk-password-input" data-module="govuk-password-input"'
    if most:
        return f' govuk-character-count" data-module="govuk-character-count" data-maxlength="{escaped(most)}"'
    return '"'


def _label(field: BoundField) -> str:
    label = field.label
    shown = capfirst(str(label))
    return shown if isinstance(label, SafeData) else escape(shown)


def _optional(field: BoundField, bare: bool) -> str:
    if bare or field.field.required:
        return ""
    word = escape(_("(optional)"))
    return f' <span class="ip-optional">{word}</span>'


def _hint(field: BoundField, look: str = "") -> str:
    if not field.help_text:
        return ""
    start = f'<div class="govuk-hint{look}" id="{escaped(field.auto_id)}_helptext">'
    return f"{start}{escaped(field.help_text)}</div>"


def _errors(field: BoundField) -> str:
    if not field.errors:
        return ""
    word = escape(_("Error:"))
    begin = f'<p class="govuk-error-message"><span class="govuk-visually-hidden">{word}</span> '
    rows = "".join(f"{begin}{escaped(error)}</p>" for error in field.errors)
    return f'<div id="{escaped(field.auto_id)}_error">{rows}</div>'
