"""`python -m innoportal.bench.painting [--visits 5] [--json FILE]`: when a page shows its largest thing.

In headless Chromium on this machine, each visit with an empty cache, at the widths of a desk and of a phone;
the portal is that of `make bench`. Largest Contentful Paint, in ms from the request.
"""

import argparse
import json
import shutil
from pathlib import Path
from statistics import median
from typing import Any

from innoportal.bench.holding import as_in_service

SIZES = {"desk": (1280, 800), "phone": (390, 844)}
LAST = """() => new Promise(done => {
  new PerformanceObserver(list => done(list.getEntries().at(-1).startTime))
    .observe({type: "largest-contentful-paint", buffered: true});
})"""


def paint(address: str, path: str, width: int, height: int, chromium: Any) -> float:
    """ms of one first visit."""
    context = chromium.new_context(base_url=address, viewport={"width": width, "height": height})
    try:
        page = context.new_page()
        page.goto(path, wait_until="networkidle")
        return float(page.evaluate(LAST))
    finally:
        context.close()


def paints(address: str, visits: int) -> dict[str, Any]:
    from playwright.sync_api import sync_playwright

    from innoportal.bench.pages import pages

    found: dict[str, Any] = {}
    own = [one for one in pages() if one.cpu and not one.user and one.name.split()[-1] != "(htmx)"]
    own = [one for one in own if not one.name.startswith("API")]
    with sync_playwright() as play:
        chromium = play.chromium.launch(executable_path=shutil.which("chromium"))
        for one in own:
            for size, (width, height) in SIZES.items():
                times = [paint(address, one.path, width, height, chromium) for _ in range(visits)]
                found[f"{one.name}, {size}"] = {"median": round(median(times)), "most": round(max(times))}
        chromium.close()
    return found


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m innoportal.bench.painting", description=__doc__)
    parser.add_argument("--visits", type=int, default=5)
    parser.add_argument("--json", type=Path)
    asked = parser.parse_args()
    with as_in_service() as (here, web):
        found = {"machine": here, "painted": paints(web.address, asked.visits)}
    text = json.dumps(found, indent=1, ensure_ascii=False)
    if asked.json:
        asked.json.write_text(text)
    print(text)  # noqa: T201


if __name__ == "__main__":
    main()
