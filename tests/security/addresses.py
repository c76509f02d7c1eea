"""Every named address of the portal, with the thing that it is asked about."""

import re
from uuid import UUID

from django.urls import reverse

from notifications.mails import visitor_token
from solutions.nomination_mail import token_of
from tests.security.world import World
from tests.test_house import named

NAMES = tuple(name for name, _entry in sorted(dict(named()).items()) if name != "styleguide")
SIGNED = ("trials:report", "trials:verify-report", "api:report")
NOUNS = (  # the first that fits says what `slug` means there
    (r"^wishes:(tasks|step|check|discard)$", "draft"),
    (r"^wishes:(approval|steps|delegate|revoke)$", None),  # of an organisation, which everyone may know of
    (r"^solutions:(coauthor|change-coauthor)$", "coauthor"),
    (r"^solutions:(nomination|take-back)$", "nomination"),
    (r"^(trials:(confirmation|(confirm|drop|end)-use)$|api:confirmation)", "confirmation"),
    (r"^(calls:|api:call|matching:(of-call|triage|answer)$)", "call"),
    (r"^solutions:(tasks|step|check|discard)$", "offer"),
    (r"^(case:wish$|wishes:|matching:(duplicates-)?of-wish|api:wish)", "wish"),
    (
        r"^(case:solution$|solutions:|matching:(duplicates-)?of-solution|matching:advice|api:solution"
        r"|trials:(proof-of-solution|write-use)$)",
        "solution",
    ),
    (r"^matching:(same|not-same)$", "duplicate"),
    (r"^matching:(edit|deactivate|activate)-term$", "term"),
    (r"^(matching:|trials:(plan|of-match)$|api:match)", "match"),
    (
        r"^(trials:report|trials:verify-report|api:report|trials:(agree|decline|withdraw)-amendment$)",
        "report",
    ),
    (r"^trials:(venues?|book|cancel-booking)$", None),
    (r"^(trials:|api:trial)", "trial"),
    (r"^documents:", "document"),
    (r"^notices:(?!create).*webhook(-message)?$", "webhook"),
)
OF_SURVEY = (
    *("trials:survey", "trials:edit-survey", "trials:open-survey", "trials:close-survey"),
    *("trials:survey-poster", "trials:survey-codes"),
)
MAILS = {
    f"notices:{of}" for of in ("draft", "words", "use-words", "drop-words", "restore-words", "test-mail")
}
ANNOUNCED = {
    f"notices:{of}announcement"
    for of in ("", "edit-", "confirm-", "release-", "take-back-", "cancel-", "recall-")
}
ANNOUNCED |= {"notices:announcement-html"}
TAKES_A_THING = {"slug", "key"}


def noun_of(name: str) -> str | None:
    return next((noun for pattern, noun in NOUNS if re.match(pattern, name)), None)


def parameters(name: str) -> set[str]:
    entry = dict(named())[name]
    return set(entry.pattern.regex.groupindex)


def kinds(name: str) -> tuple[str, ...]:
    """Whether an address is asked about something hidden and about something public, or about nothing."""
    return ("hidden", "public") if noun_of(name) and parameters(name) & TAKES_A_THING else ("-",)


def methods(name: str) -> tuple[str, ...]:
    """Which of GET and POST its view knows; a view that is a function answers both."""
    callback = dict(named())[name].callback
    if actions := getattr(callback, "actions", None):
        return tuple(method.upper() for method in actions if method in ("get", "post"))
    view = getattr(callback, "view_class", None) or getattr(callback, "cls", None)
    if view is None:
        return ("GET", "POST")
    return tuple(
        method.upper()
        for method in ("get", "post")
        if method in view.http_method_names and hasattr(view, method)
    )


CASES = tuple((name, kind, method) for name in NAMES for kind in kinds(name) for method in methods(name))


def arguments(world: World, name: str, kind: str) -> dict:
    wanted = parameters(name)
    given: dict = {}
    if kind != "-":
        thing = getattr(world, kind)[noun_of(name)]
        given = {"slug": getattr(thing, "slug", thing.key), "key": thing.key}
    elif name.startswith(("people:", "wishes:", "notices:")):
        given["slug"] = world.public["department_a"].slug
    own = {
        "wishes:answer": world.public["question"].pk,
        "wishes:correct": world.public["question"].pk,
        "wishes:revoke": world.hidden["delegation"].pk,
        "calls:let_go": world.public["wish"].pk,
        "notices:open": world.hidden["notification"].pk,
        "notices:unfollow": world.hidden["follow"].pk,
        "notices:lift-address": world.hidden["suppression"].pk,
        **dict.fromkeys(ANNOUNCED, world.hidden["announcement"].pk),
        "notices:webhook-message": world.hidden["webhook message"].pk,
        "notices:replay-webhook-message": world.hidden["webhook message"].pk,
        "matching:activate-ranker": world.hidden["ranker"].pk,
        "matching:cancel-run": world.hidden["run"].pk,
        "people:answer-join": world.hidden["asked"].pk,
        "people:withdraw-join": world.hidden["asked"].pk,
        "merge-organisations": world.hidden["pair"].pk,
        "people:suspected-pair": world.hidden["pair"].pk,
        "search:saved-search": world.hidden["search"].pk,
        "search:change": world.hidden["search"].pk,
        "search:pause": world.hidden["search"].pk,
        "search:resume": world.hidden["search"].pk,
        "search:feed-address": world.hidden["search"].pk,
        "search:delete": world.hidden["search"].pk,
        "notices:stop": world.hidden["visitor"].follows.get().pk,
        "desk:change": world.hidden["view"].pk,
        "desk:remove": world.hidden["view"].pk,
        "people:answer-invitation": world.hidden["invitation"].pk,
        "people:take-back-invitation": world.hidden["invitation"].pk,
        "people:remove-member": world.hidden["membership"].pk,
        "people:change-role": world.hidden["membership"].pk,
        "people:send-invitation-again": world.hidden["invitation"].pk,
        "trials:cancel-booking": world.hidden["booking"].pk,
        "trials:upload": world.hidden["upload"].pk,
        "trials:move-due": world.hidden["due"].pk,
        "trials:interim": world.hidden["due"].pk,
        "trials:sensor": world.hidden["sensor"].pk,
        "trials:remove-sensor": world.hidden["sensor"].pk,
        **dict.fromkeys(("trials:milestone", "trials:reach", "trials:unreach"), world.hidden["milestone"].pk),
        "trials:risk": world.hidden["risk"].pk,
        **dict.fromkeys(("trials:acknowledge", "trials:close-incident"), world.hidden["incident"].pk),
        **dict.fromkeys(
            ("trials:agree", "trials:decline-change", "trials:withdraw-change"), world.hidden["change"].pk
        ),
        "trials:finish-action": world.hidden["action"].pk,
        **dict.fromkeys(("trials:line", "trials:remove-line"), world.hidden["line"].pk),
        **dict.fromkeys(OF_SURVEY, world.hidden["survey"].pk),
        "trials:voice": world.hidden["voice"].pk,
        "people:decide-verification": world.hidden["verification"].pk,
        "people:revoke-verification": world.hidden["verification"].pk,
    }
    given["code"] = world.hidden["survey"].code
    given |= {"pk": own.get(name), "token": world.public["token"], "name": "20260101T000000000000-0123abcd"}
    given["venue"] = world.hidden["booking"].venue.slug
    given |= {"version": 2, "wish": world.public["wish"].reference}
    given["claim"] = 1
    given["vendor"] = world.public["vendor_a"].slug
    given["solution"] = world.public["solution"].slug
    given["step"] = "summary" if name.startswith("solutions:") else "need"
    if name == "solutions:nominated":
        given["token"] = token_of(world.public["nominated"])
    if name.endswith(":queue-done"):
        given["reference"] = world.hidden[name.replace(":queue-done", " action")].reference
    if name.startswith("notices:sample") or name in MAILS or name == "notices:announcement-html":
        given |= {"name": "wishes.publish", "code": "en"}
    if name == "sitemap-section":
        given["name"] = "wishes"
    if name in ("notices:by-mail", "notices:stop", "notices:leave"):
        given["token"] = visitor_token(world.hidden["visitor"])
    if name in ("api:topic-detail", "topics:detail"):
        given["slug"] = world.public["topic"].slug
    given["item"] = "permits"
    given |= {"kind": "exclude", "number": world.hidden["amendment"].number}
    given["stands"] = world.hidden["pair"].first_id
    found = {one: value for one, value in given.items() if one in wanted}
    assert found.keys() | {"format"} >= wanted, (name, wanted)
    return found


def address(world: World, name: str, kind: str = "-") -> str:
    if name == "account_reset_password_from_key":
        return reverse(name, kwargs={"uidb36": "1", "key": "x-y"})
    return reverse(name, kwargs=arguments(world, name, kind))


def absent(world: World, name: str) -> str:
    """The same address about something that never was."""
    given = arguments(world, name, "hidden")
    other = {"slug": "zzzzzzzzzzzz", "key": UUID(int=7)}
    return reverse(name, kwargs=given | {one: other[one] for one in given if one in other})
