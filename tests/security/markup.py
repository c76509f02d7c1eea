"""What a page is made of, as a parser of HTML reads it."""

from html.parser import HTMLParser


class Elements(HTMLParser):
    """(tag, attributes) of everything on a page; of scripts also their text, under the attribute `=`."""

    def __init__(self, page: str) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[tuple[str, dict[str, str]]] = []
        self.feed(page)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.found.append((tag, {name: value or "" for name, value in attrs}))

    def handle_data(self, data):
        if self.found and self.found[-1][0] in ("script", "style"):
            attributes = self.found[-1][1]
            attributes["="] = attributes.get("=", "") + data


def elements(page: str) -> list[tuple[str, dict[str, str]]]:
    return Elements(page).found
