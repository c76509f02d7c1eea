"""Every page that stands: who looks at it, and at which row of the demonstration.

`test_pages.py` fails when an address that answers GET is neither here nor among what is no page.
"""

WISH = "select coalesce(reference, key) from wishes_wish where status = '{}' order by id limit 1"
SOLUTION = "select coalesce(reference, key) from solutions_solution where status = '{}' order by id limit 1"
MATCH = "select key from matching_match where status = '{}' order by id limit 1"
TRIAL = """select coalesce(t.reference, t.key) from trials_trial t join accounts_user u
    on u.id = t.engineer_id where t.status = '{}' and u.email like '{}' order by t.id limit 1"""
LOCKED_PERMITS = """select t.reference || chr(47) || 'permits' from trials_trial t join accounts_user u
    on u.id = t.engineer_id where t.status = 'locked' and u.email like 'engineer@%' order by t.id limit 1"""
STEERED = """select t.reference from trials_trial t join trials_milestone m on m.trial_id = t.id
    order by m.id limit 1"""
CHAIN = """select m.key from matching_match m join trials_trial t on t.match_id = m.id
    where t.status = 'closed' group by m.id order by count(*) desc, m.id limit 1"""
STEERED_ROW = """select t.reference || chr(47) || x.id from {} x join trials_trial t on t.id = x.trial_id
    where {} order by x.id limit 1"""
SENSOR = """select t.reference || chr(47) || s.id from trials_sensor s
    join trials_trial t on t.id = s.trial_id join accounts_user u on u.id = t.engineer_id
    where u.email like 'engineer@%' order by s.id limit 1"""
DUE = """select t.reference || chr(47) || d.id from trials_reportdue d
    join trials_trial t on t.id = d.trial_id where d.kind = '{}' and t.status = 'running'
    order by d.id limit 1"""
SURVEY = """select t.reference || chr(47) || s.id from trials_survey s
    join trials_trial t on t.id = s.trial_id where s.counting = '{}' order by s.id limit 1"""
SURVEY_ADDRESS = "select code from trials_survey where {} order by id limit 1"
REPORT = "select coalesce(reference, key) from trials_report where status = '{}' order by id limit 1"
TRIED = """select s.reference from trials_report r join trials_trial t on t.id = r.trial_id
    join matching_match m on m.id = t.match_id join solutions_solution s on s.id = m.solution_id
    where r.status = 'published' order by r.id limit 1"""
TRIED_VENDOR = """select o.slug from trials_report r join trials_trial t on t.id = r.trial_id
    join matching_match m on m.id = t.match_id join solutions_solution s on s.id = m.solution_id
    join accounts_organisation o on o.id = s.organisation_id
    where r.status = 'published' order by r.id limit 1"""
USED = """select s.reference from trials_confirmation c join solutions_solution s on s.id = c.solution_id
    where c.status = 'confirmed' and c.report_id is not null order by c.id limit 1"""
USE = "select key from trials_confirmation where status = '{}' order by id limit 1"
CALL = """select coalesce(reference, key) from wishes_call where kind = '{}' and status = 'open'
    order by id limit 1"""
CALL_TO_COME = "select reference from wishes_call where status = 'announced' order by id limit 1"
WISH_WITH_ANNEX = (
    "select w.reference from wishes_wish w join wishes_annex a on a.wish_id = w.id order by w.id limit 1"
)
ANSWER = """select coalesce(c.reference, c.key) || chr(47) || coalesce(s.reference, s.key) from wishes_call c
    join wishes_wish w on w.call_id = c.id join solutions_interest i on i.wish_reference = w.reference
    join solutions_solution s on s.id = i.solution_id where c.kind = 'rapid' and s.status = 'submitted'
    order by s.id limit 1"""
OWN_WISH = """select coalesce(w.reference, w.key) from wishes_wish w join accounts_organisation o
    on o.id = w.organisation_id where o.slug = 'building' and w.status = '{}' order by w.id limit 1"""
OWN_SOLUTION = """select coalesce(s.reference, s.key) from solutions_solution s join accounts_organisation o
    on o.id = s.organisation_id where o.slug = 'liftsense' and s.status = 'listed' order by s.id limit 1"""
COAUTHORED = """select s.reference from solutions_coauthor c join solutions_solution s on s.id = c.solution_id
    where c.accepted_at is not null order by c.id limit 1"""
COAUTHOR = "select key from solutions_coauthor where accepted_at is {} order by id limit 1"
OWN_PITCH = """select s.reference || chr(47) || i.wish_reference from solutions_interest i
    join solutions_solution s on s.id = i.solution_id join accounts_organisation o on o.id = s.organisation_id
    where o.slug = 'liftsense' and s.status = 'listed' order by i.id limit 1"""
FILE = """select d.key::text from documents_document d join documents_rendition r on r.document_id = d.id
    where d.noun like '%{}' and not d.is_confidential order by d.id limit 1"""
TOPIC = """select t.slug from topics_topic t join wishes_wish_topics w on w.topic_id = t.id
    group by t.id order by count(*) desc, t.id limit 1"""
VERIFICATION = "select id from accounts_verification where {} order by id limit 1"
SAVED_SEARCH = """select s.id from matching_savedsearch s join accounts_user u on u.id = s.user_id
    where u.email like 'vendor%' order by s.id limit 1"""
MEMBER = "select id from accounts_user where email = 'approver@example.org'"
MEMBERS_OF = "select id from accounts_organisation where slug = 'building'"
UNPLANNED = """select m.key from matching_match m where m.status = 'approved'
    and not exists (select from trials_trial t where t.match_id = m.id) order by m.id limit 1"""

ANNOUNCED = "select id from notifications_announcement where status = '{}' order by id limit 1"
WEBHOOK = "select key from notifications_webhook order by id limit 1"
WEBHOOK_MESSAGE = """select w.key || chr(47) || m.id from notifications_webhookmessage m
    join notifications_webhook w on w.id = m.webhook_id order by m.id limit 1"""

# (name of the address, who looks, SQL for the argument or the argument itself, query)
PAGES = [
    ("home", None, "", ""),
    ("about", None, "", ""),
    ("accessibility", None, "", ""),
    ("privacy", None, "", ""),
    ("keys", None, "", ""),
    ("api-docs", None, "", ""),
    *[
        ("workspace", who, "", "")
        for who in ("officer", "approver", "vendor", "office", "expert", "engineer", "verifier", "auditor")
    ],
    ("search:search", None, "", ""),
    ("search:search", None, "", "?q=lift+noise"),
    ("search:search", None, "", "?q=xqzzt"),
    ("search:save", None, "", "?words=lift+noise&kinds=wish"),
    ("search:save", None, "", ""),
    ("search:by-mail", None, "", "?words=lift+noise&kinds=wish"),
    ("notices:follow-by-mail", None, "", "?topic=robotics-drones"),
    ("notices:sent", None, "", ""),
    ("search:saved", "vendor", "", ""),
    ("search:saved-search", "vendor", SAVED_SEARCH, ""),
    ("search:change", "vendor", SAVED_SEARCH, ""),
    ("people:profile", "officer", "", ""),
    ("own-data", "officer", "", ""),
    ("close-account", "officer", "", ""),
    ("close-account", "engineer", "", ""),
    ("close-account-for", "office", "", ""),
    ("close-account-for", "office", "", "?email=officer@example.org"),
    ("people:organisation", None, "building", ""),
    ("people:members", "approver", "building", ""),
    ("people:verifications", "office", "", ""),
    ("people:verification", "administrator", "liftsense", ""),
    ("people:decide-verification", "office", VERIFICATION.format("decided_at is null"), ""),
    ("people:revoke-verification", "office", VERIFICATION.format("is_verified"), ""),
    ("people:invited", "vendor", "invitation token", ""),
    ("people:register", "member.slopes", "", ""),
    ("people:ask-to-join", "officer", "liftsense", ""),
    ("people:suspected-pairs", "office", "", ""),
    ("people:pair-by-hand", "office", "", ""),
    ("people:suspected-pair", "office", "select id from accounts_suspectedpair order by id limit 1", ""),
    (
        "merge-organisations",
        "office",
        "select id || chr(47) || first_id from accounts_suspectedpair order by id limit 1",
        "",
    ),
    ("sign-ins-and-rights", "auditor", "", ""),
    ("people:answer-join", "vendor", "select id from accounts_joinrequest order by id limit 1", ""),
    ("wishes:detail", "approver", OWN_WISH.format("endorsement"), ""),
    ("wishes:detail", "office", WISH.format("screening"), ""),
    ("wishes:detail", "member.slopes", WISH.format("returned"), ""),
    ("wishes:approval", "approver", "building", ""),
    ("wishes:approval", "panel1.transport", "transport", ""),
    ("wishes:steps", "approver", "building", ""),
    ("wishes:delegate", "approver", "building", ""),
    ("account_login", None, "", ""),
    ("account_logout", "officer", "", ""),
    ("account_signup", None, "", ""),
    ("account_inactive", None, "", ""),
    ("account_email", "officer", "", ""),
    ("account_change_password", "officer", "", ""),
    ("account_reset_password", None, "", ""),
    ("account_reset_password_done", None, "", ""),
    ("account_reset_password_from_key", None, "1-nothing", ""),
    ("account_reset_password_from_key_done", None, "", ""),
    ("account_reauthenticate", "officer", "", ""),
    ("mfa_index", "officer", "", ""),
    ("mfa_activate_totp", "officer", "", ""),
    ("usersessions_list", "officer", "", ""),
    ("wishes:list", None, "", ""),
    ("wishes:list", None, "", "?status=expired&budget=over_5m"),
    ("wishes:create", "officer", "", ""),
    ("wishes:tasks", "officer", "wish draft", ""),
    *[
        ("wishes:step", "officer", f"wish draft/{step}", "")
        for step in ("need", "site", "kpis", "timetable", "adoption", "topics")
    ],
    ("wishes:check", "officer", "wish draft", ""),
    ("wishes:discard", "officer", "wish draft", ""),
    ("wishes:detail", "officer", OWN_WISH.format("draft"), ""),
    ("wishes:workspace", "officer", "", ""),
    ("wishes:detail", None, WISH.format("open"), ""),
    ("wishes:detail", "officer", OWN_WISH.format("open"), ""),
    ("wishes:detail", "approver", OWN_WISH.format("endorsement"), ""),
    ("wishes:detail", "office", WISH.format("screening"), ""),
    ("wishes:queue", "office", "", ""),
    ("wishes:queue", "office", "", "?status=open&words=lift"),
    ("wishes:queue-done", "office", "bulk action", ""),
    ("solutions:queue", "office", "", ""),
    ("desk:views", "office", "", ""),
    ("desk:keep", "office", "", "?list=wishes:queue&query=words%3Dlift"),
    ("desk:change", "officer", "saved view", ""),
    ("case:wish", None, WISH.format("resolved"), ""),
    ("case:wish", "office", WISH.format("on_trial"), "?kind=match&kind=trial"),
    ("case:solution", "vendor", OWN_SOLUTION, ""),
    ("wishes:edit", "officer", OWN_WISH.format("draft"), ""),
    ("wishes:attach", "officer", OWN_WISH.format("draft"), ""),
    ("wishes:annex", "approver.gridwise", WISH_WITH_ANNEX, ""),
    ("wishes:annex", "vendor", WISH_WITH_ANNEX, ""),
    ("wishes:write_annex", "officer", WISH_WITH_ANNEX, ""),
    ("wishes:attach_annex", "officer", WISH_WITH_ANNEX, ""),
    ("topics:list", None, "", ""),
    ("topics:detail", None, TOPIC, ""),
    ("topics:detail", "vendor", TOPIC, ""),
    ("calls:list", None, "", ""),
    ("calls:list", "office", "", "?status=closed"),
    ("calls:detail", None, CALL.format("themed"), ""),
    ("calls:detail", "office", CALL.format("themed"), ""),
    ("calls:detail", "officer", CALL.format("rapid"), ""),
    ("calls:create", "office", "", ""),
    ("calls:create-rapid", "officer", "", ""),
    ("matching:of-call", None, CALL.format("rapid"), ""),
    ("matching:triage", "office", CALL.format("rapid"), ""),
    ("matching:triage", "officer", CALL.format("rapid"), "?score=0.7&status=declined"),
    ("matching:answer", "officer", ANSWER, ""),
    ("calls:edit", "office", CALL_TO_COME, ""),
    ("solutions:list", None, "", ""),
    ("solutions:list", None, "", "?trl_min=99"),
    ("solutions:create", "vendor", "", ""),
    ("solutions:tasks", "vendor", "solution draft", ""),
    *[
        ("solutions:step", "vendor", f"solution draft/{step}", "")
        for step in ("summary", "readiness", "method", "evidence", "certificates", "price", "risk", "topics")
    ],
    ("solutions:check", "vendor", "solution draft", ""),
    ("solutions:discard", "vendor", "solution draft", ""),
    ("solutions:ask_full", "office", SOLUTION.format("submitted"), ""),
    ("solutions:answer-wish", "vendor", "", "?wish=W-2026-0001"),
    ("solutions:workspace", "vendor", "", ""),
    ("solutions:detail", None, SOLUTION.format("listed"), ""),
    ("solutions:detail", "vendor", OWN_SOLUTION, ""),
    ("solutions:detail", "office", SOLUTION.format("screening"), ""),
    ("solutions:edit", "vendor", OWN_SOLUTION, ""),
    ("solutions:attach", "vendor", OWN_SOLUTION, ""),
    ("solutions:versions", None, OWN_SOLUTION, ""),
    ("solutions:versions", "vendor", OWN_SOLUTION, ""),
    ("solutions:version", None, f"{OWN_SOLUTION}/3", ""),
    ("solutions:hide-version", "vendor", f"{OWN_SOLUTION}/2", ""),
    ("solutions:version", "vendor", f"{OWN_SOLUTION}/3", "?since=1"),
    ("solutions:confidential-version", "expert", f"{OWN_SOLUTION}/2", ""),
    ("solutions:pitches", "vendor", OWN_SOLUTION, ""),
    ("solutions:pitch", "vendor", OWN_PITCH, ""),
    ("solutions:withdraw-pitch", "vendor", OWN_PITCH, ""),
    ("solutions:coauthors", "vendor", COAUTHORED, ""),
    ("solutions:change-coauthor", "vendor", COAUTHOR.format("not null"), ""),
    ("solutions:coauthor", "vendor", COAUTHOR.format("null"), ""),
    ("solutions:nominations", "officer", "", ""),
    ("solutions:nominate", "officer", "", ""),
    ("solutions:nomination", "vendor", "select key from solutions_nomination order by id limit 1", ""),
    ("solutions:nominated", None, "nomination token", ""),
    ("solutions:withdraw", "vendor", OWN_SOLUTION, ""),
    ("solutions:return", "office", SOLUTION.format("screening"), ""),
    ("solutions:refuse", "office", SOLUTION.format("screening"), ""),
    ("solutions:reconsider", "office", SOLUTION.format("not_suitable"), ""),
    ("documents:preview", None, FILE.format("wish"), ""),
    ("documents:preview", "vendor", FILE.format("solution"), ""),
    ("documents:quarantine", "office", "", ""),
    ("matching:queue", "expert", "", ""),
    ("matching:rankers", "office", "", ""),
    ("matching:runs", "office", "", ""),
    ("matching:engine", "office", "", ""),
    ("matching:engine", "administrator", "", ""),
    ("matching:terms", "auditor", "", ""),
    ("matching:terms", "administrator", "", "?show=engine&q=lift"),
    ("matching:add-term", "administrator", "", "?from=refrigerant"),
    ("matching:edit-term", "administrator", "term", ""),
    ("matching:deactivate-term", "administrator", "term", ""),
    ("matching:activate-term", "administrator", "term at rest", ""),
    ("matching:duplicates", "office", "", ""),
    ("matching:duplicates", "auditor", "", "?status=found&status=same&status=different"),
    ("matching:duplicates-of-wish", "office", WISH.format("open"), ""),
    ("matching:advice", "vendor", OWN_SOLUTION, ""),
    ("matching:duplicates-of-solution", "office", SOLUTION.format("listed"), ""),
    ("matching:workspace", "expert", "", ""),
    ("matching:conflicts", "expert", "", ""),
    ("matching:while-writing", "officer", "", "?need_en=lift+doors+are+loud"),
    ("trials:reports-that-answer", None, "", "?wish=W-2026-0001"),
    ("matching:similar", "officer", "", "?text=lift+noise"),
    ("matching:of-wish", "officer", OWN_WISH.format("open"), ""),
    ("matching:of-solution", "vendor", OWN_SOLUTION, ""),
    ("matching:detail", None, MATCH.format("approved"), ""),
    ("matching:detail", "expert3", MATCH.format("review"), ""),
    ("matching:detail", "office", MATCH.format("shortlisted"), ""),
    ("matching:detail", "auditor", MATCH.format("declined"), ""),
    ("notices:inbox", "office", "", ""),
    ("notices:settings", "vendor", "", ""),
    ("notices:outbox", "office", "", "?state=sent"),
    ("notices:outbox", "auditor", "", "?state=held"),
    ("notices:addresses", "office", "", ""),
    ("notices:figures", "office", "", "?days=90"),
    ("notices:lift-address", "office", "select id from notifications_suppression order by id limit 1", ""),
    ("notices:gallery", "office", "", ""),
    ("notices:announcements", "office", "", ""),
    ("notices:announce", "office", "", ""),
    ("notices:announcement", "office", ANNOUNCED.format("sent"), ""),
    ("notices:announcement", "office", ANNOUNCED.format("draft"), ""),
    ("notices:edit-announcement", "office", ANNOUNCED.format("draft"), ""),
    ("notices:words", "office", "wishes.publish/en", ""),
    ("notices:draft", "office", "wishes.publish", ""),
    ("notices:webhooks", "administrator", "", ""),
    ("notices:create-webhook", "administrator", "", ""),
    ("notices:organisation-webhooks", "approver", "building", ""),
    ("notices:create-organisation-webhook", "approver", "building", ""),
    ("notices:webhook", "approver", WEBHOOK, ""),
    ("notices:edit-webhook", "approver", WEBHOOK, ""),
    ("notices:remove-webhook", "approver", WEBHOOK, ""),
    ("notices:webhook-message", "approver", WEBHOOK_MESSAGE, ""),
    ("notices:sample", "office", "wishes.publish", ""),
    ("notices:unsubscribe", None, "unsubscribe token", ""),
    ("mailbox:list", None, "", ""),
    ("mailbox:detail", None, "caught mail", ""),
    ("trials:list", None, "", ""),
    ("trials:venues", None, "", "?needs=power&needs=lora"),
    ("trials:venue", "engineer", "office-tower", ""),
    ("trials:venue", None, "kowloon-drains", ""),
    ("trials:list", None, "", "?q=lift+monitor"),
    ("trials:reports", None, "", "?q=xqzzt&verdict=met"),
    ("trials:workspace", "engineer", "", ""),
    ("trials:plan", "office", UNPLANNED, ""),
    ("trials:detail", None, TRIAL.format("closed", "%"), ""),
    ("trials:detail", "engineer", TRIAL.format("running", "engineer@%"), ""),
    ("trials:detail", "engineer", TRIAL.format("locked", "engineer@%"), ""),
    ("trials:attach", "engineer", TRIAL.format("planning", "engineer@%"), ""),
    ("trials:edit", "engineer", TRIAL.format("planning", "engineer@%"), ""),
    *[
        (f"trials:{name}", who, STEERED, "")
        for name, who in (
            ("steering", "approver"),
            ("diary", "engineer"),
            ("milestones", "engineer"),
            ("incidents", "approver"),
            ("risks", "engineer"),
            ("changes", "approver"),
            ("meetings", "engineer"),
            ("money", "approver"),
            ("money", "engineer"),
            ("checklist", "engineer"),
        )
    ],
    ("trials:steering", "engineer", TRIAL.format("locked", "engineer@%"), ""),
    ("trials:checklist", "engineer", TRIAL.format("locked", "engineer@%"), ""),
    ("trials:attach-paper", "engineer", LOCKED_PERMITS, ""),
    ("trials:milestone", "engineer", STEERED_ROW.format("trials_milestone", "x.reached_on is null"), ""),
    ("trials:risk", "engineer", STEERED_ROW.format("trials_risk", "true"), ""),
    ("trials:line", "engineer", STEERED_ROW.format("trials_budgetline", "true"), ""),
    ("trials:measurements", "engineer", TRIAL.format("running", "engineer@%"), ""),
    ("trials:sensor", "engineer", SENSOR, ""),
    ("trials:ladder", None, "", "?solution=S-2026-0001"),
    ("trials:of-match", None, CHAIN, ""),
    ("trials:next-rung", "engineer", TRIAL.format("closed", "engineer@%"), ""),
    ("trials:live", None, "select reference from trials_trial where is_live_public order by id limit 1", ""),
    ("trials:live", "engineer", TRIAL.format("running", "engineer@%"), ""),
    ("trials:surveys", "engineer", TRIAL.format("running", "engineer@%"), ""),
    ("trials:compose-survey", "engineer", TRIAL.format("running", "engineer@%"), ""),
    ("trials:survey", "engineer", SURVEY.format("device"), ""),
    ("trials:edit-survey", "engineer", SURVEY.format("codes"), ""),
    ("trials:survey-poster", "engineer", SURVEY.format("device"), ""),
    ("trials:answer", None, SURVEY_ADDRESS.format("opened_at is not null and closed_at is null"), ""),
    ("trials:answer", None, SURVEY_ADDRESS.format("opened_at is not null"), "?done"),
    ("trials:sensors", "engineer", TRIAL.format("running", "engineer@%"), ""),
    ("trials:dues", "office", "", ""),
    ("trials:terms", "office", "", ""),
    ("trials:move-due", "office", DUE.format("final"), ""),
    ("trials:interim", "office", DUE.format("interim"), ""),
    ("trials:reports", None, "", ""),
    ("trials:report", None, REPORT.format("published"), ""),
    ("trials:report-badge", None, REPORT.format("published"), ""),
    ("trials:verify-badge", None, "", ""),
    ("trials:report-data", None, REPORT.format("published"), ""),
    ("trials:compare", None, "", ""),
    ("trials:compare", None, "", "?report=R-2026-0001&report=R-2026-0002&report=R-2026-0003"),
    ("trials:proof-of-solution", None, TRIED, ""),
    ("trials:proof-of-organisation", None, TRIED_VENDOR, ""),
    ("trials:proof-of-solution", None, USED, ""),
    ("trials:write-use", "approver", USED, ""),
    ("trials:confirmation", "approver", USE.format("proposed"), ""),
    ("trials:confirmation", "office", USE.format("confirmed"), ""),
    ("trials:report", "office", REPORT.format("comment"), ""),
    ("trials:report-amendments", "office", REPORT.format("published"), ""),
    ("trials:report-edit", "office", "report draft", ""),
    ("trials:report-benefit", "office", "report draft", ""),
    ("trials:verify", None, "", ""),
    ("trials:keys", "administrator", "", ""),
    ("admin:index", "administrator", "", ""),
    ("admin:accounts_user_changelist", "administrator", "", ""),
    ("admin:accounts_user_change", "administrator", MEMBER, ""),
    ("admin:accounts_organisation_changelist", "administrator", "", ""),
    ("admin:accounts_organisation_change", "administrator", MEMBERS_OF, ""),
    ("admin:topics_topic_changelist", "administrator", "", ""),
    ("admin:topics_topic_add", "administrator", "", ""),
    ("admin:matching_match_changelist", "administrator", "", ""),
    ("trials:verify-report", None, REPORT.format("published"), ""),
]

# What answers GET and is no page of the portal's own, and why.
NO_PAGES = {
    "notices:confirm": "behind a link of a mail; looked at by tests/notifications/test_visiting.py",
    "notices:by-mail": "behind a link of a mail; looked at by tests/notifications/test_visiting.py",
    "notices:leave": "behind a link of a mail; looked at by tests/notifications/test_visiting.py",
    "root": "leads to the reader's language",
    "healthz": "for machines",
    "readyz": "for machines",
    "robots": "for machines",
    "sitemap": "for machines",
    "sitemap-section": "for machines",
    "security-txt": "for machines",
    "report-keys": "for machines",
    "report-register": "for machines",
    "trials:verifier": "a program to download",
    "schema": "for machines",
    "api-docs-root": "leads to the reader's language",
    "set_language": "takes a POST",
    "styleguide": "only where DEBUG is on; tests/innoportal/test_ui_browser.py looks at it",
    "mailbox:html": "a mail as it came, shown in a frame",
    "mailbox:raw": "a mail as it came",
    "notices:opened": "the picture of a mail",
    "notices:sample-html": "a mail with sample words, shown in a frame",
    "notices:announcement-html": "the mail of an announcement, shown in a frame",
    "solutions:queue-done": "drawn as wishes:queue-done is",
    "wishes:feed": "Atom",
    "organisations-feed": "Atom",
    "wishes:calendar": "iCalendar",
    "calls:calendar": "iCalendar",
    "calls:calendar-of": "iCalendar",
    "trials:calendar": "iCalendar",
    "personal-calendar": "iCalendar",
    "solutions:feed": "Atom",
    "trials:trials-feed": "Atom",
    "search:feed": "Atom",
    "calls:feed": "Atom",
    "trials:feed": "Atom",
    "documents:download": "a file",
    "documents:original": "a file",
    "documents:picture": "a picture within a page",
    "trials:report-pdf": "a file",
    "trials:report-json": "a file",
    "trials:report-with-errata": "a file",
    "trials:report-bibtex": "a file",
    "trials:report-badge-picture": "a file",
    "trials:report-data-csv": "a file",
    "trials:report-data-parquet": "a file",
    "trials:report-data-dictionary": "a file",
    "trials:report-data-analysis": "a file",
    "trials:report-badge-data": "a file",
    "trials:report-badge-frame": "for the frames of other sites",
    "trials:report-ris": "a file",
    "trials:report-csl": "a file",
    "trials:measurements-file": "a file",
    "trials:upload": "stands while somebody brings a file; tests/browser/test_measuring.py looks at it",
    "mfa_download_recovery_codes": "a file",
    "account_confirm_login_code": "leads on, except in the middle of such a sign-in",
    "account_email_verification_sent": "leads on, except in the middle of a sign-up",
    "account_set_password": "leads on: everyone has a password",
    "mfa_authenticate": "leads on, except in the middle of a sign-in",
    "mfa_reauthenticate": "leads on for who has no second factor",
    "mfa_deactivate_totp": "leads on for who has no second factor",
    "mfa_view_recovery_codes": "leads on for who has no second factor",
    "mfa_generate_recovery_codes": "leads on for who has no second factor",
}
