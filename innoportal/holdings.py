"""What the portal holds about a person: every room's part, and all of it as one ZIP of JSON files."""

import json
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from io import TextIOWrapper
from tempfile import SpooledTemporaryFile
from typing import IO, Any

from django.apps import apps
from django.core.serializers.json import DjangoJSONEncoder
from django.db.models import EmailField, Model
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.translation import get_language

import accounts.held
import desk.held
import documents.held
import journal.held
import matching.held
import notifications.held
import solutions.held
import trials.held
import wishes.held
from accounts.holding import MOST, File, Holding, Rows
from accounts.models import User
from innoportal.languages import HTML_LANG

IN_MEMORY = 2**21  # bytes of a ZIP; a larger one is written to a file that goes with the answer
HOLDINGS: tuple[Holding, ...] = (
    accounts.held.HELD,
    notifications.held.HELD,
    desk.held.HELD,
    wishes.held.HELD,
    solutions.held.HELD,
    documents.held.HELD,
    matching.held.HELD,
    trials.held.HELD,
    journal.held.HELD,
)


@dataclass(frozen=True)
class Written:
    """A file as it stands in the ZIP: its rows, and whether older ones were left out."""

    file: File
    count: int
    is_cut: bool


def relations() -> Iterator[str]:
    """Every field of every model that names a person, by a key or by an address."""
    for model in apps.get_models():
        for field in (*model._meta.concrete_fields, *model._meta.many_to_many):
            if _names_a_person(model, field):
                yield f"{model._meta.label}.{field.name}"


def _names_a_person(model: type[Model], field: Any) -> bool:
    if isinstance(field, EmailField):
        return model is not User and field.model._meta.label != "account.EmailAddress"  # their own, by key
    return field.is_relation and field.related_model is User


def packed(user: User, most: int = MOST) -> IO[bytes]:
    """A ZIP that is read from its beginning; who reads it closes it."""
    found: Any = SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115  it outlives this function
    try:
        with zipfile.ZipFile(found, "w", zipfile.ZIP_DEFLATED) as archive:
            _write_all(archive, user, most)
    except BaseException:
        found.close()
        raise
    found.seek(0)
    return found


def _write_all(archive: zipfile.ZipFile, user: User, most: int) -> None:
    written = [
        (holding, [_write(archive, file, user, most) for file in holding.files]) for holding in HOLDINGS
    ]
    lang = HTML_LANG.get(get_language() or "en", "en")
    context = {"person": user, "at": timezone.now(), "written": written, "most": most, "lang": lang}
    archive.writestr("index.html", render_to_string("accounts/own_data_index.html", context))


def _write(archive: zipfile.ZipFile, file: File, user: User, most: int) -> Written:
    counts = []
    with archive.open(f"{file.name}.json", "w") as raw, TextIOWrapper(raw, "utf-8") as out:
        out.write("{")
        for place, rows in enumerate(file.rows):
            out.write(("," if place else "") + f"\n{json.dumps(rows.name)}: [")
            counts.append(_write_rows(out, rows, user, most))
            out.write("]")
        out.write("\n}\n")
    return Written(file, sum(min(count, most) for count in counts), any(count > most for count in counts))


def _write_rows(out: TextIOWrapper, rows: Rows, user: User, most: int) -> int:
    count = 0
    for count, row in enumerate(rows.told(user, most), start=1):
        if count <= most:
            said = json.dumps(row, cls=DjangoJSONEncoder, ensure_ascii=False)
            out.write(("," if count > 1 else "") + f"\n  {said}")
    return count
