"""Match everything anew."""

from django.core.management.base import BaseCommand

from matching import services
from matching.tasks import rematch_solutions, rematch_wishes
from solutions.models import Solution
from wishes.models import Wish


class Command(BaseCommand):
    help = "Reads all public wishes and solutions, builds the snapshot, and matches them in both directions."

    def add_arguments(self, parser) -> None:
        parser.add_argument(
            "--queue", action="store_true", help="leave the work to the Celery workers, in shards"
        )

    def handle(self, *args, **options) -> None:
        if options["queue"]:
            self.stdout.write(f"{self.enqueue()} shards are queued.")
            return
        services.rematch_all(self.progress)
        self.stdout.write(self.style.SUCCESS("Done."))

    def progress(self, step: str, done: int, whole: int) -> None:
        end = "\n" if done == whole or not self.stdout.isatty() else "\r"
        self.stdout.write(f"{step}: {done} of {whole}", ending=end)
        self.stdout.flush()

    def enqueue(self) -> int:
        shards = 0
        for model, task in ((Wish, rematch_wishes), (Solution, rematch_solutions)):
            ids = list(model.objects.public().order_by("pk").values_list("pk", flat=True))
            for batch in services.batches(ids):
                task.delay(list(batch))
                shards += 1
        return shards
