from accounts.models import Organisation

KINDS = {"wish": Organisation.REQUESTERS, "solution": Organisation.VENDORS}
NAMES = {
    "wish": ("Bureau of district works {n}", "第{n}區工程署"),
    "solution": ("Harbour technology {n} Limited", "海港科技{n}有限公司"),
}


def organisations(known: list[Organisation], departments: int, vendors: int) -> dict[str, list[Organisation]]:
    """Those of the demonstration's people, and as many more as stand behind so many things; by side."""
    found = {side: [one for one in known if one.kind in kinds] for side, kinds in KINDS.items()}
    for side, count in (("wish", departments), ("solution", vendors)):
        english, chinese = NAMES[side]
        found[side] += Organisation.objects.bulk_create(
            Organisation(
                slug=f"{side}-organisation-{n}",
                kind=KINDS[side][n % len(KINDS[side])],
                name_en=english.format(n=n),
                name_zh=chinese.format(n=n),
                is_confirmed=True,
            )
            for n in range(count)
        )
    return found
