"""What the engine knows of each text, kept in the database: read again only when the text changes."""

from collections.abc import Sequence

from django.db import transaction
from django.utils import timezone

from matching.engine import Prepared, prepare
from matching.models import EngineVersion, Profile, Term
from matching.records import pack, unpack
from matching.services import glossaries, indexed, versions
from matching.services.shelf import embedders
from matching.texts import attached_to, content_hash, item_of, side_of
from solutions.models import Solution
from wishes.models import Wish

Thing = Wish | Solution


def profile(thing: Thing) -> Profile:
    """What the engine knows of one wish or solution; nothing is computed for a text it has read before."""
    return profiles([thing])[thing.pk]


def profiles(things: Sequence[Thing], version: EngineVersion | None = None) -> dict[int, Profile]:
    """The same for many of one side, by id: the models read all new texts in one batch.

    Read by the version that serves, or by another that is being prepared.
    """
    if not things:
        return {}
    side, version = side_of(things[0]), version or versions.serving()
    known = glossaries.current(max_age=0)
    rows = {getattr(row, f"{side}_id"): row for row in _rows(side, [one.pk for one in things], version)}
    said = attached_to(things)
    items = {thing.pk: item_of(thing, said.get(thing.pk, "")) for thing in things}
    hashes = {pk: content_hash(item, version.name) for pk, item in items.items()}
    new = [pk for pk, value in hashes.items() if pk not in rows or rows[pk].content_hash != value]
    models = embedders(version.model_names) if new else ()
    read = dict(zip(new, prepare([items[pk] for pk in new], models, known.glossary), strict=True))
    changed = [
        (
            thing,
            _told(rows.get(thing.pk) or _new(thing, version), thing, hashes[thing.pk], read.get(thing.pk)),
        )
        for thing in things
        if thing.pk in read or rows[thing.pk].is_public != thing.is_public
    ]
    if changed:
        rows |= _save(side, changed, known.fingerprint)
    return rows


def _rows(side: str, pks: Sequence[int], version: EngineVersion):
    return Profile.objects.filter(**{f"{side}__in": pks}, engine_version=version.name)


def _new(thing: Thing, version: EngineVersion) -> Profile:
    side = side_of(thing)
    return Profile(side=side, engine_version=version.name, **{side: thing})


def _told(row: Profile, thing: Thing, hashed: str, read: Prepared | None) -> Profile:
    row.is_public = thing.is_public
    if read is not None:
        row.record, row.content_hash, row.concepts_due = pack(read), hashed, False
    row.updated_at = timezone.now()
    return row


@transaction.atomic
def _save(side: str, changed: list[tuple[Thing, Profile]], fingerprint: str) -> dict[int, Profile]:
    """Write what was read of things that are still as they were read; the rows written, by id.

    Reading takes seconds, and minutes where a worker is cut off: what it read of an older text must not take
    the place of the newer. No row is written of what was edited meanwhile, which is on its way again. What
    was read with a glossary that has changed since is due to be read with the new one.
    """
    things = {thing.pk: thing for thing, _ in changed}
    model = type(changed[0][0])
    held = model.objects.filter(pk__in=things).select_for_update(no_key=True).order_by("pk")
    now = {
        pk: status
        for pk, at, status in held.values_list("pk", "updated_at", "status")
        if things[pk].updated_at == at
    }
    read = {thing.pk: row for thing, row in changed}
    rows = {pk: read[pk] for pk in now}
    glossaries.lock(shared=True)
    is_late = Term.objects.fingerprint() != fingerprint
    for pk, row in rows.items():
        row.is_public = now[pk] in model.PUBLIC
        row.concepts_due = row.concepts_due or is_late
    if rows:
        Profile.objects.bulk_create(
            rows.values(),
            update_conflicts=True,
            unique_fields=[side, "engine_version"],
            update_fields=["record", "content_hash", "is_public", "concepts_due", "updated_at"],
        )
        indexed.follow(rows.values())
    return rows


@transaction.atomic
def hide(thing: Thing) -> None:
    """What is no longer public can no longer be found; in the same transaction that withdraws it."""
    rows = Profile.objects.filter(**{side_of(thing): thing})
    rows.filter(is_public=True).update(is_public=False, updated_at=timezone.now())
    indexed.leave(rows)


def prepared(side: str, pks: Sequence[int], version: EngineVersion | None = None) -> dict[int, Prepared]:
    """What the version that serves knows of these, or another one, as far as it has read them."""
    rows = _rows(side, pks, version or versions.serving())
    return {getattr(row, f"{side}_id"): unpack(row.record) for row in rows}
