"""A draft of a report, which the demonstration does not hold."""


def draft(office, ask):
    """The key of one; a correction of a published report begins a new draft."""
    if key := ask("select key from trials_report where status = 'draft' order by id limit 1"):
        return key
    reference = ask("select min(reference) from trials_report where status = 'published'")
    page = office.at(f"/en/reports/{reference}/")
    page.locator("summary", has_text="Announce a correction").click()
    page.locator("#erratum_text_en").fill("The second decimal of one reading was read wrongly.")
    return office.press("Announce a correction").url.rstrip("/").rsplit("/", 1)[1]
