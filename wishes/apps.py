from django.apps import AppConfig


class WishesConfig(AppConfig):
    name = "wishes"

    def ready(self) -> None:
        from wishes import rules  # noqa: F401
