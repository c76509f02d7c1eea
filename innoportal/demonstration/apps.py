from django.apps import AppConfig


class DemonstrationConfig(AppConfig):
    name = "innoportal.demonstration"
    label = "demonstration"
