"""What each section of a report says before anybody has written: drafted from the record, with its names."""

from collections.abc import Callable

from trials import models
from trials.analysis import CHANGES
from trials.beginnings import begin
from trials.counted import counted
from trials.placeholders import fill, literal
from trials.proof.payload import Bilingual
from trials.sentences import joined
from trials.services.facts import Facts
from trials.services.record import pair

MOST_QUOTES = 8
Verdict = models.Report.Verdict
DIRECTIONS = {"decrease": "fell", "increase": "rose"}
ENDORSED = {Verdict.MET: "suits", Verdict.PARTLY: "suits_partly"}


class Drafter:
    """Writes the sections of one report; `facts` are what its prose may name."""

    def __init__(self, report: models.Report, facts: Facts) -> None:
        self.report, self.trial, self.facts = report, report.trial, facts
        self.claims = list(self.trial.claims.order_by("position", "pk"))

    def section(self, name: str) -> Bilingual:
        """:raises KeyError: no such section."""
        found = WRITERS[name](self)
        return Bilingual(_cut(found.en), _cut(found.zh))

    def summary(self) -> Bilingual:
        return joined(
            begin("tried"),
            begin("stopped") if "stop reason" in self.facts else Bilingual(),
            *(self._finding(place, claim) for place, claim in enumerate(self.claims, 1)),
            begin("overall"),
            self.incidents(),
            self._payback(),
        )

    def _finding(self, place: int, claim: models.Claim) -> Bilingual:
        estimate = claim.result.get("estimate")
        if not estimate:
            return begin("undecided" if claim.result else "unmeasured", place)
        if claim.method not in CHANGES:
            return begin(claim.figure or claim.method, place)
        contrary = estimate["effect"] < 0
        return begin("contrary" if contrary else DIRECTIONS[claim.direction], place)

    def _payback(self) -> Bilingual:
        if "net saving" not in self.facts:
            return Bilingual()
        return begin("pays" if "payback" in self.facts else "pays_not")

    def need(self) -> Bilingual:
        wish = self.trial.match.wish
        return joined(quoted(wish, "need"), _headed("wanted", quoted(wish, "outcome")))

    def solution(self) -> Bilingual:
        solution = self.trial.match.solution
        return joined(quoted(solution, "summary"), _headed("works", quoted(solution, "method")))

    def site(self) -> Bilingual:
        venue, solution = self.trial.venue, self.trial.match.solution
        return joined(
            begin("at"),
            begin("in_scale") if self.trial.scale else Bilingual(),
            _headed("surroundings", quoted(venue, "environment")),
            _headed("access", quoted(venue, "access")),
            _headed("required", quoted(solution, "trial_conditions")),
            begin("lasted" if "baseline days" in self.facts else "lasted_alone"),
        )

    def results(self) -> Bilingual:
        told = [
            begin("result", place) if claim.result.get("estimate") else self._finding(place, claim)
            for place, claim in enumerate(self.claims, 1)
        ]
        return joined(*told, begin("readings"))

    def incidents(self) -> Bilingual:
        if self._count("incidents") == 0 and self._count("pauses") == 0:
            return begin("course_quiet")
        return begin("course" if self._count("incidents") in (0, 1) else "course_many")

    def voices(self) -> Bilingual:
        asked = [
            begin("asked", place)
            for place in range(1, len(self.claims) + 1)
            if f"claim {place} mean answer" in self.facts
        ]
        quotes = self._quotes()
        if not asked and not quotes:
            return begin("not_asked")
        return joined(*asked, quotes)

    def _quotes(self) -> Bilingual:
        """Words that those who run the trial released, as they are shown; the newest, in either language."""
        released = models.Voice.objects.released().filter(question__survey__trial=self.trial)
        words = [literal(one.shown) for one in released.order_by("-on", "-pk")[:MOST_QUOTES]]
        return _headed(
            "quoted",
            Bilingual("\n".join(f"“{one}”" for one in words), "\n".join(f"「{one}」" for one in words)),
        )

    def benefit(self) -> Bilingual:
        cost = begin("cost_of_trial") if "trial cost" in self.facts else Bilingual()
        if "net saving" not in self.facts:
            return joined(begin("not_reckoned"), cost)
        measured = "yearly saving at least" in self.facts
        return joined(begin("saves" if measured else "saves_else"), begin("costs"), self._payback(), cost)

    def suits(self) -> Bilingual:
        return joined(begin(ENDORSED.get(Verdict(self.report.verdict), "suits_not")), begin("untried"))

    def limits(self) -> Bilingual:
        deviations = self._count("deviations")
        if deviations == 0:
            return begin("limits")
        return joined(begin("limits"), begin("departed_once" if deviations == 1 else "departed"))

    def _count(self, name: str) -> int | None:
        """None, one, or more, which is all that grammar asks."""
        return next((count for count in (0, 1) if self.facts[name] == counted(name, count)), None)

    def conditions(self) -> Bilingual:
        return begin("conditions")


WRITERS: dict[str, Callable[[Drafter], Bilingual]] = {
    name: getattr(Drafter, name) for name in models.SECTIONS
}


def quoted(thing: object, name: str) -> Bilingual:
    """What somebody wrote elsewhere; braces in it are only braces."""
    text = pair(thing, name)
    return Bilingual(literal(text.en), literal(text.zh))


def _headed(name: str, text: Bilingual) -> Bilingual:
    """Where there is such a text: a line above it says what it is."""
    head = begin(name)
    return Bilingual(
        f"{head.en}\n{text.en}" if text.en else "",
        f"{head.zh}\n{text.zh}" if text.zh else "",
    )


def _cut(text: str) -> str:
    """To what a section holds, at the end of a paragraph."""
    if len(text) <= models.LONGEST:
        return text
    return text[: models.LONGEST].rpartition("\n")[0] or text[: models.LONGEST]


def filled(text: Bilingual, facts: Facts) -> Bilingual:
    """:raises KeyError: it names what the record does not have."""
    return Bilingual(
        fill(text.en, {name: said.en or said.zh for name, said in facts.items()}),
        fill(text.zh, {name: said.zh or said.en for name, said in facts.items()}),
    )
