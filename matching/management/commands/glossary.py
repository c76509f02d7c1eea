"""The glossary on the command line: checked, and the portal's terms as a file."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import translation

from accounts.models import User
from matching import glossary_files, services, term_words
from matching.engine.glossary import Glossary, shipped
from matching.engine.terms import Fault, faults
from matching.models import Term
from matching.services import glossaries

FIELDS = dict(zip(("key", "english", "chinese", "simplified"), glossary_files.HEAD, strict=False))


class Command(BaseCommand):
    help = "Checks the glossary of the engine and the terms of the portal, or exports and imports the terms."

    def add_arguments(self, parser: ArgumentParser) -> None:
        verbs = parser.add_mutually_exclusive_group(required=True)
        verbs.add_argument("--check", action="store_true", help="names that are there twice or never found")
        verbs.add_argument("--export", type=Path, metavar="FILE.tsv", help="write the terms that are in use")
        verbs.add_argument(
            "--import", type=Path, metavar="FILE.tsv", help="take all terms of a file, or none"
        )
        parser.add_argument("--by", metavar="EMAIL", help="who imports, for the journal")

    def handle(self, *args: Any, **options: Any) -> None:
        with translation.override("en"):
            if options["check"]:
                self.check_all()
            elif path := options["export"]:
                self.write(path)
            else:
                self.take(options["import"], person(options["by"]))

    def check_all(self) -> None:
        known = glossaries.current(max_age=0).glossary
        wrong = [
            f"{where(key)}, {told(one, known)}"
            for key, concept in known.concepts.items()
            for one in faults(concept, known)
        ]
        for line in wrong:
            self.stderr.write(line)
        if wrong:
            raise CommandError(f"{len(wrong)} faults in {len(known.concepts)} concepts.")
        terms = Term.objects.active().count()
        self.stdout.write(
            self.style.SUCCESS(
                f"{len(shipped().concepts)} concepts of the engine and {terms} terms of the portal: no fault."
            )
        )

    def write(self, path: Path) -> None:
        rows = [(term.concept, term.note) for term in Term.objects.active().order_by("key")]
        path.write_text(glossary_files.write(rows), "utf-8")
        self.stdout.write(self.style.SUCCESS(f"{len(rows)} terms are in {path}."))

    def take(self, path: Path, by: User | None) -> None:
        try:
            lines = list(glossary_files.read(path.read_text("utf-8")))
        except (OSError, UnicodeDecodeError) as error:
            raise CommandError(f"{path} cannot be read: {error}") from None
        if unread := [f"line {line.number}: {line.wrong}" for line in lines if line.wrong]:
            self.refuse(unread)
        rows = [services.TermRow(line.number, line.concept, line.note) for line in lines]
        try:
            counts = services.import_terms(rows, by=by)
        except services.Faulty as error:
            whole = glossaries.current(max_age=0).glossary.with_terms(row.concept for row in rows)
            self.refuse(
                [f"line {n}, {told(one, whole)}" for n, own in sorted(error.found.items()) for one in own]
            )
        self.stdout.write(
            self.style.SUCCESS(
                f"{counts.added} added, {counts.changed} changed, {counts.unchanged} as they were."
            )
        )

    def refuse(self, lines: list[str]) -> None:
        for line in lines:
            self.stderr.write(line)
        raise CommandError(f"Nothing was imported: {len(lines)} faults.")


def told(one: Fault, glossary: Glossary) -> str:
    return f"{FIELDS[one.field]}: {term_words.fault(one, glossary)}"


def where(key: str) -> str:
    return f"term {key}" if Term.objects.active().filter(key=key).exists() else f"glossary.tsv, {key}"


def person(email: str | None) -> User | None:
    if not email:
        return None
    found = User.objects.filter(is_active=True, email=email.lower()).first()
    if found is None:
        raise CommandError(f"Nobody who can sign in has the address {email}.")
    return found
