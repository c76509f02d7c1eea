"""What the engine knows of each text, kept in the database: read again only when the text changes."""

from collections.abc import Sequence

from django.db import transaction
from django.utils import timezone

from matching.engine import Prepared, prepare
from matching.models import Profile
from matching.records import pack, unpack
from matching.services.shelf import embedders
from matching.texts import content_hash, engine_version, item_of, side_of
from solutions.models import Solution
from wishes.models import Wish

Thing = Wish | Solution


def profile(thing: Thing) -> Profile:
    """What the engine knows of one wish or solution; nothing is computed for a text it has read before."""
    return profiles([thing])[thing.pk]


def profiles(things: Sequence[Thing]) -> dict[int, Profile]:
    """The same for many of one side, by id: the models read all new texts in one batch."""
    if not things:
        return {}
    side = side_of(things[0])
    rows = {getattr(row, f"{side}_id"): row for row in _read_before(side, [thing.pk for thing in things])}
    items = {thing.pk: item_of(thing) for thing in things}
    hashes = {pk: content_hash(item) for pk, item in items.items()}
    new = [pk for pk, value in hashes.items() if pk not in rows or not _knows(rows[pk], value)]
    read = dict(zip(new, prepare([items[pk] for pk in new], embedders()), strict=True)) if new else {}
    changed = [
        _told(rows.get(thing.pk), thing, hashes[thing.pk], read.get(thing.pk))
        for thing in things
        if thing.pk in read or rows[thing.pk].is_public != thing.is_public
    ]
    _save(side, changed)
    rows |= {getattr(row, f"{side}_id"): row for row in changed}
    return rows


def _knows(row: Profile, hashed: str) -> bool:
    return row.content_hash == hashed


def _rows(side: str, pks: Sequence[int]):
    return Profile.objects.filter(**{f"{side}__in": pks})


def _read_before(side: str, pks: Sequence[int]):
    return _rows(side, pks).filter(engine_version=engine_version())


def _told(row: Profile | None, thing: Thing, hashed: str, read: Prepared | None) -> Profile:
    side = side_of(thing)
    row = row or Profile(side=side, **{side: thing})
    row.is_public = thing.is_public
    if read is not None:
        row.record, row.content_hash, row.engine_version = pack(read), hashed, engine_version()
    row.updated_at = timezone.now()
    return row


@transaction.atomic
def _save(side: str, rows: list[Profile]) -> None:
    """Two workers may profile the same text: the later one writes the same."""
    if rows:
        Profile.objects.bulk_create(
            rows,
            update_conflicts=True,
            unique_fields=[side, "engine_version"],
            update_fields=["record", "content_hash", "is_public", "updated_at"],
        )


def hide(thing: Thing) -> None:
    """What is no longer public can no longer be found; in the same transaction that withdraws it."""
    _rows(side_of(thing), [thing.pk]).filter(is_public=True).update(
        is_public=False, updated_at=timezone.now()
    )


def prepared(side: str, pks: Sequence[int]) -> dict[int, Prepared]:
    """What the engine knows of these, as far as it has read them with the models of today."""
    rows = _read_before(side, pks)
    return {getattr(row, f"{side}_id"): unpack(row.record) for row in rows}
