from typing import ClassVar

from accounts.models import Organisation
from innoportal.lib.import_command import ImportCommand
from wishes.importing import WishImporter


class Command(ImportCommand):
    help = "Bring wishes from a table into the portal: all rows, or none when one is wrong."
    importer = WishImporter
    owners: ClassVar[frozenset[str]] = frozenset(Organisation.REQUESTERS)
