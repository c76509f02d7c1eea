"""`python -m innoportal.bench.faulting --notices 20000 --kills 30`: does everyone get each notice, once?

In a portal of its own (`INNOPORTAL_DATA`, else `.data/bench-faulting`): notices go out while workers, Valkey
and PostgreSQL are killed (-9) at random, and the mail server refuses, stalls, and hangs up after DATA. Prints
one line of JSON; ends with 1 if a notice is missing, or came more often than an acknowledgement was lost.
"""

import argparse
import json
import os
import random
import sys
import time
from collections import Counter
from pathlib import Path
from typing import Any

from innoportal.bench.__main__ import run, settle
from innoportal.bench.stubborn import Stubborn
from innoportal.bench.victims import Victims

EACH = 40  # notices of one person
SHARE = 0.03  # of mails that meet a fault of the mail server
LEASE, PATIENCE = 20, 2  # seconds: of a mail that a worker has claimed; of a worker with the mail server
LONGEST = 5400  # seconds
ADDRESS = "reader{}@example.org"


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m innoportal.bench.faulting", description=__doc__)
    parser.add_argument("--notices", type=int, default=20_000)
    parser.add_argument("--kills", type=int, default=30)
    parser.add_argument("--seed", type=int, default=2026)
    asked = parser.parse_args()
    os.environ.setdefault("INNOPORTAL_DATA", str(Path(".data") / "bench-faulting"))
    settle()
    found = measured(asked.notices, asked.kills, asked.seed)
    print(json.dumps(found))  # noqa: T201
    sys.exit(not found["holds"])


def measured(notices: int, kills: int, seed: int) -> dict[str, Any]:
    from innoportal import embedded, servers

    data = embedded.data_dir()
    with Stubborn(share=SHARE, seed=seed) as server, servers.in_use(servers.wanted(data)):
        os.environ |= {"EMAIL_URL": f"smtp://127.0.0.1:{server.port}", "EMAIL_TIMEOUT": str(PATIENCE)}
        os.environ |= {"MAIL_LEASE": str(LEASE), "LOG_LEVEL": "WARNING"}
        run("innoportal.prepare")
        import django

        django.setup()
        wanted = written(notices)
        began = time.monotonic()
        with Victims(data) as victims:
            killed = torn(server, victims, notices, kills, random.Random(seed))  # noqa: S311
        return told(server, wanted, killed, time.monotonic() - began)


def written(notices: int) -> dict[str, str]:
    """Whom each Message-ID is for; the rows are those of `notify`, for mails that go out at once."""
    from accounts.models import User
    from notifications import outbox
    from notifications.models import Notification

    Notification.objects.all().delete()
    people = max(1, notices // EACH)
    have = User.objects.filter(email__startswith="reader").count()
    new = [User(email=ADDRESS.format(number), name="Reader") for number in range(have, people)]
    User.objects.bulk_create(new)
    rows = User.objects.filter(email__startswith="reader").order_by("pk")
    keys = list(rows.values_list("pk", flat=True)[:people])
    title = {"en": "Quieter cooling towers", "zh": "更寧靜的冷卻塔"}
    for entry in range(notices // people):
        said = {"entry_id": entry + 1, "template": "wishes/mail/publish", "url": "/en/wishes/", "why": "duty"}
        context = {"thing_title": title, "reference": f"W-2026-{entry:04}", "department": title}
        outbox.write(keys, {**said, "context": context}, is_urgent=True)
    mails = Notification.objects.filter(channel="email").values_list("message_id", "recipient__email")
    return {f"{number}@127.0.0.1": address for number, address in mails}


def torn(server: Stubborn, victims: Victims, notices: int, kills: int, chance: random.Random) -> Counter[str]:
    """Kill by and by while mails go out, then let the rest go out; what was killed how often."""
    at = sorted(chance.sample(range(notices // 50, notices * 9 // 10), kills))
    end = time.monotonic() + LONGEST
    killed: Counter[str] = Counter()
    while time.monotonic() < end:
        victims.look_after()
        if at and len(server.taken) >= at[0]:
            del at[0]
            time.sleep(chance.uniform(0, 0.05))  # not always at the same place of a worker's work
            killed[victims.kill(chance)] += 1
        elif not at and victims.is_all_sent():
            break
        victims.hurry()
        time.sleep(0.05)
    return killed


def told(server: Stubborn, wanted: dict[str, str], killed: Counter[str], seconds: float) -> dict[str, Any]:
    """What came, beside what was to come."""
    came = Counter(number for (number, _to), count in server.taken.items() for _ in range(count))
    astray = sum(wanted.get(number) != to for number, to in server.taken)
    repeats = {number: count - 1 for number, count in came.items() if count > 1}
    unexplained = sum(max(0, count - server.lost[number]) for number, count in repeats.items())
    in_flight = sum(killed.values()) * Victims.WORKERS  # mails that a kill can have caught before the mark
    missing = len(set(wanted) - set(came))
    return {
        "notices": len(wanted),
        "kills": dict(killed),
        "faults of the mail server": dict(server.faults),
        "came": sum(came.values()),
        "missing": missing,
        "to somebody else": astray,
        "acknowledgements lost by the mail server": sum(server.lost.values()),
        "repeats": sum(repeats.values()),
        "repeats by a kill between answer and mark": unexplained,
        "most repeats of one": max(repeats.values(), default=0),
        "seconds": round(seconds),
        "holds": missing == astray == 0 and unexplained <= in_flight and len(wanted) > 0,
    }


if __name__ == "__main__":
    main()
