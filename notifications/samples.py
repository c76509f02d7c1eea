"""Every mail with sample words in the place of what it would tell: for the eye, and for the tests."""

import uuid
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.template import TemplateDoesNotExist
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from innoportal.languages import phrase
from notifications.models import Notification, Visitor
from notifications.models.notices import TOPIC

# Whom it is for; what is for all of a person's organisation is the most common.
FROM_OFFICE = frozenset({"announcement", "announcement_recalled"})
DUTIES = frozenset(
    {
        *(
            "held",
            "announcement_held",
            "webhook_stopped",
            "pledge_broken",
            "pledge_near",
            "infected",
            "review",
            "submitted",
            "endorse",
        ),
        *("endorse_step", "coauthor_invited", "to_plan", "incident", "verify_wanted", "verification_asked"),
        "confirm_follow",
        *("nominated", "nomination_due"),
        *("risk_owned", "pause_wanted", "change_proposed", "actions"),
        *("report_due", "report_overdue", "report_escalated", "comment_due", "verifier_assigned"),
        *("use_proposed", "amendment_wanted", "amendment_declined"),
        *("milestone_due", "milestone_overdue", "action_due", "action_overdue", "token_ends"),
    }
)
WAITED_FOR = frozenset({"brought"})
FOR_VISITORS = frozenset({"confirm_follow"})
FOLLOWED = frozenset(
    {
        "new",
        "started",
        "published",
        *("corrected", "wording_corrected"),
        "deadline",
        "call_open",
        "call_announced",
        "ended",
        "relisted",
    }
)
OWN_FRAME = frozenset({"accounts.invitation"})  # sent to an address, not to a person of the portal


def names() -> list[str]:
    """Of all notices, `room.name`, by room; their templates are `room/mail/name`."""
    folders: Any = settings.TEMPLATES[0]["DIRS"]
    roots = [Path(folder) for folder in folders]
    files = [file.relative_to(root) for root in roots for file in root.glob("*/mail/*.txt")]
    return sorted({f"{file.parts[0]}.{file.stem}" for file in files} - OWN_FRAME)


def template_of(name: str) -> str:
    """`wishes/mail/publish` of `wishes.publish`."""
    return name.replace(".", "/mail/", 1)


def sample(name: str, language: str, person: User | None = None) -> Notification:
    """A notice that was never sent, as to `person` where somebody tries it.

    :raises TemplateDoesNotExist: there is none of this name.
    """
    if name not in names():
        raise TemplateDoesNotExist(name)
    last = name.partition(".")[2]
    return Notification(
        **({"recipient": person} if person else _reader(last, language)),
        template=template_of(name),
        context=said(name, language),
        url=reverse("home"),
        why=_why(last),
        message_id=uuid.UUID(int=0),
        created_at=timezone.now(),
    )


def _reader(last: str, language: str) -> dict[str, Any]:
    if last in FOR_VISITORS:
        return {"visitor": Visitor(pk=0, email="reader@example.org", language=language)}
    name = "Chan Tai-man" if language == "en" else phrase("", "陳大文", language)
    return {"recipient": User(pk=0, name=name, email="reader@example.org", language=language)}


def _why(last: str) -> str:
    kinds = {"duty": DUTIES, "search": WAITED_FOR, "follow": FOLLOWED, "announcement": FROM_OFFICE}
    return next((why for why, names in kinds.items() if last in names), "party")


def said(name: str, language: str) -> dict[str, Any]:
    """A value for each name that this notice says: a text in two languages, a number, a day."""
    today = timezone.localdate()
    days = {
        name: (today + timedelta(days=days)).isoformat()
        for name, days in {
            **{
                "closes_on": 14,
                "opens_on": 3,
                "last_day": 7,
                "before": 5,
                "until": 10,
                "first_on": 1,
                "last_on": 5,
            },
        }.items()
    }
    plain: dict[str, Any] = {
        **{"wish_reference": "W-2026-0042", "solution_reference": "S-2026-0107", "into": "W-2026-0040"},
        **{"is_gone": False, "is_carried": True},
        "address": "lee@example.org",
        "link": "https://portal.example.org/en/solutions/nominated/x/",
        "filename": "data-sheet.pdf",
        "found": "Eicar-Test-Signature",
        **{"verb": "verify", "left": 7, "over": 7, "most": 40, "version": 2},
        **{"may_ask": True, "is_expression": True, "count": 480, "kind": "wish"},
        "both": ["The call opens on Monday.\n\nCome and see.", "下星期一開始徵集。\n\n歡迎查閱。"],
        "searches": [phrase(SEARCH[0], SEARCH[1], language)],
        "questions": [phrase(en, zh, language) for en, zh in QUESTIONS],
    }
    if name.partition(".")[2] in FOLLOWED:
        of_wish = name == "wishes.deadline"
        en, zh = WISH if of_wish else TEXTS["label"]
        plain["because"] = {"noun": "wishes.wish" if of_wish else TOPIC, "en": en, "zh": zh}
    reference, title = _thing(name)
    texts = {key: {"en": en, "zh": zh} for key, (en, zh) in (TEXTS | {"thing_title": title}).items()}
    return {**days, **texts, **plain, "reference": reference, **OWN.get(name, {})}


WISH = ("Quieter cooling towers on hospital roofs", "更寧靜的醫院天台冷卻塔")
SOLUTION = ("Tuned baffles for fans", "風扇調諧隔音板")
CALL = ("Cooler buildings", "更清涼的建築")
SEARCH = ("pipe leak detection", "管道滲漏偵測")
TEXTS = {
    **dict.fromkeys(("name", "deputy", "applicant"), ("Lee Siu-ming", "李小明")),
    "giver": ("Chan Tai-man", "陳大文"),
    "vendor": ("Quiet Fan Works (demonstration)", "靜風工程（示範）"),
    "search": SEARCH,
    "wish_title": WISH,
    "wish": WISH,
    "solution_title": SOLUTION,
    "call_title": CALL,
    "department": ("Building Services Office (demonstration)", "屋宇裝備處（示範）"),
    "organisation": ("Quiet Fan Works (demonstration)", "靜風工程（示範）"),
    "label": ("Lifts and escalators", "升降機及自動梯"),
    "asker": ("A vendor", "一家供應商"),
    "title": ("Data sheet", "資料單張"),
    "subject": ("A call for cooler buildings", "徵集清涼建築方案"),
    "text": ("The sensor on fan 3 was exchanged.", "三號風扇的感應器已更換。"),
    "promise": ("The portal office decides by Friday.", "平台辦事處於星期五前決定。"),
    "stand": ("Two working days are left.", "尚餘兩個工作天。"),
    "reason": ("The figures do not say how they were measured.", "數字沒有說明如何量度。"),
    "question": ("How loud is it at the nearest window?", "最近的窗戶聲量多大？"),
    "answer": ("52 dB(A) by day.", "日間為 52 分貝（A）。"),
    "missing": ("The price of a trial. Months until a trial can start.", "試驗費用。距可開始試驗的月數。"),
    "fits": (f"W-2026-0042 “{WISH[0]}” (Strong fit)", f"W-2026-0042「{WISH[1]}」（非常切合）"),
}
QUESTIONS = [("How was it measured?", "如何量度？"), ("Which sites are meant?", "指哪些場地？")]
# What a notice says otherwise than others.
OWN: dict[str, dict[str, Any]] = {
    "notifications.webhook_stopped": {"address": "https://hooks.example.org/portal"},
    "trials.superseded": {
        "old": "R-2026-0009",
        "is_changed": True,
        "was": {"en": "Met", "zh": "達標"},
        "now": {"en": "Partly met", "zh": "部分達標"},
    },
}
REPORTED = {
    *("trials.published", "trials.corrected", "trials.withdrawn"),
    *("trials.superseded", "trials.amendment_wanted", "trials.amendment_declined"),
}


def _thing(name: str) -> tuple[str, tuple[str, str]]:
    """Number and title of what a notice is about."""
    room, _dot, last = name.partition(".")
    if last.startswith("call_") and last not in ("call_joined", "call_left"):
        return "C-2026-0003", CALL
    if room == "trials":
        return ("R-2026-0009" if name in REPORTED else "T-2026-0009"), SOLUTION
    if room == "solutions" or last in ("advice", "answer_decline", "answer_shortlist", "answer_want"):
        return "S-2026-0107", SOLUTION
    return "W-2026-0042", WISH
