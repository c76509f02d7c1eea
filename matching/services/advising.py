"""What would make a solution fit that was given back or refused: its gaps, and wishes that would take it."""

from dataclasses import dataclass, replace

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import override

from journal.models import Entry
from journal.workflow import record
from matching import wording
from matching.engine import Change, Hit, Need, Offer, Weights, improvements, likeness, prepare, score
from matching.engine.improving import WAYS
from matching.services import glossaries, retrievers, shelf
from matching.services.ranking import active_ranker
from matching.services.writing import reports_of
from matching.texts import item_of, need_of, offer_of
from notifications.outbox import PARTY, notify, party
from solutions.models import Solution
from wishes.models import Wish

LOOKED_AT = 12  # open wishes nearest in meaning
SHOWN = 3  # of them, and of the changes for each
LIKELY = 0.2  # likeness below which a wish is about something else
NAMED = 0.9  # share of the technical terms, where no word can agree
WORTH_WHILE = 0.1  # a possible fit
GIVEN_BACK = frozenset({"return", "refuse"})
NOT_TO_DO = frozenset({"track_record", "novelty"})  # facts that nobody mends by writing them down


@dataclass(frozen=True)
class Fitting:
    """An open wish, how likely the solution fits it now, and would with these changes, the best first."""

    wish: Wish
    now: float
    then: float
    changes: tuple[Change, ...]

    @property
    def bands(self) -> tuple[str, str]:
        return wording.band(self.now)[1], wording.band(self.then)[1]

    @property
    def words(self) -> list[str]:
        return [wording.change(one.factor, one.side, one.parameters) for one in self.changes[:SHOWN]]


@dataclass(frozen=True)
class Advice:
    gaps: tuple[dict, ...]  # of the solution alone: what nobody can judge since it is not said
    wishes: tuple[Fitting, ...]

    def __bool__(self) -> bool:
        return bool(self.gaps or self.wishes)

    @property
    def missing(self) -> list[str]:
        return [wording.gap(row) for row in self.gaps]


def advice(solution: Solution) -> Advice:
    """Read from its text as it is now, whether or not it was ever listed."""
    hits = {int(hit.key[1:]): hit.signals for hit in _near(solution)}
    wishes = Wish.objects.open().filter(pk__in=hits).select_related("organisation").prefetch_related("topics")
    offer = offer_of(solution, reports_of([solution.organisation_id]).get(solution.organisation_id, 0))
    weights = Weights.from_dict(active_ranker().weights)
    found = [_fitting(wish, need_of(wish), offer, hits[wish.pk], weights) for wish in wishes]
    fitting = [one for one in found if one is not None]
    fitting.sort(key=lambda one: (-one.then, one.wish.pk))
    gaps = score(Need(), offer, {}, weights).gaps
    return Advice(
        tuple({"code": gap.code, "side": gap.side} for gap in gaps if gap.side == "solution"),
        tuple(fitting[:SHOWN]),
    )


def _near(solution: Solution) -> list[Hit]:
    item, held = item_of(solution), retrievers.held()
    if not item.passages:
        return []
    models = shelf.embedders(held.engine.model_names)
    asked = prepare([item], models, glossaries.current().glossary)[0]
    return [hit for hit in held.retriever.search(asked, "wish", LOOKED_AT, crowded=False) if _is_near(hit)]


def _is_near(hit: Hit) -> bool:
    names_all = not hit.signals["same_script"] and hit.signals["concepts_share"] >= NAMED
    return names_all or likeness(hit.signals) >= LIKELY


def _fitting(
    wish: Wish, need: Need, offer: Offer, signals: dict[str, float], weights: Weights
) -> Fitting | None:
    """None if it would not be tried even if all were mended."""
    own = [one for one in improvements(need, offer, signals, weights) if one.side == "solution"]
    changes = tuple(one for one in own if one.factor not in NOT_TO_DO)
    then = score(need, _mended(need, offer, changes), signals, weights)
    if then.probability < WORTH_WHILE or then.feasibility.verdict == "not_feasible":
        return None
    return Fitting(wish, score(need, offer, signals, weights).probability, then.probability, changes)


def _mended(need: Need, offer: Offer, changes: tuple[Change, ...]) -> Offer:
    """With all changes made, one after the other."""
    for change in changes:
        for made in WAYS[change.factor](need, offer):
            if made.side == "solution":
                offer = replace(made.offer)
    return offer


@transaction.atomic
def advise(solution_id: int, entry_id: int) -> bool:
    """Tell the vendor what would help, once for each time it was given back; False if there is nothing."""
    solution = Solution.objects.select_for_update(of=("self",)).filter(pk=solution_id).first()
    entries = Entry.objects.filter(noun="solutions.solution", object_id=solution_id)
    given_back = entries.filter(pk=entry_id, verb__in=GIVEN_BACK).first()
    if solution is None or given_back is None or solution.status != given_back.to_status:
        return False
    if entries.filter(verb="advise", details__of=entry_id).exists():
        return False
    found = advice(solution)
    if not found:
        return False
    entry = record(solution, "advise", by=None, details={"of": entry_id})
    people = party(*solution.author_ids())
    notify(people, entry, "matching/mail/advice", thing=solution, why=PARTY, **_said(found))
    return True


def _said(found: Advice) -> dict[str, dict[str, str]]:
    """Each as one line in both languages."""
    lines: dict[str, dict[str, str]] = {"missing": {}, "fits": {}}
    for code, language in (("en", "en"), ("zh", "zh-hant")):
        with override(language):
            lines["missing"][code] = " ".join(found.missing)
            lines["fits"][code] = " ".join(_line(one) for one in found.wishes)
    return lines


def _line(one: Fitting) -> str:
    wish = {"reference": one.wish.reference, "title": one.wish.title, "fit": one.bands[1]}
    label = _("%(reference)s “%(title)s” (%(fit)s)") % wish
    value = " ".join(map(str, one.words))
    return _("%(label)s: %(value)s") % {"label": label, "value": value} if value else label
