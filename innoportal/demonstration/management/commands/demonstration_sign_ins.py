from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from innoportal.demonstration.people import PASSPHRASE, sign_ins


class Command(BaseCommand):
    help = "Print one sign-in of the demonstration for each role."
    requires_system_checks = []

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.DEMONSTRATION:
            return
        for who, email in sign_ins():
            self.stdout.write(f"  {who:22} {email}")
        self.stdout.write(f"  {'passphrase of all':22} {PASSPHRASE}")
