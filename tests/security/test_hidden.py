"""What one may not see cannot be told from what is not there, nor does anything of it come out elsewhere."""

import io
import re
from html import unescape
from urllib.parse import urldefrag, urljoin

import pypdf
import pytest

from innoportal.sitemap import SECTIONS
from tests.security.addresses import CASES, absent, address
from tests.security.world import World, ask, body

STRANGERS = ("anonymous", "member_b", "vendor_b")
HIDDEN = [(name, method) for name, kind, method in CASES if kind == "hidden"]
LINK = re.compile(r'(?:href|src|hx-get|action)="([^"]+)"')
LANGUAGES = ("en", "zh-hant", "zh-hans")
ODD = (
    "/robots.txt",
    "/sitemap.xml",
    *(f"/sitemap-{name}.xml" for name in SECTIONS),
    "/.well-known/security.txt",
    "/.well-known/innoportal-keys.json",
    "/api/schema/",
)
SORTS = {
    "/api/v1/wishes/": ("status=draft", "ordering=created_by__email", "page_size=100"),
    "/api/v1/solutions/": ("ordering=confidential", "page_size=100"),
    "/api/v1/calls/": ("status=draft", "page_size=100"),
    "/api/v1/matches/": ("status=review", "page_size=100"),
    "/api/v1/trials/": ("status=planning", "page_size=100"),
    "/api/v1/reports/": ("status=draft", "page_size=100"),
    "/api/v1/confirmations/": ("status=proposed", "page_size=100"),
}


def plain(response, *names: str) -> str:
    """The answer without what differs at every request, and without the name that was asked for."""
    text = re.sub(r'name="csrfmiddlewaretoken" value="[^"]+"', "", body(response))
    text = re.sub(r"[0-9a-f]{32}", "", text)
    for name in names:
        text = text.replace(name, "ASKED")
    return text


@pytest.mark.parametrize("who", STRANGERS)
@pytest.mark.parametrize(("name", "method"), HIDDEN)
def test_something_hidden_answers_to_the_letter_as_something_that_never_was(world, name, method, who):
    seen, never = address(world, name, "hidden"), absent(world, name)
    client = world.clients[who]
    hidden, missing = ask(client, method, seen), ask(client, method, never)
    assert hidden.status_code == missing.status_code
    assert hidden.status_code in (404, 302, 405)
    assert plain(hidden, seen.removeprefix("/en")) == plain(missing, never.removeprefix("/en"))
    assert (hidden.get("Location", "").replace(seen, "")) == missing.get("Location", "").replace(never, "")


ELSEWHERE = re.compile(r"^(?!/)|^//|^/(static|mail)/|[?&](next|sort)=|/account/.+[?]")


def pages(world: World, who: str, languages: tuple[str, ...], most: int = 1000):
    """Every page that links lead to in these languages, and what no link leads to."""
    client, seen = world.clients[who], set()
    others = tuple(f"/{language}/" for language in {*LANGUAGES} - {*languages})
    waiting = [f"/{language}/" for language in languages] + list(ODD)
    waiting += [f"{path}?{query}" for path, queries in SORTS.items() for query in ("", *queries)]
    while waiting:
        url = waiting.pop()
        if url in seen or ELSEWHERE.search(url) or url.startswith(others):
            continue
        seen.add(url)
        assert len(seen) < most, "the portal has become larger than this walk"
        response = ask(client, "GET", url)
        yield url, response
        if response.status_code == 302:
            waiting.append(response["Location"])
        if "html" in response.get("Content-Type", ""):
            found = (unescape(link) for link in LINK.findall(body(response)))
            waiting += [urldefrag(urljoin(url, link)).url for link in found]


def readable(response) -> str:
    """What a reader could find in an answer: its headers, and the text and properties of a PDF too."""
    text = body(response) + str(response.headers)
    if response.get("Content-Type", "").startswith("application/pdf"):
        data = response.kept if response.streaming else response.content
        reader = pypdf.PdfReader(io.BytesIO(data))
        text += str(reader.metadata) + "".join(page.extract_text() for page in reader.pages)
        text += "".join(
            part.decode("utf-8", "replace") for parts in reader.attachments.values() for part in parts
        )
    return text


@pytest.mark.parametrize(
    ("who", "languages"),
    [("anonymous", ("en", "zh-hans")), ("vendor_b", ("en",))],
    ids=["anonymous", "vendor"],
)
def test_no_page_feed_file_or_api_answer_holds_a_word_that_is_hidden_from_its_reader(world, who, languages):
    own = {"namevendor_b", "mailvendor_b"} if who == "vendor_b" else set()
    words = {name: word for name, word in world.marks.items() if name not in own}
    leaks, walked = {}, 0
    for url, response in pages(world, who, languages):
        assert response.status_code < 500, url
        walked += 1
        text = readable(response)
        if found := sorted(name for name, word in words.items() if word in text and word not in url):
            leaks[url] = found
    assert leaks == {}
    assert walked > 60


@pytest.mark.parametrize("name", ["wish", "solution"])
def test_counts_and_page_numbers_know_only_of_what_is_public(world, name):
    from tests.factories import SolutionFactory, WishFactory

    client = world.clients["vendor_b"]
    paths = [
        f"/en/{name}{'es' if name == 'wish' else 's'}/",
        f"/api/v1/{name}{'es' if name == 'wish' else 's'}/",
        "/en/",
    ]
    before = [plain(ask(client, "GET", path)) for path in paths]
    make = WishFactory if name == "wish" else SolutionFactory
    make.create_batch(30, organisation=world.public["department_a" if name == "wish" else "vendor_a"])
    assert [plain(ask(client, "GET", path)) for path in paths] == before


def test_a_number_given_at_publication_does_not_tell_how_many_drafts_there_are(world):
    for noun in ("wish", "solution"):
        assert world.hidden[noun].reference is None
    digits = [int(world.public[noun].reference.rsplit("-", 1)[1]) for noun in ("wish", "solution")]
    assert max(digits) < 10


def test_a_search_for_hidden_words_finds_what_a_search_for_nonsense_finds(world):
    for who in ("anonymous", "vendor_b"):
        client = world.clients[who]
        for name in ("wish0", "solution4", "confidential", "secret", "namevendor_a"):
            found = [
                plain(ask(client, "GET", path, {"q": word}), word)
                for path in ("/en/search/", "/api/v1/search/")
                for word in (world.marks[name], "qxnosuchwordzq")
            ]
            assert found[0] == found[1]
            assert found[2] == found[3]


def test_a_vendor_reads_neither_figures_nor_verdicts_of_matches(world):
    for who in ("vendor_a", "vendor_b", "anonymous"):
        match = ask(world.clients[who], "GET", address(world, "api:match-detail", "public")).json()
        assert match["probability"] is None
    text = body(ask(world.clients["vendor_b"], "GET", address(world, "matching:detail", "public")))
    assert world.marks["reviewpublic"] not in text


def test_the_hidden_words_are_there_for_those_who_may_read_them(world):
    """The walk above is only worth something where the hidden rows are really there."""
    from wishes.models import Wish

    assert Wish.objects.exclude(status__in=Wish.PUBLIC).count() == 1
    text = body(ask(world.clients["approver_a"], "GET", address(world, "wishes:detail", "hidden")))
    assert world.marks["wish0"] in text
    text = body(ask(world.clients["office"], "GET", address(world, "solutions:detail", "public")))
    assert world.marks["confidential"] in text
