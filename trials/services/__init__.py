"""The verbs of trials and reports."""

from trials.services.adopting import confirm_use, drop_use, end_use, propose_use
from trials.services.airing import hide_live, show_live
from trials.services.amending import agree_to_amendment, amend, decline_amendment, withdraw_amendment
from trials.services.assigning import assign_verifier
from trials.services.benefits import enter_benefit
from trials.services.booking import book_venue, cancel_booking, suited
from trials.services.changing import agree, decline_change, propose, withdraw_change
from trials.services.correcting import correct
from trials.services.dues import hand_in_interim, move_due, set_dues, set_for, set_missing, set_term
from trials.services.hearing import comment_late, extend_comment
from trials.services.incidents import acknowledge, close_incident
from trials.services.judging import analyse, metrics_of, recompute, rule_of, sentence_of_rule
from trials.services.judging_later import judge_again, judge_due, judging_of
from trials.services.laddering import next_rung
from trials.services.measuring import Import, add_measurement, import_measurements
from trials.services.meeting import finish_action, minute
from trials.services.milestones import add_milestone, change_milestone, reach, unreach
from trials.services.money import add_line, change_line, remove_line
from trials.services.opening import close_data, open_data
from trials.services.papers import sealed_pdf
from trials.services.planning import lock, missing, needs_unmet, plan, plan_document, update_plan
from trials.services.prose import NotConfirmed, save_prose, update_report, write_again
from trials.services.publishing import erratum, verify_and_publish, withdraw_report
from trials.services.registering import register, signed_register
from trials.services.reporting import (
    close_comment,
    close_comment_windows,
    comment,
    draft_report,
    hand_to_vendor,
    send_back,
)
from trials.services.risks import add_risk, assess, people_of
from trials.services.running import (
    finish,
    log,
    not_ready,
    pause,
    resume,
    show_to_all,
    spend,
    start,
    stop,
    tick,
)
from trials.services.sensing import (
    Taken,
    make_token,
    remove_sensor,
    revoke_token,
    save_sensor,
    take_batch,
    take_uplink,
)
from trials.services.signing import sign
from trials.services.surveying import (
    answer,
    close_survey,
    compose_survey,
    make_codes,
    open_survey,
)
from trials.services.voices import heard_in, release_voice, withhold_voice

__all__ = [
    "Import",
    "NotConfirmed",
    "Taken",
    "acknowledge",
    "add_line",
    "add_measurement",
    "add_milestone",
    "add_risk",
    "agree",
    "agree_to_amendment",
    "amend",
    "analyse",
    "answer",
    "assess",
    "assign_verifier",
    "book_venue",
    "cancel_booking",
    "change_line",
    "change_milestone",
    "close_comment",
    "close_comment_windows",
    "close_data",
    "close_incident",
    "close_survey",
    "comment",
    "comment_late",
    "compose_survey",
    "confirm_use",
    "correct",
    "decline_amendment",
    "decline_change",
    "draft_report",
    "drop_use",
    "end_use",
    "enter_benefit",
    "erratum",
    "extend_comment",
    "finish",
    "finish_action",
    "hand_in_interim",
    "hand_to_vendor",
    "heard_in",
    "hide_live",
    "import_measurements",
    "judge_again",
    "judge_due",
    "judging_of",
    "lock",
    "log",
    "make_codes",
    "make_token",
    "metrics_of",
    "minute",
    "missing",
    "move_due",
    "needs_unmet",
    "next_rung",
    "not_ready",
    "open_data",
    "open_survey",
    "pause",
    "people_of",
    "plan",
    "plan_document",
    "propose",
    "propose_use",
    "reach",
    "recompute",
    "register",
    "release_voice",
    "remove_line",
    "remove_sensor",
    "resume",
    "revoke_token",
    "rule_of",
    "save_prose",
    "save_sensor",
    "sealed_pdf",
    "send_back",
    "sentence_of_rule",
    "set_dues",
    "set_for",
    "set_missing",
    "set_term",
    "show_live",
    "show_to_all",
    "sign",
    "signed_register",
    "spend",
    "start",
    "stop",
    "suited",
    "take_batch",
    "take_uplink",
    "tick",
    "unreach",
    "update_plan",
    "update_report",
    "verify_and_publish",
    "withdraw_amendment",
    "withdraw_change",
    "withdraw_report",
    "withhold_voice",
    "write_again",
]
