from django.apps import AppConfig


class SolutionsConfig(AppConfig):
    name = "solutions"

    def ready(self) -> None:
        from solutions import rules  # noqa: F401
