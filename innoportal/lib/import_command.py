from argparse import ArgumentParser
from collections.abc import Iterable
from pathlib import Path
from typing import Any, ClassVar

from django.core.management.base import BaseCommand, CommandError
from tqdm import tqdm

from accounts.models import Organisation, User
from innoportal.lib.importing import Importer, Report, run
from innoportal.lib.tables import Unreadable

SHOWN = 200


class ImportCommand(BaseCommand):
    """The command line of an import; a room names its importer and which organisations may own its rows."""

    importer: ClassVar[type[Importer]]
    owners: ClassVar[frozenset[str]]

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, help="CSV, TSV, XLSX or JSON lines")
        parser.add_argument("--organisation", metavar="SLUG", help="owner of rows that name none")
        parser.add_argument("--by", metavar="EMAIL", help="who imports; otherwise the first administrator")
        parser.add_argument("--dry-run", action="store_true", help="check everything and keep nothing")
        parser.add_argument(
            "--keep-good", action="store_true", help="keep the good rows when others are wrong"
        )
        parser.add_argument(
            "--publish", action="store_true", help="make the rows public at once, telling nobody"
        )
        parser.add_argument("--max-mb", type=int, default=100, help="refuse larger files (100)")

    def handle(self, *args: Any, **options: Any) -> None:
        importer = self.importer(  # type: ignore[call-arg]
            by=_person(options["by"]),
            organisation=self._organisation(options["organisation"]),
            publish=options["publish"],
        )
        with tqdm(unit_scale=True, disable=options["verbosity"] == 0, desc=options["file"].name) as bar:

            def progress(done: int, total: int) -> None:
                bar.total = total
                bar.update(done - bar.n)

            try:
                report = run(
                    importer,
                    options["file"],
                    max_bytes=options["max_mb"] * 2**20,
                    dry_run=options["dry_run"],
                    keep_good=options["keep_good"],
                    progress=progress,
                )
            except Unreadable as error:
                raise CommandError(f"{options['file']}: {error} Nothing was imported.") from None
            except KeyboardInterrupt:
                raise CommandError("Stopped. Nothing was imported.", returncode=130) from None
        self._tell(report, dry_run=options["dry_run"])

    def _organisation(self, slug: str | None) -> Organisation | None:
        if not slug:
            return None
        organisation = Organisation.objects.filter(slug=slug, kind__in=self.owners).first()
        if organisation is None:
            raise CommandError(f"No organisation of this kind has the short name {slug!r}.")
        return organisation

    def _tell(self, report: Report, *, dry_run: bool) -> None:
        for note in report.notes:
            self.stdout.write(note)
        for text, count in report.remarks.items():
            self.stdout.write(f"{text}: {count} x, first in line {report.first[text]}")
        for line in _shortened(report):
            self.stderr.write(line)
        counts = report.counts
        outcome = ", ".join(
            f"{counts[name]} {name}" for name in ("created", "updated", "unchanged", "refused")
        )
        if not report.problems:
            self.stdout.write(self.style.SUCCESS(f"{'Would be: ' if dry_run else ''}{outcome}."))
        elif report.kept:
            raise CommandError(f"The good rows were imported, the rest was not: {outcome}.")
        else:
            raise CommandError(f"Nothing was imported. Rows refused: {counts['refused']}.")


def _shortened(report: Report) -> Iterable[str]:
    yield from (str(problem) for problem in report.problems[:SHOWN])
    if (more := report.counts["problems"] - SHOWN) > 0:
        yield f"… and {more} more."


def _person(email: str | None) -> User:
    people = User.objects.filter(is_active=True).order_by("pk")
    person = people.filter(email=email.lower()).first() if email else people.filter(is_superuser=True).first()
    if person is None:
        raise CommandError(
            f"Nobody who can sign in has the address {email}." if email else "Name a person with --by EMAIL."
        )
    return person
