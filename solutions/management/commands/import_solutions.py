from typing import ClassVar

from accounts.models import Organisation
from innoportal.lib.import_command import ImportCommand
from solutions.importing import SolutionImporter


class Command(ImportCommand):
    help = "Bring solutions from a table into the portal: all rows, or none when one is wrong."
    importer = SolutionImporter
    owners: ClassVar[frozenset[str]] = frozenset(Organisation.VENDORS)
