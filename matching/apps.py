from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class MatchingConfig(AppConfig):
    name = "matching"
    verbose_name = _("Matches")

    def ready(self) -> None:
        from matching import receivers, rules  # noqa: F401
