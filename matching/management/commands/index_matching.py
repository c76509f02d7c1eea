"""Make the index that MATCHING_BACKEND=indexed searches."""

from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError

from matching.services.indexed import building


class Command(BaseCommand):
    help = (
        "Makes the index of all public wishes and solutions anew, beside the one that serves, and turns "
        "searches over to it. Run it before MATCHING_BACKEND=indexed is set, and when the sweep says so."
    )

    def add_arguments(self, parser) -> None:
        parser.add_argument(
            "--memory",
            default="",
            help="PostgreSQL's maintenance_work_mem while graphs are made, e.g. 2GB; docs/engine.md "
            "says what a million texts need",
        )
        parser.add_argument(
            "--workers", type=int, help="processes of PostgreSQL that help (max_parallel_maintenance_workers)"
        )

    def handle(self, *args, **options) -> None:
        try:
            passages = building.build(
                memory=options["memory"], workers=options["workers"], progress=self.progress
            )
        except DatabaseError as error:
            raise CommandError(f"The index could not be made: {error}") from error
        if passages is None:
            raise CommandError("Another process is making the index already.")
        self.stdout.write(self.style.SUCCESS(f"{passages} passages can be found."))

    def progress(self, step: str, done: int, whole: int) -> None:
        end = "\n" if done == whole or not self.stdout.isatty() else "\r"
        if done == whole or self.stdout.isatty() or done % 50_000 < building.BATCH:
            self.stdout.write(f"{step}: {done} of {whole}", ending=end)
            self.stdout.flush()
