from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class WishesConfig(AppConfig):
    name = "wishes"
    verbose_name = _("Wishes")

    def ready(self) -> None:
        from wishes import rules  # noqa: F401
