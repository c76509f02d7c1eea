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
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from accounts.models import Organisation, User
    from innoportal.bench.things import Made

SEED = 20_260_101
PEOPLE = ("expert@example.org", "expert2@example.org", "expert3@example.org")


def fill(wishes: int, solutions: int, matches: int = 10, folder: Path | None = None) -> dict[str, float]:
    """Fill the database; the seconds that each part took.

    :raises SystemExit: the portal is not empty.
    """
    from accounts.models import Organisation, User
    from innoportal.bench.organisations import organisations
    from innoportal.demonstration.people import assemble

    if Organisation.objects.exists() or User.objects.exists():
        raise SystemExit("The portal is not empty: measure in a data directory of its own (INNOPORTAL_DATA).")
    chance = random.Random(SEED)  # noqa: S311  drawn by lot, and the same each time
    took: dict[str, float] = {}
    with timed("people", took):
        cast = assemble()
        every = organisations(list(cast.organisations.values()), wishes // 50, solutions // 20)
    made = write({"wish": wishes, "solution": solutions}, every, cast.people, folder, chance, took)
    match_and_try(made["wish"], matches, every["wish"][0], cast.people, chance, took)
    return took


def write(
    counts: dict[str, int],
    every: dict[str, list["Organisation"]],
    people: dict[str, "User"],
    folder: Path | None,
    chance: random.Random,
    took: dict[str, float],
) -> dict[str, "Made"]:
    """Both sides with what the engine knows of them, and the snapshot in which they are found."""
    from innoportal.bench import knowing, sources, things
    from matching.services import shelf
    from topics.models import Topic

    topics = {topic.slug: topic for topic in Topic.objects.all()}
    writers = {"wish": people["officer"], "solution": people["vendor"]}
    made = {}
    for side, count in counts.items():
        texts = (
            sources.folder(folder, side, sorted(topics), chance) if folder else sources.demonstration(side)
        )
        with timed(f"{side} rows", took):
            cast = things.Cast(every[side], writers[side], people["office"], topics)
            made[side] = things.Maker(side, texts, cast, chance).make(count)
        with timed(f"{side} profiles", took):
            knowing.know(made[side], texts, SEED)
    with timed("snapshot", took):
        shelf.build(force=True)
    return made


def match_and_try(
    wishes: "Made",
    matches: int,
    host: "Organisation",
    people: dict[str, "User"],
    chance: random.Random,
    took: dict[str, float],
) -> None:
    from innoportal.bench import deciding, trying

    with timed("matches", took):
        experts = [user for key, user in people.items() if key.startswith("expert")]
        rows = deciding.decide(wishes, matches, experts, chance)
    with timed("trials and reports", took):
        trying.Trying(people["engineer"], people["verifier"], host, chance).try_out(rows)


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
