"""What a vendor would still ask of a wish, and why: advice, never a hurdle. Values in, values out."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from django.utils.translation import gettext as _

from innoportal.lib.writing.answers import Answers, is_said
from wishes.answers import BILINGUAL
from wishes.models import Wish

SHORT = {"en": 120, "zh": 40}  # letters below which a text leaves most to be asked
SHOWN = 5  # acronyms that are named in one question

OWN_WORDS = ("need", "outcome", "constraints")

# A result is named by what becomes better; these begin a sentence that names a thing instead.
THING = (
    r"app|apps|application|platform|system|systems|software|dashboard|chatbot|portal|website|robots?|drones?"
    r"|cameras?|sensors?|devices?|machines?|tool|kit|solution"
)
PRODUCT = re.compile(
    rf"""[®™]
    | \b(?:buy|purchase|procure|install|supply|deploy|implement|develop|build)(?:ing)?\b
      (?:\s+[\w-]+){{0,5}}?\s+(?:{THING})\b
    | ^\s*(?:an?|the|new|smart|intelligent|some)\s+(?:[\w-]+\s+){{0,4}}?(?:{THING})\s*[.!]?\s*$
    | \b(?:we|i)\s+(?:want|need|would\s+like)\s+(?:an?\s+|the\s+|some\s+)?(?:[\w-]+\s+){{0,4}}?(?:{THING})\b
    | (?:採購|購買|購置|安裝|裝設|開發|研發|建立|引入)[^。；，\n]{{0,14}}
      (?:系統|平台|程式|軟件|機械人|無人機|裝置|設備|儀器|感應器|鏡頭)
    """,
    re.VERBOSE | re.IGNORECASE | re.MULTILINE,
)
ACRONYM = re.compile(r"(?<![\w&/.-])[A-Z][A-Z&]{1,6}[0-9]?(?![\w&])")
CODE = re.compile(r"(?<![\w-])[A-Z]{2,5}[\s-]?\d[\w.:-]*")  # of a standard or a model: EN 81-20, COP-5
EXPLAINED = re.compile(
    r"\(\s*([A-Z][A-Z&]{1,6}[0-9]?)\s*\)|\b([A-Z][A-Z&]{1,6}[0-9]?)\s*\([^)]{4,}\)|（\s*([A-Z&]{2,7})\s*）"
)
EVERYBODY = frozenset(
    """
    AC AI AM AND API CCTV CO CO2 COVID CPU CSV DC EN EU EV GPS HK HKSAR HTTP HVAC IBM ICT ID IEC IEEE IOT IP
    IR ISO IT JSON KPI LAN LCD LED NFC NO NOT OK OR PC PDF PM PPE PV QR RFID RGB SMS TRL TV UK UPS URL USA USB
    UV VR WIFI XML
    """.split()  # noqa: SIM905  a list to be read
)
CONTACT = re.compile(
    r"[\w.+-]+@[\w-]+\.[\w.]+|(?<![\d.,])(?:\+852[\s-]?)?(?!20\d\d-20)[2-9]\d{3}[ -]\d{4}(?![\d.,])"
)
NUMBER = re.compile(r"\d|[一二三四五六七八九十百千半兩]成|百分之|half|third|twice|double", re.IGNORECASE)


@dataclass(frozen=True)
class Remark:
    step: str  # where it is answered
    asks: str  # in a vendor's words
    why: str


Check = Callable[[Answers], Iterator[Remark]]


def remarks(answers: Answers) -> list[Remark]:
    """In the order of the pages on which they are answered."""
    return [remark for check in CHECKS for remark in check(answers)]


def texts(answers: Answers, *names: str) -> Iterator[tuple[str, str]]:
    """(language, text) of what is written."""
    for name in names:
        for language in ("en", "zh"):
            text = str(answers.get(f"{name}_{language}") or "").strip()
            if text:
                yield language, text


def whole(answers: Answers, *names: str) -> str:
    return "\n".join(text for _language, text in texts(answers, *names))


def _short(answers: Answers, name: str) -> bool:
    lengths = [len(text) / SHORT[language] for language, text in texts(answers, name)]
    return bool(lengths) and max(lengths) < 1


def short_need(answers: Answers) -> Iterator[Remark]:
    if _short(answers, "need"):
        yield Remark(
            "need",
            _("What happens today, how often, and what does it cost you?"),
            _("The need is told in very few words: a vendor cannot tell whether what they have would help."),
        )


def short_outcome(answers: Answers) -> Iterator[Remark]:
    if _short(answers, "outcome"):
        yield Remark(
            "outcome",
            _("What exactly would be better, and for whom?"),
            _("The outcome is told in very few words: two vendors would understand two things."),
        )


def product(answers: Answers) -> Iterator[Remark]:
    if PRODUCT.search(whole(answers, "outcome")):
        yield Remark(
            "outcome",
            _("Must it be this product, or may another way reach the same?"),
            _("The outcome names a thing to buy: what you have not heard of is shut out."),
        )


def vague(answers: Answers) -> Iterator[Remark]:
    if is_said(answers, ("outcome_en", "outcome_zh")) and not (
        answers.get("kpis") or NUMBER.search(whole(answers, "outcome"))
    ):
        yield Remark(
            "kpis",
            _("By how much must it be better, for you to be satisfied?"),
            _("There is no number, in the outcome or as a measure: a trial could neither succeed nor fail."),
        )


def constraints(answers: Answers) -> Iterator[Remark]:
    if not whole(answers, "constraints"):
        yield Remark(
            "constraints",
            _("Which standards hold, and what must not be touched?"),
            _("No constraint is named: what is found out on site costs both sides weeks."),
        )


def site(answers: Answers) -> Iterator[Remark]:
    if not whole(answers, "site"):
        yield Remark(
            "site",
            _("Where would it be tried, and how large is it?"),
            _("No site is named: neither the journey nor the scale can be reckoned."),
        )
    if not answers.get("site_gives"):
        yield Remark(
            "site",
            _("Is there power, a network, and somebody who lets us in?"),
            _("It is not said what the site gives: many solutions need one of these to run at all."),
        )


def access(answers: Answers) -> Iterator[Remark]:
    if not whole(answers, "access_hours"):
        yield Remark(
            "conditions",
            _("When may we enter the site?"),
            _("No access hours are given: work at night or with a permit changes price and timetable."),
        )


def environment(answers: Answers) -> Iterator[Remark]:
    if not whole(answers, "environment"):
        yield Remark(
            "conditions",
            _("How hot, wet, dusty, loud or high is it there?"),
            _("Nothing is said about the surroundings: equipment is chosen and rated for them."),
        )


def measures(answers: Answers) -> Iterator[Remark]:
    for row in answers.get("kpis") or []:
        metric = row.get("metric", "").strip() or "—"
        if not row.get("baseline", "").strip():
            yield Remark(
                "kpis",
                _("“%(metric)s”: what is the value today?") % {"metric": metric},
                _("Without a baseline nobody can say what a trial has changed."),
            )
        elif row["baseline"].strip() == row.get("target", "").strip():
            yield Remark(
                "kpis",
                _("“%(metric)s”: what shall change?") % {"metric": metric},
                _("Its target is its value today."),
            )
        if not row.get("unit", "").strip():
            yield Remark(
                "kpis",
                _("“%(metric)s”: in which unit?") % {"metric": metric},
                _("A number without its unit can be read in two ways."),
            )
        if not row.get("method", "").strip():
            yield Remark(
                "kpis",
                _("“%(metric)s”: how is it measured, and by whom?") % {"metric": metric},
                _("Two ways to measure give two results, and a report must stand on one."),
            )


def budget(answers: Answers) -> Iterator[Remark]:
    if not answers.get("budget"):
        yield Remark(
            "budget",
            _("What may it cost, about?"),
            _("No budget band is given: who cannot tell whether it is worth the work answers another wish."),
        )


def timetable(answers: Answers) -> Iterator[Remark]:
    if not str(answers.get("months") or "").strip():
        yield Remark(
            "timetable",
            _("By when do you want it?"),
            _("No time is given: something ready today and something of next year are different offers."),
        )


def adoption(answers: Answers) -> Iterator[Remark]:
    if answers.get("vehicle") in (None, "", Wish.Vehicle.UNDECIDED) or not answers.get("decision_on"):
        yield Remark(
            "adoption",
            _("If the trial succeeds, how and when would you buy?"),
            _("The way from trial to purchase is open: a small company must know it before it invests."),
        )


def topics(answers: Answers) -> Iterator[Remark]:
    if not answers.get("topics"):
        yield Remark(
            "topics",
            _("Is this something for us?"),
            _("No topic is ticked: nobody who follows topics is told when the wish is published."),
        )


def languages(answers: Answers) -> Iterator[Remark]:
    """Where one language has a text that the other lacks; asked once, at the first such page."""
    for language, asks in (
        ("zh", _("Can I read this in Chinese?")),
        ("en", _("Can I read this in English?")),
    ):
        other = "en" if language == "zh" else "zh"
        missing = [
            name
            for name in BILINGUAL
            if answers.get(f"{name}_{other}") and not answers.get(f"{name}_{language}")
        ]
        if missing:
            yield Remark(
                STEP_OF[missing[0]],
                asks,
                _("Parts are in one language only: the engine reads both, many people read one."),
            )


def acronyms(answers: Answers) -> Iterator[Remark]:
    """Of the department's own, which a newcomer has never met; those explained once anywhere are known."""
    text = whole(answers, *OWN_WORDS, "title")
    known = {part for found in EXPLAINED.findall(text) for part in found if part} | EVERYBODY
    unknown = [one for one in ACRONYM.findall(CODE.sub(" ", text)) if one not in known]
    if unknown := list(dict.fromkeys(unknown)):
        where = next(n for n in (*OWN_WORDS, "title") if unknown[0] in whole(answers, n))
        yield Remark(
            where,
            _("What does %(acronyms)s stand for?") % {"acronyms": ", ".join(unknown[:SHOWN])},
            _("A newcomer does not know your abbreviations; write them out once."),
        )


def contact(answers: Answers) -> Iterator[Remark]:
    for name in (*OWN_WORDS, "title", "site", "access_hours", "environment"):
        if CONTACT.search(whole(answers, name)):
            yield Remark(
                STEP_OF[name],
                _("May everyone read this address or telephone number?"),
                _("It stands in a text that is public. Vendors can ask through the portal instead."),
            )


STEP_OF = {name: name for name in ("title", "need", "outcome", "constraints", "site")} | dict.fromkeys(
    ("access_hours", "environment"), "conditions"
)
CHECKS: tuple[Check, ...] = (
    *(short_need, short_outcome, product, constraints, site, access, environment, vague, measures),
    *(budget, timetable, adoption, topics, languages, acronyms, contact),
)
