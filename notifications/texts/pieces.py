"""The texts that a mail's template says, each as the office may write it: `{name}` where a value comes."""

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.template.base import Node
from django.template.loader import get_template
from django.templatetags.i18n import BlockTranslateNode, TranslateNode
from django.utils import translation

SUBJECT, FIRST, BODY = "subject", "first", "body"
VALUE = re.compile(r"%\((\w+)\)s")
NUMBERS = (1, 5)  # that ask a language for each of its forms


@dataclass(frozen=True)
class Piece:
    """One message of the catalogue in one template. `counted` is the value that chooses between its forms."""

    message: str  # as gettext knows it
    plural: str
    place: str
    values: frozenset[str]
    counted: str = ""

    @property
    def field(self) -> str:
        """A name for a form, the same in every language and process."""
        return "t" + hashlib.sha256(self.message.encode()).hexdigest()[:12]

    def forms(self, language: str) -> int:
        """How many texts the language has of it: one, or one for 1 and one for other numbers."""
        return 2 if self.plural and language == "en" else 1

    def required(self, form: int, language: str) -> frozenset[str]:
        """A form that is for one thing alone need not say the number."""
        alone = self.forms(language) == 2 and form == 0
        return self.values - {self.counted} if alone else self.values

    def original(self, language: str) -> tuple[str, ...]:
        with translation.override(language):
            if not self.plural:
                return (shown(translation.gettext(self.message)),)
            numbers = NUMBERS[-self.forms(language) :]
            return tuple(shown(translation.ngettext(self.message, self.plural, one)) for one in numbers)


def shown(message: str) -> str:
    """`%(name)s` of the catalogue as `{name}` of the office."""
    return VALUE.sub(r"{\1}", message).replace("%%", "%")


@cache
def pieces(template: str) -> tuple[Piece, ...]:
    """The texts of `templates/<template>.txt` in their order, each once.

    :raises TemplateDoesNotExist: there is none of this name.
    """
    found: dict[str, Piece] = {}
    first_line = 0
    for node in texts_of(source_of(template)):
        line = node.token.lineno
        first_line = first_line or (line if line > 1 else 0)
        place = SUBJECT if line == 1 else FIRST if line == first_line else BODY
        piece = _piece(node, place)
        found.setdefault(piece.message, piece)
    return tuple(found.values())


def source_of(template: str) -> Any:
    """Django's own template, compiled anew: what is done to its nodes stays with the caller."""
    held: Any = get_template(f"{template}.txt")
    return held.template.engine.from_string(held.template.source)


def texts_of(compiled: Any) -> Iterator[Any]:
    """Nodes that say a text of the catalogue; one that only names a text for the template is no text."""
    for node in compiled.nodelist.get_nodes_by_type((BlockTranslateNode, TranslateNode)):
        if not node.asvar and node.message_context is None and message_of(node) is not None:
            yield node


def message_of(node: Node) -> str | None:
    """None where what is translated is a value."""
    if isinstance(node, BlockTranslateNode):
        message = node.render_token_list(node.singular)[0]
        return translation.trim_whitespace(message) if node.trimmed else message
    literal = node.filter_expression.var.literal  # type: ignore[attr-defined]
    return literal.replace("%", "%%") if isinstance(literal, str) else None


def _piece(node: Any, place: str) -> Piece:
    message = message_of(node) or ""
    if isinstance(node, TranslateNode):
        return Piece(message, "", place, frozenset())
    plural, values = "", set(node.render_token_list(node.singular)[1])
    if node.plural and node.countervar:
        plural, more = node.render_token_list(node.plural)
        plural = translation.trim_whitespace(plural) if node.trimmed else plural
        values |= set(more)
    return Piece(message, plural, place, frozenset(values), node.countervar or "")
