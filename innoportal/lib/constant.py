"""The node of `{% constant %}`: what is the same for every reader is drawn once."""

from django.conf import settings
from django.template import Context, Node, NodeList
from django.urls import get_urlconf
from django.utils.safestring import SafeString
from django.utils.translation import get_language


class Constant(Node):
    """Drawn without the variables of the page: what one reader sees can never reach another."""

    def __init__(self, nodelist: NodeList) -> None:
        self.nodelist = nodelist
        self.drawn: dict[tuple[str | None, str], SafeString] = {}

    def render(self, context: Context) -> SafeString:
        key = get_language(), get_urlconf() or settings.ROOT_URLCONF
        if key not in self.drawn:
            self.drawn[key] = self.nodelist.render(context.new())
        return self.drawn[key]
