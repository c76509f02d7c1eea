"""How forms become GOV.UK mark-up (templates/govuk/). Needs "django.forms" in INSTALLED_APPS."""

from typing import Any

from django.db.models.fields import BLANK_CHOICE_DASH
from django.forms.renderers import TemplatesSetting
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _

from innoportal.choosing import LongSelect
from innoportal.lib.fields import field_group
from innoportal.lib.templatetags.languages import escaped

INPUTS = {
    "text",
    "email",
    "number",
    "url",
    "password",
    "search",
    "tel",
    "date",
    "datetime-local",
    "time",
    "month",
}
CHOICES = {
    "django/forms/widgets/checkbox_select.html": "govuk-checkboxes",
    "django/forms/widgets/radio.html": "govuk-radios",
}
GROUP = (
    '<div class="ip-choice-group" role="group" aria-label="{0}">'
    '<p class="ip-choice-group__name">{0}</p>{1}</div>'
)
DASHES = BLANK_CHOICE_DASH[0][1]
SELECT = "django/forms/widgets/select.html"
FILES = {"django/forms/widgets/file.html", "django/forms/widgets/clearable_file_input.html"}


class PortalFormRenderer(TemplatesSetting):
    form_template_name = "govuk/form.html"
    field_template_name = "govuk/field.html"
    formset_template_name = "govuk/formset.html"

    def render(self, template_name: str, context: dict[str, Any], request: Any = None) -> str:
        if template_name == self.field_template_name:
            return field_group(context["field"])
        if "widget" not in context:
            return super().render(template_name, context, request)
        widget = dressed(context["widget"])
        draw = DRAWN.get(widget["template_name"])
        if draw:
            return mark_safe(draw(widget))  # noqa: S308  each part is escaped
        return super().render(widget["template_name"], {**context, "widget": widget}, request)


def dressed(widget: dict[str, Any]) -> dict[str, Any]:
    """The context with the classes of govuk-frontend; takes up `data-prefix`, `data-suffix`, `data-width`."""
    widget = {**widget, "attrs": dict(widget["attrs"])}
    # A placeholder goes when typing begins and is often too pale to read: label and hint say it instead.
    widget["attrs"].pop("placeholder", None)
    widget["subwidgets"] = [dressed(part) for part in widget.get("subwidgets", [])]
    template = widget["template_name"]
    if template in CHOICES:
        return widget
    base = _base_class(widget)
    if base:
        _add_classes(widget["attrs"], base)
    affixes = {name: widget["attrs"].pop(f"data-{name}", "") for name in ("prefix", "suffix")}
    if any(affixes.values()):
        widget |= affixes | {"plain_template": template, "template_name": "govuk/widgets/affixed.html"}
    elif widget.get("type") == "password":
        # What the script of govuk-frontend looks for, to let people see what they type.
        _add_classes(widget["attrs"], "govuk-password-input__input govuk-js-password-input-input")
        widget["attrs"] |= {"spellcheck": "false", "autocapitalize": "none"}
        widget |= {"plain_template": template, "template_name": "govuk/widgets/password.html"}
    elif template == "django/forms/widgets/clearable_file_input.html":
        widget["template_name"] = "govuk/widgets/file.html"
    return widget


def _select(widget: dict[str, Any]) -> str:
    """Django renders two templates for each option: a list of departments would take longer than its page."""
    parts = [f'<select name="{escaped(widget["name"])}"{_attributes(widget["attrs"])}>']
    for name, options, _index in widget["optgroups"]:
        rows = [
            f'<option value="{escaped(one["value"])}"{" selected" if one["selected"] else ""}>'
            f"{escaped(_option(one['label']))}</option>"
            for one in options
        ]
        parts += [f'<optgroup label="{escaped(name)}">', *rows, "</optgroup>"] if name else rows
    return "".join([*parts, "</select>"])


def _option(label: Any) -> Any:
    """Dashes say nothing to who has them read aloud: the empty choice of Django asks to choose."""
    return _("Choose one") if label == DASHES else label


def _long_select(widget: dict[str, Any]) -> str:
    """`LongSelect`, whose options come drawn."""
    attributes = _attributes(widget["attrs"])
    return f'<select name="{escaped(widget["name"])}"{attributes}>{escaped(widget["optgroups"])}</select>'


def _choices(widget: dict[str, Any]) -> str:
    """The same for checkboxes and radios."""
    look, attrs = CHOICES[widget["template_name"]], widget["attrs"]
    own = {"class": f"{look} {attrs.get('class', '')}".strip(), "id": attrs.get("id") or False}
    parts = [f"<div{_attributes(own | {'data-module': look})}>"]
    for name, options, _index in widget["optgroups"]:
        rows = "".join(_choice(look, one) for one in options)
        parts.append(GROUP.format(escaped(name), rows) if name else rows)
    return "".join([*parts, "</div>"])


def _choice(look: str, one: dict[str, Any]) -> str:
    value = {} if one["value"] is None else {"value": one["value"]}
    attrs = {"class": f"{look}__input", "type": one["type"], "name": one["name"], **value}
    return (
        f'<div class="{look}__item">\n<input{_attributes(attrs)}{_attributes(one["attrs"])}>\n'
        f'<label class="govuk-label {look}__label" for="{escaped(one["attrs"].get("id", ""))}">'
        f"{escaped(one['label'])}</label>\n</div>"
    )


def _attributes(attrs: dict[str, Any]) -> str:
    """As django/forms/widgets/attrs.html: True is an attribute without a value, False is none."""
    return "".join(
        f" {name}" if value is True else f' {name}="{escaped(value)}"'
        for name, value in attrs.items()
        if value is not False
    )


def _input(widget: dict[str, Any]) -> str:
    value = {} if widget["value"] is None else {"value": widget["value"]}
    return (
        f"<input{_attributes({'type': widget['type'], 'name': widget['name'], **value} | widget['attrs'])}>"
    )


DRAWN = {
    SELECT: _select,
    LongSelect.template_name: _long_select,
    **dict.fromkeys(CHOICES, _choices),
    **{f"django/forms/widgets/{name}.html": _input for name in ("text", "number", "email", "url", "hidden")},
}


def _base_class(widget: dict[str, Any]) -> str:
    template = widget["template_name"]
    if template in FILES:
        return "govuk-file-upload"
    if template.endswith("/textarea.html"):
        return (
            "govuk-textarea govuk-js-character-count"
            if widget["attrs"].get("maxlength")
            else "govuk-textarea"
        )
    if template in (SELECT, LongSelect.template_name):
        return "govuk-select"
    if widget.get("type") == "checkbox":
        return "govuk-checkboxes__input"
    return "govuk-input" if widget.get("type") in INPUTS else ""


def _add_classes(attrs: dict[str, Any], base: str) -> None:
    classes = [base]
    if attrs.get("aria-invalid") == "true" and not base.startswith("govuk-password"):
        classes.append(f"{base.split()[0]}--error")
    width = attrs.pop("data-width", None)
    if width:
        classes.append(f"govuk-input--width-{width}")
    own = attrs.get("class")
    attrs["class"] = " ".join([*classes, own] if own else classes)
