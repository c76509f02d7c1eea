"""The whole of the portal's work once, by everyone who has a part in it, each in a browser of their own."""

import json
import os
import random
import re
import subprocess
import sys
import time
from datetime import timedelta

from django.utils import timezone
from playwright.sync_api import expect

from innoportal import embedded
from tests.browser import writer
from tests.browser.solution_writer import write as write_solution

TODAY = timezone.localdate()
WISH = {
    "title_en": "Kitchen exhaust ducts that tell when they need cleaning",
    "title_zh": "懂得提示何時需要清洗的廚房排氣管道",
    "need_en": "Grease gathers in the exhaust ducts of canteens and can catch fire. We clean every duct each "
    "quarter, though half of them are clean then, and nobody can look inside without a shutdown.",
    "need_zh": "食堂的排氣管道積聚油脂，容易引發火警。我們每季清洗所有管道，但其中一半當時仍然清潔，"
    "而不停機便無法檢視內部。",
    "outcome_en": "Duct cleaning only where grease is thicker than two millimetres, with 30 % fewer visits.",
    "outcome_zh": "只在油脂厚度超過兩毫米時清洗管道，清洗次數減少三成。",
    "months": "9",
    "kpis-0-metric": "Cleaning visits",
    "kpis-0-unit": "visits/year",
    "kpis-0-baseline": "120",
    "kpis-0-target": "84",
}
SOLUTION = {
    "title_en": "Grease thickness sensor for exhaust ducts",
    "summary_en": "An ultrasonic strip outside the kitchen exhaust duct measures the thickness of grease "
    "inside and tells when cleaning is due. No shutdown, no hole in the duct.",
    "method_en": "The echo of the duct wall changes with the grease that sticks to it.",
    "trl": "7",
    "evidence-0-trl": "7",
    "evidence-0-text": "Six months in two hotel kitchens",
    "trial_conditions_en": "Mains power beside the duct.",
    "lead_months": "1",
}
PLAN = {
    "starts_on": (TODAY - timedelta(days=30)).isoformat(),
    "ends_on": (TODAY + timedelta(days=30)).isoformat(),
    "scale_en": "Four ducts of one canteen",
    "method_en": "Grease removed at each cleaning is weighed; the baseline is the month before.",
    "stop_rules_en": "Stop when any duct holds more than five millimetres of grease.",
    "claims-0-statement_en": "Grease found at a cleaning falls by at least 15 %.",
    "claims-0-metric": "grease",
    "claims-0-unit": "g/day",
    "claims-0-target": "15",
}


def fill(page, values):
    for name, value in values.items():
        page.locator(f"main [name='{name}']").fill(value)


def choose(page, **values):
    for name, value in values.items():
        page.locator(f"main [name='{name}']").select_option(value)


def readings(first, mean, phase):
    """Thirty days that vary as real ones do, and the same ones every time."""
    noise = random.Random(phase)
    days = [first + timedelta(days=n) for n in range(30)]
    rows = [f"grease,{day}T12:00,{phase},{mean + noise.gauss(0, 4):.1f},scale-1" for day in days]
    return "\n".join(["metric,at,phase,value,sensor", *rows]).encode()


def until(reader, path, find, seconds=240):
    """Look again and again: what a worker does is seen a moment later."""
    deadline = time.monotonic() + seconds
    while True:
        found = find(reader.at(path))
        if found.count():
            return found.first
        assert time.monotonic() < deadline, reader.page.locator("main").inner_text()
        time.sleep(1)


def mail_to(reader, address, subject):
    """The text of the newest caught mail of this subject to this person."""
    row = until(reader, "/mail/", lambda page: page.locator("tr", has_text=subject).filter(has_text=address))
    with reader.page.expect_navigation():
        row.get_by_role("link").click()
    return reader.settled().locator("main")


def verified(portal, file):
    """What the offline check says, and how it ends."""
    environment = {**os.environ, "INNOPORTAL_DATA": str(portal.data)}
    command = [sys.executable, "manage.py", "verify_report", str(file)]
    done = subprocess.run(
        command, cwd=embedded.BASE_DIR, env=environment, capture_output=True, text=True, check=False
    )
    return done.stdout, done.returncode


class Loop:
    """The people, and what the chapters learn from each other."""

    def __init__(self, somebody, portal, directory):
        self.portal, self.directory = portal, directory
        names = ("officer", "approver", "office", "vendor", "expert", "expert2", "engineer", "verifier")
        names += ("auditor", "administrator")
        self.people = {name: somebody(f"{name}@example.org") for name in names}
        self.visitor = somebody()
        self.__dict__.update(self.people)

    def publish_the_wish(self):
        self.vendor.at("/en/notices/settings/").get_by_label("Topic").select_option("building-operation")
        self.vendor.press("Follow")
        self.officer.at("/en/workspace/")
        self.officer.follow("Write a wish")
        writer.write(self.officer, {**WISH, "budget": "to_500k"}, ("Building operation", "Mains power"))
        draft = self.officer.press("Save and send for endorsement").url
        page = self.approver.at(draft)
        page.locator("summary", has_text="Send back").click()
        page.get_by_label("The need or the outcome is not clear").check()
        page.locator("#send_back_reason").fill("Name the thickness at which a duct is cleaned.")
        self.approver.press("Send back")
        # Who wrote it reads why it came back, mends it and hands it in again.
        assert "Name the thickness at which a duct is cleaned." in self.officer.at(draft).inner_text("main")
        self.officer.press("Edit")
        self.officer.follow("Constraints")
        fill(self.officer.page, {"constraints_en": "Two millimetres is the limit of the fire code."})
        self.officer.press("Save and go to all questions")
        self.officer.follow("Check your answers")
        self.officer.press("Save and send for endorsement")
        self.approver.at(draft)
        self.approver.press("Endorse")
        self.office.at(draft)
        page = self.office.press("Publish")
        self.wish = re.search(r"/wishes/(W-\d{4}-\d{4,})/$", page.url)[1]

    def tell_the_follower(self):
        mail = mail_to(self.vendor, "vendor@example.org", WISH["title_en"])
        expect(mail).to_contain_text(f"/en/wishes/{self.wish}/")
        shown = self.vendor.page.frame_locator("iframe").locator("body")
        expect(shown).to_contain_text(WISH["title_en"])

    def offer_a_solution(self):
        ticks = ("Building operation", "Mains power")
        write_solution(self.vendor, SOLUTION | {"price": "to_500k"}, ticks, full=True)
        solution = self.vendor.press("Hand in").url
        self.office.at(solution)
        self.office.press("Begin screening")
        page = self.office.press("List")
        self.solution = re.search(r"/solutions/(S-\d{4}-\d{4,})/$", page.url)[1]
        self.vendor.at(f"/en/wishes/{self.wish}/")
        page = self.vendor.follow("Answer with a solution")
        expect(page.locator("[name=wish_reference]")).to_have_value(self.wish)
        option = page.get_by_label("Your solution").locator("option", has_text=self.solution)
        choose(page, solution=option.get_attribute("value"))
        fill(page, {"pitch": "It measures the very grease that you clean away."})
        self.vendor.press("Send the answer")

    def match_them(self):
        row = until(
            self.officer,
            f"/en/wishes/{self.wish}/",
            lambda page: page.locator(".ip-rows li", has_text=SOLUTION["title_en"]),
        )
        expect(row).to_contain_text("likely fit")
        self.runner_up = (
            self.officer.page.locator(".ip-rows li").nth(1).get_by_role("link").get_attribute("href")
        )
        self.match = row.get_by_role("link").get_attribute("href")
        page = self.officer.at(self.match)
        expect(page.get_by_role("table", name="What the score is made of")).to_be_attached()
        expect(page.locator(".ip-compare mark").first).to_be_visible()
        self.officer.press("Put on the shortlist")
        self.office.at(self.match)
        self.office.press("Ask the experts")

    def approve_it_twice(self):
        for expert, reason in (
            (self.expert, "The sensor measures what the fire code limits."),
            (self.expert2, "Two hotel kitchens are evidence enough for a small trial."),
        ):
            page = expert.at(self.match)
            page.get_by_label("Approve for trial").check()
            choose(page, ground="fits")
            fill(page, {"reason": reason})
            expert.press("Give the verdict")
        expect(self.visitor.at(self.match).locator(".ip-page-header")).to_contain_text("Approved")
        assert "fire code limits" not in self.visitor.page.inner_text("main")

    def refuse_another(self):
        """A refusal carries a reason, which the other side reads."""
        page = self.office.at(self.runner_up)
        self.office.press("Put on the shortlist")
        page = self.office.settled()
        page.locator("summary", has_text="Decline").click()
        page.get_by_label("Does not answer the need").check()
        page.locator("#id_decline_reason").fill("It watches the kitchen, not the duct.")
        self.office.press("Decline")
        page = self.officer.at(self.runner_up)
        expect(page.locator(".ip-panel--attention")).to_contain_text("It watches the kitchen, not the duct.")

    def plan_and_run_the_trial(self):
        self.engineer.at("/en/workspace/")
        page = self.engineer.follow(SOLUTION["title_en"])
        fill(page, PLAN)
        page.locator("[name=engineer]").select_option(label="Yip Man-ho")
        choose(page, kind="pilot", **{"claims-0-direction": "decrease", "claims-0-method": "before_after"})
        page.locator("[name=venue]").select_option(label="Government office tower (demonstration)")
        self.engineer.press("Save the plan")
        page = self.engineer.press("Lock the plan")
        self.trial = re.search(r"/trials/(T-\d{4}-\d{4,})/$", page.url)[1]
        for side in (self.approver, self.vendor):
            side.at(f"/en/trials/{self.trial}/")
            side.press("Sign the plan")
        page = self.engineer.at(f"/en/trials/{self.trial}/checklist/")
        for _item in range(6):
            with page.expect_navigation():
                page.get_by_role("button", name=re.compile("^Tick")).first.click()
            self.engineer.settled()
        self.engineer.at(f"/en/trials/{self.trial}/")
        self.engineer.press("Start the trial")
        for phase, mean, back in (("baseline", 100, 61), ("trial", 70, 30)):
            page = self.engineer.follow("Bring in measurements")
            content = readings(TODAY - timedelta(days=back), mean, phase)
            file = {"name": f"{phase}.csv", "mimeType": "text/csv", "buffer": content}
            page.locator("[name=file]").set_input_files(file)
            self.engineer.press("Next: what its columns are")
            self.engineer.press("See what would be taken")
            page = self.engineer.press("Take 30 readings")
            expect(page.locator("main")).to_contain_text("30 readings taken")
        expect(page.locator("svg.ip-chart__picture, .ip-chart svg").first).to_be_visible()
        page = self.engineer.press("End the measuring and judge the claims")
        expect(page.locator("main")).to_contain_text("Met")

    def publish_the_report(self):
        self.engineer.press("Draft the report")
        page = self.engineer.follow("Edit")
        fill(page, {"summary_en": "Less grease in every duct.", "limits_en": "One canteen in one autumn."})
        self.engineer.press("Save")
        report = self.engineer.press("Hand to the vendor").url
        page = self.vendor.at(report)
        page.locator("summary", has_text="Comment").click()
        page.locator("#comment_text").fill("We now sell it with a second strip for bends.")
        self.vendor.press("Comment")
        page = self.verifier.at(report)
        page.locator("summary", has_text="Verify, sign and publish").click()
        page.locator("#publish_statement").fill("I weighed the grease of two cleanings myself.")
        page.locator("#publish_interests").fill("None")
        page = self.verifier.press("Verify, sign and publish")
        self.report = re.search(r"/reports/(R-\d{4}-\d{4,})(?:-v\d+)?/$", page.url)[1]

    def audit_it(self):
        """The auditor reads what every one of them did and why, with names, and can change nothing."""
        page = self.auditor.at(f"/en/wishes/{self.wish}/case/")
        told = ("Name the thickness at which a duct is cleaned.", "It watches the kitchen, not the duct.")
        people = ("Wong Ka-yan", "Ho Wai-lam", "Yip Man-ho")  # approver, office, engineer
        for words in (*told, *people):
            expect(page.locator("main")).to_contain_text(words)
        wish, solution = f"/en/wishes/{self.wish}/", f"/en/solutions/{self.solution}/"
        trial, report = f"/en/trials/{self.trial}/", f"/en/reports/{self.report}/"
        for address in (wish, solution, self.match, trial, report):
            page = self.auditor.at(address)
            buttons = page.locator("main form[method=post] button").all_inner_texts()
            assert [words for words in buttons if "ollow" not in words] == [], address
        expect(self.auditor.at(self.match).locator("main")).to_contain_text("fire code limits")  # a verdict
        self.refused_to_the_auditor(
            *(f"{wish}{verb}/" for verb in ("withdraw", "resolve", "merge")),
            *(f"{self.match}{verb}/" for verb in ("close", "decline", "review")),
            *(f"{trial}{verb}/" for verb in ("stop", "edit")),
            *(f"{report}{verb}/" for verb in ("withdraw", "erratum")),
            f"{solution}withdraw/",
        )

    def refused_to_the_auditor(self, *addresses):
        token = self.auditor.page.locator("[name=csrfmiddlewaretoken]").first.input_value()
        given = {"csrfmiddlewaretoken": token, "reason": "Because."}
        for address in addresses:
            answer = self.auditor.context.request.post(address, form=given, max_redirects=0)
            assert answer.status == 403, address

    def administer_it(self):
        """The administrator adds a topic, by which anyone can filter, and a person, and sees the engine."""
        mark = self.wish.lower()  # a portal may see this loop more than once
        page = self.administrator.at("/admin/topics/topic/add/")
        page.get_by_label("Name in English").fill(f"Duct hygiene {mark}")
        page.get_by_label("Name in Traditional Chinese").fill(f"風管衞生 {mark}")
        choose(page, kind="application")
        expect(page.locator("[name=slug]")).to_have_value(f"duct-hygiene-{mark}")
        self.administrator.press("Save")
        option = self.visitor.at("/en/wishes/").locator(
            "[name=topic] option", has_text=f"Duct hygiene {mark}"
        )
        expect(option).to_be_attached()
        page = self.administrator.at("/admin/accounts/user/add/")
        person = {"email": f"{mark}@example.org", "name": "Ho Lai-fan"}
        fill(page, person | dict.fromkeys(("password1", "password2"), "grease in every duct 2026"))
        self.administrator.press("Save")
        expect(self.administrator.at(f"/admin/accounts/user/?q={mark}").locator("main")).to_contain_text(
            "Ho Lai-fan"
        )
        expect(self.administrator.at("/en/matches/engine/").locator("main")).to_contain_text("Version")

    def read_it_as_anyone(self):
        for language in ("zh-hant", "zh-hans", "en"):
            page = self.visitor.at(f"/{language}/reports/{self.report}/")
            expect(page.locator("main")).to_contain_text("We now sell it with a second strip for bends.")
            expect(page.locator("main")).to_contain_text("I weighed the grease of two cleanings myself.")
        expect(page.locator("main")).to_contain_text("Less grease in every duct.")
        self.follow_to_the_check()
        for name in ("report.json", "report.pdf"):
            answer = self.visitor.context.request.get(f"/en/reports/{self.report}/{name}")
            assert answer.status == 200
            file = self.directory / name
            file.write_bytes(answer.body())
            said, code = verified(self.portal, file)
            assert (f"{self.report} version 1 is genuine" in said, code) == (True, 0)
        self.find_what_was_tampered_with()

    def follow_to_the_check(self):
        page = self.visitor.follow("Check this report")
        expect(page.locator("main")).to_contain_text("This is the report as it was signed")

    def find_what_was_tampered_with(self):
        signed = json.loads((self.directory / "report.json").read_text())
        signed["payload"]["verdict"] = "not_met"
        forged = self.directory / "forged.json"
        forged.write_text(json.dumps(signed))
        said, code = verified(self.portal, forged)
        assert ("verdict was changed" in said, code) == (True, 1)
        page = self.visitor.at("/en/verify/")
        page.locator("[name=file]").set_input_files(forged)
        page = self.visitor.press("Check the file")
        expect(page.locator("main")).to_contain_text("Not genuine")


def test_a_wish_becomes_a_signed_report_through_the_hands_of_all(somebody, portal, tmp_path):
    loop = Loop(somebody, portal, tmp_path)
    loop.publish_the_wish()
    loop.tell_the_follower()
    loop.offer_a_solution()
    loop.match_them()
    loop.approve_it_twice()
    loop.refuse_another()
    loop.plan_and_run_the_trial()
    loop.publish_the_report()
    loop.audit_it()
    loop.administer_it()
    loop.read_it_as_anyone()
    heard = {name: person.complaints for name, person in {**loop.people, "visitor": loop.visitor}.items()}
    assert {name: complaints for name, complaints in heard.items() if complaints} == {}
