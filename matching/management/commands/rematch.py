"""Match everything anew."""

from django.core.management.base import BaseCommand

from matching import services
from matching.tasks import rematch_everything


class Command(BaseCommand):
    help = "Reads all public wishes and solutions, builds the snapshot, and matches them in both directions."

    def add_arguments(self, parser) -> None:
        parser.add_argument(
            "--queue", action="store_true", help="leave the work to the Celery workers, in shards"
        )

    def handle(self, *args, **options) -> None:
        if options["queue"]:
            self.stdout.write(f"{rematch_everything()} shards are queued.")
            return
        services.rematch_all(self.progress)
        self.stdout.write(self.style.SUCCESS("Done."))

    def progress(self, step: str, done: int, whole: int) -> None:
        end = "\n" if done == whole or not self.stdout.isatty() else "\r"
        self.stdout.write(f"{step}: {done} of {whole}", ending=end)
        self.stdout.flush()
