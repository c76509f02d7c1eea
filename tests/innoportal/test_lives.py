"""The whole loop as a model: what may follow on what is said once more here, and the portal is held to it.

Hypothesis goes on, turns aside and tries what cannot be done, in an order of its own. After each step every
change of a state stands in the journal as one entry, which begins where the last one ended and is a line of
this table; what was refused has changed nothing; and no thing stands further than what it rests on.
"""

from collections import Counter
from datetime import timedelta
from typing import ClassVar

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone
from hypothesis import HealthCheck, Phase
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from journal.models import Entry
from journal.workflow import IllegalTransition
from matching import services as matching
from matching.models import Match
from notifications.models import Notification
from solutions import services as solutions
from solutions.models import Solution
from tests.factories import MatchFactory, MembershipFactory, SolutionFactory, UserFactory, WishFactory
from tests.trials import stories
from trials import services as trials
from trials.models import Report, Trial
from wishes import endorsing, lasting, screening
from wishes import services as wishes
from wishes.models import Wish

# noun → "verb: from … > to", by the design and not by the code
MAY = {
    "wish": """submit: draft returned > endorsement; endorse: endorsement > screening;
        send_back: endorsement > returned; return: screening > returned; publish: screening > open;
        withdraw: draft endorsement screening returned open matched > withdrawn; match: open > matched;
        unmatch: matched > open; start_trial: open matched > on_trial; end_trial: on_trial > open;
        resolve: open matched on_trial > resolved; expire: open > expired; renew: open expired > open""",
    "solution": """submit: draft returned > submitted; acknowledge: submitted > screening;
        return: screening > returned; list: screening > listed; refuse: screening > not_suitable;
        reconsider: not_suitable > screening; expire: listed > expired; renew: expired > listed;
        withdraw: draft submitted screening returned listed > withdrawn""",
    "match": """shortlist: suggested > shortlisted; review: suggested shortlisted wanting > review;
        want: review > wanting; approve: review > approved; reopen: declined > shortlisted;
        decline: suggested shortlisted review wanting > declined; start_trial: approved > on_trial;
        close: approved on_trial > closed""",
    "trial": """lock: planning > locked; start: locked > running; pause: running > paused;
        resume: paused > running; finish: running > measured;
        report: measured stopped > reporting; close: reporting > closed;
        stop: planning locked running paused > stopped""",
    "report": """hand_to_vendor: draft > comment; comment: comment > verification;
        send_back: verification > draft; publish: verification > published;
        withdraw: published > withdrawn""",
}
ENDS = {"withdraw", "refuse", "decline", "stop", "expire", "resolve", "close"}  # after these the loop is over
BY_ITSELF = {("wish", verb) for verb in ("match", "unmatch", "start_trial", "end_trial")} | {
    ("match", "start_trial"), ("match", "close"), ("trial", "close"),
}  # fmt: skip
# What must have happened before, and how often.
RESTS = {
    ("wish", "publish"): [("wish", "endorse", 1)],
    ("match", "approve"): [("match", "judge", 2), ("wish", "publish", 1), ("solution", "list", 1)],
    ("trial", "lock"): [("match", "approve", 1)],
    ("trial", "start"): [("trial", "sign", 2)],
    ("report", "hand_to_vendor"): [("trial", "report", 1)],
    ("report", "publish"): [("report", "comment", 1)],
    ("trial", "close"): [("report", "publish", 1)],
    ("wish", "start_trial"): [("trial", "start", 1)],
}
# How the loop goes on from each state, where it can.
ON = {
    "wish": {"draft": "submit", "returned": "submit", "endorsement": "endorse", "screening": "publish",
             "expired": "renew"},
    "solution": {"draft": "submit", "returned": "submit", "submitted": "acknowledge", "screening": "list",
                 "not_suitable": "reconsider", "expired": "renew"},
    "report": {"draft": "hand_to_vendor", "comment": "comment", "verification": "publish"},
    "trial": {"planning": "lock", "locked": "start", "running": "finish", "paused": "resume",
              "measured": "report"},
    "match": {"suggested": "shortlist", "shortlisted": "review", "wanting": "review", "review": "approve",
              "declined": "reopen", "approved": "plan"},
}  # fmt: skip
REFUSED = (IllegalTransition, ValidationError, PermissionDenied)


def table() -> dict[tuple[str, str], tuple[set[str], str]]:
    lines = ((noun, line.partition(":")) for noun, text in MAY.items() for line in text.split(";"))
    return {
        (noun, verb.strip()): (set(rest.partition(">")[0].split()), rest.partition(">")[2].strip())
        for noun, (verb, _, rest) in lines
    }


TABLE = table()
ASKED = sorted(TABLE.keys() - BY_ITSELF | {("match", "judge"), ("trial", "sign"), ("trial", "plan")})
WHY = {"reason": "Words that the other side reads."}


class Lives(RuleBasedStateMachine):
    """One wish, one solution, and what comes of the two."""

    done: ClassVar[Counter[tuple[str, str]]] = Counter()

    def __init__(self) -> None:
        super().__init__()
        member, vendor = MembershipFactory(), MembershipFactory(organisation__vendor=True)
        approver = MembershipFactory(organisation=member.organisation, approver=True)
        self.officer, self.approver, self.vendor = member.user, approver.user, vendor.user
        self.office, self.engineer = UserFactory(office=True), UserFactory(engineer=True)
        self.experts = [UserFactory(expert=True) for _ in range(2)]
        self.verifier, self.administrator = UserFactory(verifier=True), UserFactory(is_superuser=True)
        self.wish = WishFactory(organisation=member.organisation, created_by=self.officer)
        self.solution = SolutionFactory(organisation=vendor.organisation, created_by=self.vendor)
        self.match: Match | None = None
        self.trial: Trial | None = None
        self.report: Report | None = None
        self.seen, self.last = self.newest(), {"wish": "draft", "solution": "draft"}

    # --- what there is ------------------------------------------------------------------------------
    def things(self) -> dict[str, Wish | Solution | Match | Trial | Report]:
        every = {noun: getattr(self, noun) for noun in MAY}
        return {noun: thing for noun, thing in every.items() if thing is not None}

    def state(self, noun: str) -> str:
        thing = getattr(self, noun)
        return (
            ""
            if thing is None
            else type(thing)._base_manager.values_list("status", flat=True).get(pk=thing.pk)
        )

    def newest(self) -> int:
        return Entry.objects.order_by("-pk").values_list("pk", flat=True).first() or 0

    def stands(self) -> tuple:
        """All that a refusal must leave as it was."""
        states = [self.state(noun) for noun in MAY]
        return (
            states,
            self.newest(),
            Notification.objects.count(),
            Trial.objects.count(),
            Report.objects.count(),
        )

    # --- what can be asked ----------------------------------------------------------------------------
    def ask(self, noun: str, verb: str) -> None:
        """The verb, by somebody who may: who may not is turned away elsewhere.

        :raises Exception: one of `REFUSED`"""
        for thing in self.things().values():
            thing.refresh_from_db()
        with transaction.atomic():
            getattr(self, f"{noun}_")(verb)

    def wish_(self, verb: str) -> None:
        match verb:
            case "submit":
                wishes.submit(self.wish, by=self.officer)
            case "endorse":
                endorsing.endorse(self.wish, by=self.approver)
            case "send_back":
                endorsing.send_back(self.wish, by=self.approver, ground="unclear", **WHY)
            case "return":
                screening.return_(self.wish, by=self.office, ground="unclear", **WHY)
            case "publish":
                wishes.publish(self.wish, by=self.office)
            case "withdraw":
                wishes.withdraw(self.wish, by=self.approver, ground="other", **WHY)
            case "renew":
                last = self.wish.closes_on or timezone.localdate()
                lasting.renew(self.wish, by=self.approver, closes_on=last + timedelta(days=30))
            case _:
                getattr(wishes, verb)(self.wish, by=self.approver)

    def solution_(self, verb: str) -> None:
        match verb:
            case "submit":
                solutions.submit(self.solution, by=self.vendor)
            case "list":
                solutions.list_(self.solution, by=self.office)
            case "return":
                solutions.return_(self.solution, by=self.office, ground="other", **WHY)
            case "refuse" | "withdraw":
                getattr(solutions, verb)(self.solution, by=self.office, ground="other", **WHY)
            case "reconsider":
                solutions.reconsider(self.solution, by=self.office, **WHY)
            case _:
                getattr(solutions, verb)(self.solution, by=self.office)

    def match_(self, verb: str) -> None:
        assert self.match
        match verb:
            case "shortlist":
                matching.shortlist(self.match, by=self.office)
            case "review":
                matching.open_review(self.match, by=self.office)
            case "want":
                matching.review(self.match, by=self.experts[1], verdict="want", ground="fits", **WHY)
            case "judge":
                matching.review(self.match, by=self.experts[0], verdict="approve", ground="fits", **WHY)
            case "approve":
                matching.review(self.match, by=self.experts[1], verdict="approve", ground="fits", **WHY)
            case "decline":
                matching.decline(self.match, by=self.office, ground="other", **WHY)
            case "reopen":
                matching.reopen(self.match, by=self.office, **WHY)

    def trial_(self, verb: str) -> None:
        if verb == "plan":
            self.trial = stories.planned(match=self.match, engineer=self.engineer)
            for item in Trial.CHECKLIST:
                trials.tick(self.trial, item, by=self.engineer)
            return
        assert self.trial
        match verb:
            case "sign":
                stories.signed(self.trial)
            case "report":
                self.report = trials.draft_report(self.trial, by=self.engineer)
            case "finish":
                stories.measure(self.trial)
                trials.finish(self.trial, by=self.engineer)
            case "pause" | "stop":
                getattr(trials, verb)(self.trial, by=self.engineer, **WHY)
            case _:
                getattr(trials, verb)(self.trial, by=self.engineer)

    def report_(self, verb: str) -> None:
        assert self.report
        match verb:
            case "hand_to_vendor":
                trials.hand_to_vendor(self.report, by=self.engineer)
            case "comment":
                trials.comment(self.report, by=self.vendor, text="We agree.")
            case "send_back":
                trials.send_back(self.report, by=self.verifier, **WHY)
            case "publish":
                stories.sign(self.report, self.verifier)
            case "withdraw":
                trials.withdraw_report(self.report, by=self.verifier, **WHY)

    # --- what may be done now -------------------------------------------------------------------------
    def is_alive(self) -> bool:
        return self.state("wish") in ("open", "matched", "on_trial") and self.state("solution") == "listed"

    def approvals(self) -> int:
        return self.match.reviews.filter(round=self.match.round, verdict="approve").count()

    def is_signed(self) -> bool:
        return Entry.objects.about(self.trial).filter(verb="sign").count() == 2

    def may(self, noun: str, verb: str) -> bool:
        """What the table allows, and the three steps that move no state."""
        state = self.state(noun)
        match noun, verb:
            case "trial", "plan":
                return self.state("match") == "approved" and self.trial is None
            case "trial", "sign":
                return state == "locked" and not self.is_signed()
            case "trial", "start":
                return state == "locked" and self.is_signed()
            case "match", "judge":
                return state == "review" and self.approvals() == 0
            case "match", "approve":
                return state == "review" and self.approvals() == 1
        return state in TABLE[noun, verb][0]

    def must_refuse(self, noun: str, verb: str) -> bool:
        if noun != "trial" or verb != "plan":
            if getattr(self, noun) is None:
                return False
        elif self.match is None:
            return False
        if (noun, verb) == ("match", "approve"):  # the first yes of a round is a verdict like any other
            return self.state("match") != "review"
        return not self.may(noun, verb)

    def next_step(self) -> tuple[str, str] | None:
        for noun in ("wish", "solution", "report", "trial", "match"):
            verb = ON[noun].get(self.state(noun))
            if noun == "match" and verb and not self.is_alive():
                continue
            if (noun, verb) == ("match", "plan"):
                noun, verb = "trial", "plan"
            if (noun, verb) == ("match", "approve") and self.may("match", "judge"):
                verb = "judge"
            if (noun, verb) == ("trial", "start") and self.may("trial", "sign"):
                verb = "sign"
            if verb and self.may(noun, verb):
                return noun, verb
        return None

    def step(self, noun: str, verb: str) -> None:
        self.ask(noun, verb)
        self.done[noun, verb] += 1
        if (noun, verb) in TABLE:
            assert self.state(noun) == TABLE[noun, verb][1]

    # --- what happens ---------------------------------------------------------------------------------
    @rule()
    def go_on(self) -> None:
        if self.match is None and self.is_alive():
            self.match = MatchFactory(wish=self.wish, solution=self.solution)
        elif step := self.next_step():
            self.step(*step)

    @rule(which=st.integers(0, 99))
    def turn_aside(self, which: int) -> None:
        """Something else that may be done; what ends the loop comes seldom."""
        others = [
            (noun, verb)
            for noun, verb in ASKED
            if getattr(self, noun) is not None
            and self.may(noun, verb)
            and (verb not in ENDS or which % 10 == 0)
            and (noun != "match" or self.is_alive())
            and (noun in ("match", "trial", "report") or self.match is None)
        ]
        if others:
            self.step(*others[which % len(others)])

    @rule(which=st.integers(0, 999))
    def try_what_cannot_be_done(self, which: int) -> None:
        tries = self.impossible()
        self.is_refused(*tries[which % len(tries)])

    def impossible(self) -> list[tuple[str, str]]:
        return [(noun, verb) for noun, verb in ASKED if self.must_refuse(noun, verb)]

    def is_refused(self, noun: str, verb: str) -> None:
        before, trial, report = self.stands(), self.trial, self.report
        with pytest.raises(REFUSED):
            self.ask(noun, verb)
        self.trial, self.report = trial, report
        assert self.stands() == before, (noun, verb)

    @invariant()
    def each_change_is_an_entry_that_the_table_allows(self) -> None:
        ours = {(type(thing)._meta.label_lower, thing.pk): noun for noun, thing in self.things().items()}
        for entry in Entry.objects.filter(pk__gt=self.seen).order_by("pk"):
            self.seen = entry.pk
            noun = ours.get((entry.noun, entry.object_id))
            if noun and entry.from_status:
                sources, target = TABLE[noun, entry.verb]
                assert entry.from_status in sources
                assert entry.to_status == target
                assert entry.from_status == self.last.get(noun, entry.from_status)
                self.last[noun] = entry.to_status
        for noun in self.things():
            assert self.state(noun) == self.last.setdefault(noun, self.state(noun))

    @invariant()
    def nothing_stands_further_than_what_it_rests_on(self) -> None:
        happened: Counter[tuple[str, str]] = Counter()
        for noun, thing in self.things().items():
            happened.update(
                (noun, verb) for verb in Entry.objects.about(thing).values_list("verb", flat=True)
            )
        for step, needed in RESTS.items():
            for noun, verb, times in needed if happened[step] else ():
                assert happened[noun, verb] >= times, (step, verb)


@pytest.fixture(autouse=True)
def own_files(db, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


def test_at_each_step_of_the_way_nothing_can_be_done_out_of_turn():
    life, refused = Lives(), set()
    while life.state("report") != "published":
        step = life.next_step()
        for noun, verb in life.impossible():
            life.is_refused(noun, verb)
            refused.add((noun, verb))
        life.go_on()
        life.each_change_is_an_entry_that_the_table_allows()
        life.nothing_stands_further_than_what_it_rests_on()
        assert step != life.next_step()  # it came further
    assert refused == set(ASKED) - {("solution", "withdraw")}  # which may be taken back all along


def test_no_order_of_steps_skips_one_or_does_what_cannot_be_done():
    Lives.done.clear()
    few = hypothesis_settings(
        max_examples=5,
        stateful_step_count=40,
        derandomize=True,
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
        phases=[Phase.generate],  # to make a failing order shorter takes minutes
    )
    run_state_machine_as_test(Lives, settings=few)
    assert len(Lives.done) > 15  # it went on, and aside
