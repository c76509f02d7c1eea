"""A report is assigned, signed by two, put right beside its signature, and withdrawn; anyone checks it."""

import re

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from tests.browser.test_loop import verified
from tests.browser.test_pages import RULES
from trials.proof.errata import telling

NEWEST = "select max(reference) from trials_report where status = 'published'"
VENDOR = """select u.email from trials_report r join trials_trial t on t.id = r.trial_id
    join matching_match m on m.id = t.match_id join solutions_solution s on s.id = m.solution_id
    join accounts_membership a on a.organisation_id = s.organisation_id
    join accounts_user u on u.id = a.user_id
    where r.reference = '{}' and u.is_active order by u.id limit 1"""
VERIFIER = "select id from accounts_user where email = 'verifier@example.org'"


def act(person, verb, button, **words):
    """Open the form of a verb, fill it and send it."""
    person.page.locator("summary", has_text=button).click()
    for name, value in words.items():
        person.page.locator(f"#{verb}_{name}").fill(value)
    return person.press(button)


def new_version(office, reference):
    """A draft, from the announcement of a correction."""
    office.at(f"/en/reports/{reference}/")
    told = {"text_en": "A reading was entered twice."}
    return act(office, "erratum", "Announce a correction", **told).url


def signed(somebody, ask, office, reference):
    """Assigned by the office, handed over, heard and verified; the address of the published version."""
    vendor, verifier = somebody(ask(VENDOR.format(reference))), somebody("verifier@example.org")
    draft = new_version(office, reference)
    office.page.locator("summary", has_text="Assign the verifier").click()
    office.page.locator("#assign_verifier").select_option(str(ask(VERIFIER)))
    page = office.press("Assign the verifier")
    expect(page.locator("main")).to_contain_text("is assigned to verify this report.")
    office.press("Hand to the vendor")
    vendor.at(draft)
    act(vendor, "comment", "Comment", text="We agree.")
    verifier.at(draft)
    said = {"statement": "I computed each figure again.", "interests": "None"}
    page = act(verifier, "publish", "Verify, sign and publish", **said)
    expect(page.locator("main")).to_contain_text("First signature: the portal office, on")
    assert verifier.complaints == []
    return page.url


def download(reader, address, folder, name="report.json"):
    answer = reader.context.request.get(f"{address}{name}")
    assert answer.status == 200
    (folder / name).write_bytes(answer.body())
    return folder / name


def check(visitor, file, word):
    visitor.at("/en/verify/").locator("input[type=file]").set_input_files(file)
    page = visitor.press("Check the file")
    expect(page.locator("#found")).to_have_text(re.compile(word))
    return page


def test_a_report_is_assigned_signed_put_right_withdrawn_and_checked(somebody, ask, portal, tmp_path):
    office, visitor = somebody("office@example.org"), somebody()
    address = signed(somebody, ask, office, ask(NEWEST))
    office.at(address)
    limits = office.page.locator("section[aria-labelledby=limits] .ip-prose").inner_text()
    word = next(one for one in re.findall(r"[a-z]{5,}", limits) if not telling(one))
    was = {"was_en": word, "text_en": "A slip of the pen."}
    office.page.locator("summary", has_text="Put a wording right").click()
    office.page.locator("#correct_section").select_option("limits")
    for name, value in (was | {"now_en": "18 kWh"}).items():
        office.page.locator(f"#correct_{name}").fill(value)
    page = office.press("Put a wording right")  # a figure is refused, and what was typed stays
    expect(page.locator("main")).to_contain_text("This changes a figure")
    expect(page.locator("#correct_text_en")).to_have_value("A slip of the pen.")
    page.locator("#correct_now_en").fill("otherwise")
    page = office.press("Put a wording right")
    expect(page.locator("h2", has_text="Correction 1, of ")).to_be_visible()

    page = visitor.at(address)
    expect(page.locator("ins")).to_have_text("otherwise")
    assert Axe().run(page, options=RULES).response["violations"] == []
    plain, whole = (download(visitor, address, tmp_path, one) for one in ("report.json", "corrected.json"))
    page = check(visitor, plain, "Valid")
    expect(page.locator("main")).to_contain_text("1 correction was published that this file does not carry.")
    check(visitor, whole, "Valid")
    said, code = verified(portal, whole)
    assert ("correction 1, of" in said, code) == (True, 0)
    forged = tmp_path / "forged.json"
    forged.write_bytes(whole.read_bytes().replace(b'"otherwise"', b'"elsewhere"', 1))
    page = check(visitor, forged, "Altered")
    expect(page.locator("main")).to_contain_text("errata[0].now.en was changed")

    office.at(address)
    act(office, "withdraw", "Withdraw the report", reason="The meter was of another room.")
    for path in (address, address.replace("/reports/", "/verify/")):
        page = visitor.at(path)
        expect(page.locator("main")).to_contain_text("The meter was of another room.")
        assert Axe().run(page, options=RULES).response["violations"] == []
    check(visitor, whole, "withdrawn")
    assert visitor.complaints == []
