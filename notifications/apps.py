from django.apps import AppConfig


class NotificationsConfig(AppConfig):
    name = "notifications"

    def ready(self) -> None:
        from notifications import pledges, receivers, rules  # noqa: F401  with pledges comes its task
