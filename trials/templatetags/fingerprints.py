from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

register = template.Library()

STEP = 8


@register.filter
def fingerprint(value: str) -> SafeString:
    """A hash that may break at the end of a line."""
    parts = format_html_join(
        "", "{}<wbr>", ((value[at : at + STEP],) for at in range(0, len(value) // STEP * STEP, STEP))
    )
    return format_html('<code class="ip-small">{}{}</code>', parts, value[len(value) // STEP * STEP :])


@register.filter
def groups(value: str) -> SafeString:
    """A hash in groups that the eye can follow from line to line."""
    parts = ((value[at : at + STEP],) for at in range(0, len(value), STEP))
    return format_html('<code class="ip-small">{}</code>', format_html_join(" ", "{}", parts))
