"""What a person calls the browser that signed in: its name and the system it runs on."""

from django.utils.translation import gettext as _

# A browser names those it resembles, too: the first that is found is meant.
BROWSERS = (
    ("Edg", "Microsoft Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser/", "Samsung Internet"),
    ("Firefox/", "Firefox"),
    ("FxiOS/", "Firefox"),
    ("CriOS/", "Chrome"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
)
SYSTEMS = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("CrOS", "ChromeOS"),
    ("Mac OS X", "macOS"),
    ("Linux", "Linux"),
)


def device(user_agent: str) -> str:
    """Chrome, Windows; what is not known is called so."""
    browser = _named(user_agent, BROWSERS) or _("Unknown browser")
    system = _named(user_agent, SYSTEMS)
    return _("%(browser)s on %(system)s") % {"browser": browser, "system": system} if system else browser


def _named(user_agent: str, names: tuple[tuple[str, str], ...]) -> str:
    return next((name for mark, name in names if mark in user_agent), "")
