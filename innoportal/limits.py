"""How often something may be asked for, beside allauth's own limits of sign-up and reset."""

ACCOUNT_RATE_LIMITS = {
    "invite": "30/h/key",
    "register_organisation": "30/h/key",
    "ask_to_join": "10/h/key",
    "test_mail": "30/h/key",
    "own_data": "5/h/key",  # each reads a hundred tables
    "by_notice": "60/h/ip",  # people who came by a notice from one place, more of whom are not counted
    "follow_by_mail": "20/h/ip",
    "verify_report": "60/h/ip",  # a file of 40 MB is read for each
    "answer_survey": "60/h/key",  # from one network, which may be a whole site's
    "guess_survey_code": "20/h/key",
    "follow_address": "5/d/key",  # mails that confirm, which anybody can have sent to an address
}
