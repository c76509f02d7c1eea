"""What the portal office announces: one thing that went, and one that it still writes."""

from typing import TYPE_CHECKING, Any

from journal.workflow import record
from notifications.announcing import segments, services
from notifications.models import Announcement

if TYPE_CHECKING:
    from innoportal.demonstration.chapters import Told

BRIEFING: dict[str, Any] = {
    "subject_en": "A briefing on trial venues, with places for vendors",
    "subject_zh": "試驗場地簡介會，歡迎供應商參加",
    "text_en": "The portal office shows the trial venues and answers questions on permits and insurance.\n\n"
    "Read what each venue offers before you come.",
    "text_zh": "平台辦事處會介紹各試驗場地，並解答許可證及保險問題。\n\n出席前請先了解各場地的設施。",
    "path": "/en/trials/venues/",
    "segment": {"roles": [], "kinds": ["startup", "sme", "university", "rnd"], "topics": [], "languages": []},
}
SURVEY: dict[str, Any] = {
    "subject_en": "How did you hear of the wishes that you answered?",
    "subject_zh": "您從哪裏得知所回應的願望？",
    "text_en": "Three questions, two minutes. Your answers tell us which notices are worth sending.",
    "text_zh": "三條問題，兩分鐘完成。您的回覆有助我們了解哪些通知值得寄出。",
    "path": "",
    "segment": {"roles": [], "kinds": ["startup", "sme", "university", "rnd"], "topics": [], "languages": []},
}


def announcements(told: "Told") -> None:
    told.story.at(-21, lambda: _briefing(told))
    told.story.at(-20, services.send_due)
    told.story.at(-2, lambda: _written(told, SURVEY))


def _written(told: "Told", words: dict[str, Any]) -> Announcement:
    by = told.cast.people["office"]
    row = Announcement.objects.create(made_by=by, **words)
    record(row, "write", by=by)
    return row


def _briefing(told: "Told") -> None:
    row = _written(told, BRIEFING)
    count = segments.counted(services.segment_of(row)).told
    services.confirm(row, expected=count, by=told.cast.people["office"])
