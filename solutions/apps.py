from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class SolutionsConfig(AppConfig):
    name = "solutions"
    verbose_name = _("Solutions")

    def ready(self) -> None:
        from solutions import nomination_mail, receivers, rules  # noqa: F401
