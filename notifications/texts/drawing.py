"""A mail's template with texts of the office: values are put in by name, once, and nothing is executed."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.template import Context
from django.template.base import Node, NodeList
from django.template.defaulttags import IfNode
from django.template.loader import get_template
from django.templatetags.i18n import BlockTranslateNode
from django.utils.formats import localize

from innoportal.languages import SIMPLIFIED, TRADITIONAL, simplified
from notifications.models import Wording
from notifications.texts.checks import NAMED
from notifications.texts.pieces import message_of, source_of, texts_of

Texts = Mapping[str, Sequence[str]]  # message of the catalogue → its forms


def source_language(language: str) -> str:
    """In which its words are written: Simplified Chinese is derived."""
    return TRADITIONAL if language == SIMPLIFIED else language


def in_force(templates: Sequence[str], language: str) -> dict[str, Texts]:
    """By template, what the office has put in the place of the room's words; one query."""
    rows = Wording.objects.in_force().filter(template__in=set(templates), language=source_language(language))
    return dict(rows.values_list("template", "texts"))


def with_drafts(templates: Sequence[str], language: str) -> dict[str, Texts]:
    """What they would say if the drafts were put in force."""
    drafts = Wording.objects.drafts().filter(template__in=set(templates), language=source_language(language))
    return in_force(templates, language) | dict(drafts.values_list("template", "texts"))


def said(template: str, texts: Texts, language: str, values: dict[str, Any]) -> str:
    """The template in a language that is active, with these texts where they still have a place in it."""
    held: Any = get_template(f"{template}.txt")
    compiled: Any = worded(template, texts, language) if texts else held.template
    return str(compiled.render(Context(values, autoescape=False)))


def worded(template: str, texts: Texts, language: str) -> Any:
    compiled = source_of(template)
    own = {
        id(node): Worded(node, forms, language) for node in texts_of(compiled) if (forms := _of(node, texts))
    }
    _put(compiled.nodelist, own)
    return compiled


def _of(node: Node, texts: Texts) -> Sequence[str]:
    return texts.get(message_of(node) or "", ())


def _put(nodes: NodeList, own: Mapping[int, "Worded"]) -> None:
    for place, node in enumerate(nodes):
        if id(node) in own:
            nodes[place] = own[id(node)]
            continue
        for inner in _inside(node):
            _put(inner, own)


def _inside(node: Node) -> list[NodeList]:
    if isinstance(node, IfNode):
        return [nodes for _condition, nodes in node.conditions_nodelists]
    found = [getattr(node, name, None) for name in node.child_nodelists]
    return [nodes for nodes in found if isinstance(nodes, NodeList)]


class Worded(Node):
    """Says a text of the office where the template said one of the catalogue."""

    child_nodelists = ()

    def __init__(self, node: Any, forms: Sequence[str], language: str) -> None:
        self.node = node
        self.forms = [simplified(form) for form in forms] if language == SIMPLIFIED else list(forms)

    def render(self, context: Context) -> str:
        if not isinstance(self.node, BlockTranslateNode):
            return self.forms[0]
        values = {name: one.resolve(context) for name, one in self.node.extra_context.items()}
        form = self.forms[0]
        if self.node.countervar and self.node.counter:
            number = values[self.node.countervar] = self.node.counter.resolve(context)
            form = self.forms[0 if number == 1 else -1]
        with context.push(**values):
            return NAMED.sub(lambda found: str(localize(context.get(found[1], ""))), form)
