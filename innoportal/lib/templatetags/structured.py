"""What search engines and catalogues read of a page: schema.org's words, as JSON-LD."""

import json
from typing import Any

from django import template
from django.utils.safestring import SafeString, mark_safe

register = template.Library()

# Inside a script element, nothing that people wrote may end it or begin a comment.
UNSAFE = {ord(letter): f"\\u{ord(letter):04x}" for letter in "<>&\u2028\u2029"}


@register.simple_tag
def structured(data: dict[str, Any] | None) -> SafeString:
    """A block of data, which no browser runs, so that the content security policy has nothing to allow."""
    if not data:
        return mark_safe("")
    whole = {"@context": "https://schema.org", **without_gaps(data)}
    text = json.dumps(whole, ensure_ascii=False, separators=(",", ":")).translate(UNSAFE)
    return mark_safe(f'<script type="application/ld+json">{text}</script>')  # noqa: S308  see UNSAFE


def without_gaps(data: Any) -> Any:
    """A property that has no value is left out, however deep."""
    if isinstance(data, dict):
        return {name: without_gaps(value) for name, value in data.items() if value not in (None, "", [], {})}
    return [without_gaps(one) for one in data] if isinstance(data, list | tuple) else data
