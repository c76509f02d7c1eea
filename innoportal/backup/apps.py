from django.apps import AppConfig


class BackupConfig(AppConfig):
    name = "innoportal.backup"
    label = "backup"
