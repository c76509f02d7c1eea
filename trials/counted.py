"""How many of something, as a phrase of each language: `no incident`, `1 incident`, `3 incidents`."""

from decimal import Decimal

from trials.proof.payload import Bilingual

# name: (none, one, more; in Chinese none, any)
PHRASES = {
    "days": (("0 days", "1 day", "{n} days"), ("0 日", "{n} 日")),
    "years": (("0 years", "1 year", "{n} years"), ("0 年", "{n} 年")),
    "payback": (("0 years", "1 year", "{n} years"), ("0 年", "{n} 年")),
    "claims": (("no claim", "1 claim", "{n} claims"), ("沒有承諾指標", "{n} 項承諾指標")),
    "incidents": (("no incident", "1 incident", "{n} incidents"), ("沒有事故", "{n} 宗事故")),
    "serious": (
        ("no serious incident", "1 serious incident", "{n} serious incidents"),
        ("沒有嚴重事故", "{n} 宗嚴重事故"),
    ),
    "deviations": (
        ("no deviation from the plan", "1 deviation from the plan", "{n} deviations from the plan"),
        ("沒有偏離計劃", "{n} 次偏離計劃"),
    ),
    "pauses": (("never paused", "paused once", "paused {n} times"), ("沒有暫停", "暫停 {n} 次")),
}


def counted(name: str, count: int | str) -> Bilingual:
    """:raises KeyError: no such phrase."""
    (none, one, more), (zero, any_number) = PHRASES[name]
    value = Decimal(count)
    said = f"{value:f}"
    said = said.rstrip("0").rstrip(".") if "." in said else said
    english = none if value == 0 else one if value == 1 else more
    return Bilingual(english.format(n=said), (zero if value == 0 else any_number).format(n=said))
