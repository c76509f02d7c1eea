"""`python -m innoportal.bench.filling --wishes 5000 --solutions 20000` fills an empty portal for measuring.

Everything is inserted in bulk, past the services, so it belongs into a data directory of its own
(`INNOPORTAL_DATA`). The same numbers give the same portal.
"""

import argparse
import os
import random
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

SEED = 20_260_101
PEOPLE = ("expert@example.org", "expert2@example.org", "expert3@example.org")


def fill(wishes: int, solutions: int, matches: int = 10, folder: Path | None = None) -> dict[str, float]:
    """Fill the database; the seconds that each part took.

    :raises SystemExit: the portal is not empty.
    """
    from accounts.models import Organisation, User
    from innoportal.bench import deciding, knowing, sources, things, trying
    from innoportal.bench.organisations import organisations
    from innoportal.demonstration.people import assemble
    from matching.services import shelf
    from topics.models import Topic

    if Organisation.objects.exists() or User.objects.exists():
        raise SystemExit("The portal is not empty: measure in a data directory of its own (INNOPORTAL_DATA).")
    chance = random.Random(SEED)  # noqa: S311  drawn by lot, and the same each time
    took: dict[str, float] = {}
    with timed("people", took):
        cast = assemble()
        every = organisations(list(cast.organisations.values()), wishes // 50, solutions // 20)
    topics = {topic.slug: topic for topic in Topic.objects.all()}
    made: dict[str, things.Made] = {}
    for side, count, name in (("wish", wishes, "officer"), ("solution", solutions, "vendor")):
        texts = (
            sources.folder(folder, side, sorted(topics), chance) if folder else sources.demonstration(side)
        )
        with timed(f"{side} rows", took):
            makers = things.Cast(every[side], cast.people[name], cast.people["office"], topics)
            made[side] = things.Maker(side, texts, makers, chance).make(count)
        with timed(f"{side} profiles", took):
            knowing.know(made[side], texts, SEED)
    with timed("snapshot", took):
        shelf.build(force=True)
    with timed("matches", took):
        experts = [user for key, user in cast.people.items() if key.startswith("expert")]
        rows = deciding.decide(made["wish"], matches, experts, chance)
    with timed("trials and reports", took):
        people = cast.people
        trying.Trying(people["engineer"], people["verifier"], every["wish"][0], chance).try_out(rows)
    return took


@contextmanager
def timed(name: str, took: dict[str, float]) -> Iterator[None]:
    began = time.monotonic()
    yield
    took[name] = round(time.monotonic() - began, 1)
    print(f"{name}: {took[name]} s", file=sys.stderr, flush=True)  # noqa: T201


def analyze() -> None:
    """What PostgreSQL's own autovacuum would have done by the time that a portal is this full."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--wishes", type=int, default=5000)
    parser.add_argument("--solutions", type=int, default=20000)
    parser.add_argument("--matches", type=int, default=10, help="for each public wish")
    parser.add_argument("--data", type=Path, help="a folder with wishes.jsonl and solutions.jsonl")
    options = parser.parse_args()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "innoportal.settings")
    import django

    django.setup()
    from django.db import transaction

    with transaction.atomic():
        fill(options.wishes, options.solutions, options.matches, options.data)
    analyze()


if __name__ == "__main__":
    main()
