"""Wishes and solutions by the thousand, as rows; what a person would have chosen is drawn by lot."""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone

from accounts.models import Organisation, User
from innoportal.bench.mixing import Mixed, mix
from innoportal.bench.sources import Source
from journal.models import Counter, Entry
from solutions.models import Evidence, Solution
from topics.models import Topic
from wishes.models import Kpi, Question, Wish

BATCH = 1000
DAYS = 700  # over which things were published
CERTIFICATES = ("ISO 9001", "CE", "IP68", "IEC 62443", "UL 2849")
WISH_STATUS = {"open": 70, "matched": 5, "on_trial": 4, "resolved": 6, "expired": 7, "draft": 4}
WISH_STATUS |= {"screening": 3, "returned": 1}
SOLUTION_STATUS = {"listed": 92, "draft": 3, "submitted": 1, "screening": 1, "returned": 1, "expired": 1}
SOLUTION_STATUS |= {"not_suitable": 1}
STEPS = {  # verb, from, to, days before publication
    "wish": (
        ("create", "", "draft", 20),
        ("submit", "draft", "endorsement", 14),
        ("endorse", "endorsement", "screening", 10),
        ("publish", "screening", "open", 0),
    ),
    "solution": (
        ("create", "", "draft", 16),
        ("submit", "draft", "submitted", 11),
        ("acknowledge", "submitted", "screening", 9),
        ("list", "screening", "listed", 0),
    ),
}


@dataclass
class Made:
    """The rows of one side with what each was mixed from, in the order of their numbers."""

    things: list[Any]
    mixed: list[Mixed]


@dataclass(frozen=True)
class Cast:
    organisations: Sequence[Organisation]
    writer: User
    office: User
    topics: dict[str, Topic]


class Maker:
    """Makes the rows of one side in bulk: things, topics, what hangs on them, and their history."""

    def __init__(self, side: str, sources: list[Source], cast: Cast, chance: random.Random) -> None:
        self.side, self.sources, self.cast, self.chance = side, sources, cast, chance
        self.now = timezone.now()
        self.numbers: dict[int, int] = {}

    def make(self, count: int) -> Made:
        mixed = [mix(self.sources, number, self.chance) for number in range(count)]
        moments = sorted(self.moment() for _ in range(count))
        build = self.wish if self.side == "wish" else self.solution
        things: list[Any] = [build(one, at) for one, at in zip(mixed, moments, strict=True)]
        model: Any = Wish if self.side == "wish" else Solution
        model.objects.bulk_create(things, batch_size=BATCH)
        self.tag(things, mixed)
        self.hang(things)
        self.remember(things)
        prefix = "W" if self.side == "wish" else "S"
        Counter.objects.bulk_create(
            Counter(prefix=prefix, year=year, last=last) for year, last in self.numbers.items()
        )
        return Made(things, mixed)

    def moment(self) -> datetime:
        return self.now - timedelta(days=self.chance.uniform(1, DAYS))

    def reference(self, at: datetime) -> str:
        year = timezone.localtime(at).year
        self.numbers[year] = self.numbers.get(year, 0) + 1
        return f"{'W' if self.side == 'wish' else 'S'}-{year}-{self.numbers[year]:04}"

    def drawn(self, table: dict[str, int]) -> str:
        return self.chance.choices(list(table), list(table.values()))[0]

    def some(self, values: Sequence[str], most: int) -> list[str]:
        return sorted(self.chance.sample(values, self.chance.randint(0, most)))

    def common(self, one: Mixed, at: datetime, is_public: bool) -> dict[str, Any]:
        return {
            **one.columns,
            "organisation": self.chance.choice(self.cast.organisations),
            "created_by": self.cast.writer,
            "created_at": at - timedelta(days=20),
            "updated_at": at,
            "certificates": self.some(CERTIFICATES, 2),
            "reference": self.reference(at) if is_public else None,
        }

    def wish(self, one: Mixed, at: datetime) -> Wish:
        status = self.drawn(WISH_STATUS)
        is_public = status in Wish.PUBLIC
        ahead = timezone.localdate() + timedelta(days=self.chance.randint(1, 200))
        return Wish(
            **self.common(one, at, is_public),
            status=status,
            published_at=at if is_public else None,
            endorsed_at=None if status == "draft" else at - timedelta(days=10),
            closes_on=timezone.localdate(at) if status == "expired" else ahead,
            trl_wanted=self.chance.choice([None, 4, 5, 6, 7, 8]),
            budget=self.chance.choice(Wish.Budget.values),
            months=self.chance.choice([None, 3, 6, 12, 24]),
            site_gives=self.some(Wish.SiteGift.values, 4),
        )

    def solution(self, one: Mixed, at: datetime) -> Solution:
        status = self.drawn(SOLUTION_STATUS)
        is_listed = status in ("listed", "expired")
        return Solution(
            **self.common(one, at, is_listed),
            status=status,
            listed_at=at if is_listed else None,
            expires_on=timezone.localdate(at) + timedelta(days=3 * 365) if is_listed else None,
            trl=self.chance.randint(3, 9),
            price=self.chance.choice(Solution.Price.values),
            lead_months=self.chance.randint(1, 12),
            trial_needs=self.some(Solution.TrialNeed.values, 3),
            is_novel=self.chance.choice([True, False, None]),
        )

    def tag(self, things: list[Any], mixed: list[Mixed]) -> None:
        through: Any = (Wish if self.side == "wish" else Solution).topics.through
        through.objects.bulk_create(
            [
                through(**{f"{self.side}_id": thing.pk}, topic=self.cast.topics[slug])
                for thing, one in zip(things, mixed, strict=True)
                for slug in one.topics
            ],
            batch_size=5 * BATCH,
        )

    def hang(self, things: list[Any]) -> None:
        if self.side == "solution":
            said = "Twelve months in two buildings, with a report."
            rows = [
                Evidence(solution=one, trl=min(one.trl, level), text=said)
                for one in things
                for level in (4, 7)
            ]
            Evidence.objects.bulk_create(rows, batch_size=5 * BATCH)
            return
        Kpi.objects.bulk_create(
            [
                Kpi(wish=one, metric=metric, unit=unit, baseline=10, target=self.chance.randint(1, 9))
                for one in things
                for metric, unit in (("Faults a month", ""), ("Energy a day", "kWh"))
            ],
            batch_size=5 * BATCH,
        )
        public = [one for one in things if one.is_public]
        Question.objects.bulk_create(
            [
                Question(wish=one, asked_by=self.cast.writer, text="Is there a network on site?",
                         answer="Yes, by cable.", answered_by=self.cast.writer, answered_at=self.now)
                for one in public[::2]
            ],
            batch_size=BATCH,
        )  # fmt: skip

    def remember(self, things: list[Any]) -> None:
        """The history of the usual way; where a draft stands now is told by its status alone."""
        party = "department" if self.side == "wish" else "vendor"
        rows = []
        for one in things:
            steps = STEPS[self.side] if one.reference else STEPS[self.side][:1]
            for verb, before, after, days in steps:
                by = self.cast.office if verb in ("acknowledge", "list", "publish") else self.cast.writer
                rows.append(
                    Entry(
                        at=one.updated_at - timedelta(days=days),
                        noun=one._meta.label_lower,
                        object_id=one.pk,
                        reference=one.reference or "" if not days else "",
                        verb=verb,
                        from_status=before,
                        to_status=after,
                        actor_id=by.pk,
                        actor_name=by.name,
                        capacity="office" if by is self.cast.office else party,
                    )
                )
        Entry.objects.bulk_create(rows, batch_size=5 * BATCH)
