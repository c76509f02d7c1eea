"""Where in a report a value stands, in the words that the report itself uses: *Claim 1: Target*."""

from trials.proof.labels import WORDS, word

HEADS = {  # parts of the payload that the report calls otherwise
    "claims": "claim",
    "dates": "trial_dates",
    "organisations": "organisation",
    "previous_hash": "previous",
    "published_at": "published",
    "series": "measurements",
    "venues": "venue",
    "verdict": "overall",
}
FIELDS = {
    "effect": "measured",
    "high": "measured",
    "low": "measured",
    "result": "measured",
    "hash": "plan_hash",
    "signed_at": "signed_on",
    "statement": "",  # a claim's is the claim itself
}


def place_said(path: tuple[str | int, ...], lang: str) -> str:
    """ "" where the report has no word for it."""
    head = _named(HEADS, path[:1])
    if not head:
        return ""
    first = word(head, lang)
    if len(path) > 1 and isinstance(path[1], int):
        first += f" {path[1] + 1}"
    field = _named(FIELDS, path[1:])
    return f"{first}{': ' if lang == 'en' else '：'}{word(field, lang)}" if field else first


def _named(names: dict[str, str], parts: tuple[str | int, ...]) -> str:
    """The first part that has a word of its own."""
    for part in parts:
        name = names.get(str(part), str(part))
        if name in WORDS and "{" not in WORDS[name][0]:
            return name
    return ""
