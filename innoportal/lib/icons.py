"""The portal's icons are one picture that a browser keeps: in a list they were half of the page."""

import re

from django.conf import settings

SPRITE = "icons.svg"
ICONS = frozenset(re.findall(r'<symbol id="([a-z_]+)"', (settings.BASE_DIR / "static" / SPRITE).read_text()))
