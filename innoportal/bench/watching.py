"""`python -m innoportal.bench.watching --searches 1000,10000,50000`: one new wish, and all saved searches.

In a portal of its own (`INNOPORTAL_DATA`, else `.data/bench-watching`). The searches are rows with what the
engine reads in them: two hundred are read by the models, with names of the glossary; the rest are these with
their vectors turned a little, since to read fifty thousand texts takes an hour and to compare them does not
care. Prints one line of JSON.
"""

import argparse
import json
import os
import resource
import time
from pathlib import Path
from typing import Any

from innoportal.bench.__main__ import run, settle

MB = 1024  # kilobytes
READ = 200
TURNS = 3  # times that each size is compared; the middle one is told


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m innoportal.bench.watching", description=__doc__)
    parser.add_argument("--searches", default="1000,5000,10000,25000,50000")
    asked = parser.parse_args()
    os.environ.setdefault("INNOPORTAL_DATA", str(Path(".data") / "bench-watching"))
    settle()
    from innoportal import embedded, servers

    with servers.in_use(servers.wanted(embedded.data_dir())):
        run("innoportal.prepare")
        import django

        django.setup()
        rows = [measured(int(count)) for count in asked.searches.split(",")]
    print(json.dumps({"load": round(os.getloadavg()[0], 1), "rows": rows}))  # noqa: T201


def measured(count: int) -> dict[str, Any]:
    """Seconds from the claim to the last row written, and of it those of the comparison alone."""
    from matching.models import Found, SavedSearch
    from matching.services import arriving, noticing

    fill(count)
    before, taken, compared, told = peak(), [], [], 0
    for _turn in range(TURNS):
        row = arrived()
        things = arriving.things_of([row])
        prepared = arriving.prepared([row], things)  # what matching reads anyway
        clock = time.perf_counter()
        found = noticing.compared(prepared)
        compared.append(time.perf_counter() - clock)
        noticing.tell(row, things[row.pk], found.get(row.pk, []))
        taken.append(time.perf_counter() - clock)
        told = Found.objects.filter(arrival=row).count()
    return {
        "searches": SavedSearch.objects.count(),
        "seconds": round(sorted(taken)[1], 2),
        "of it comparing": round(sorted(compared)[1], 2),
        "microseconds a search": round(sorted(compared)[1] / count * 1e6, 1),
        "told": told,
        "grew by MB": round(peak() - before, 1),
    }


def peak() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / MB


def fill(count: int) -> None:
    """As many searches as are wanted, each of a person of its own."""
    import numpy as np

    from accounts.models import User
    from matching.engine.glossary import shipped
    from matching.engine.watching import STORED
    from matching.models import SavedSearch
    from matching.services.saved import read, told

    have = SavedSearch.objects.count()
    words = [
        f"find {one.english[0]} in buildings"
        for one in list(shipped().concepts.values())[:READ]
        if one.english
    ]
    known = read(words)
    users = [User(email=f"watcher{number}@example.org", name="W") for number in range(have, count)]
    User.objects.bulk_create(users, batch_size=2000)
    keys = list(User.objects.filter(email__startswith="watcher").order_by("pk").values_list("pk", flat=True))
    chance, rows = np.random.default_rng(have), []
    for number in range(have, count):
        search = SavedSearch(user_id=keys[number], name=f"Search {number}", words=words[number % len(words)])
        told(search, known[number % len(words)])
        vectors = np.frombuffer(search.vectors, STORED).astype(np.float32)
        vectors = vectors + chance.normal(0, 0.02, len(vectors)).astype(np.float32)
        search.vectors = vectors.astype(STORED).tobytes()
        rows.append(search)
    SavedSearch.objects.bulk_create(rows, batch_size=1000)


def arrived() -> Any:
    """A wish that somebody publishes, noted as having arrived."""
    from accounts.models import Organisation, Role, User
    from matching.models import Arrival
    from wishes import services
    from wishes.models import Wish

    office, _new = User.objects.get_or_create(email="watch@example.org", roles=[Role.OFFICE], name="Office")
    department, _new = Organisation.objects.get_or_create(
        slug="watching", defaults={"name_en": "Watching", "name_zh": "留意", "kind": "department"}
    )
    wish = Wish.objects.create(
        organisation=department,
        created_by=office,
        title_en="Find leaks in the chilled water pipes of old buildings",
        need_en="Chilled water leaks behind walls and is found when ceilings are wet.",
        status=Wish.Status.SCREENING,
    )
    services.publish(wish, by=office)
    return Arrival.objects.get(noun="wishes.wish", object_id=wish.pk)


if __name__ == "__main__":
    main()
