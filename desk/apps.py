from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class DeskConfig(AppConfig):
    name = "desk"
    verbose_name = _("Workspace")

    def ready(self) -> None:
        from desk import rules  # noqa: F401
