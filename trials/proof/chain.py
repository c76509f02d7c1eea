"""The chain of reports: each names the hash of the one published before it, so none can vanish unseen."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from trials.proof.canonical import NotCanonical, digest


@dataclass(frozen=True)
class Break:
    """``index`` is the place in the list that was given."""

    code: str  # missing, out_of_order, fork, twice, second_first, unreadable
    index: int
    message: str


@dataclass(frozen=True)
class Link:
    name: str
    hash: str
    previous: str | None


def verify_chain(envelopes: Sequence[dict[str, Any]]) -> tuple[Break, ...]:
    """What is wrong with the chain when read in the order given, that of publication; () when nothing is.

    Hashes are computed from the payloads, never taken from the files; signatures are for ``verify``.
    """
    return verify_links([_link(envelope) for envelope in envelopes])


def verify_links(links: Sequence[Link | None]) -> tuple[Break, ...]:
    """As `verify_chain`, of what stands in a register."""
    places: dict[str, int] = {}
    for index, link in enumerate(links):
        if link is not None:
            places.setdefault(link.hash, index)
    followers: dict[str | None, int] = {}
    found = []
    for index, link in enumerate(links):
        if link is None:
            found.append(Break("unreadable", index, f"entry {index + 1} is not a signed report"))
        elif places[link.hash] != index:
            found.append(Break("twice", index, f"{link.name} stands twice in the chain"))
        else:
            found += _judge(index, link, links, places, followers)
    return tuple(found)


def _judge(
    index: int,
    link: Link,
    links: Sequence[Link | None],
    places: dict[str, int],
    followers: dict[str | None, int],
) -> list[Break]:
    rival = followers.setdefault(link.previous, index)
    if rival != index:
        other = links[rival]
        text = f"{link.name} and {other.name if other else rival + 1} both follow the same report"
        if link.previous is None:
            return [
                Break("second_first", index, f"{link.name} says that it is the first, but the chain has one")
            ]
        return [Break("fork", index, text)]
    if link.previous is None:
        if index == 0:
            return []
        return [Break("out_of_order", index, f"{link.name} is the first report, but stands at {index + 1}")]
    place = places.get(link.previous)
    if place is None:
        text = f"the report before {link.name} is missing (hash {link.previous[:16]}…)"
        return [Break("missing", index, text)]
    if place != index - 1:
        before = links[place]
        text = f"{link.name} should stand directly after {before.name if before else place + 1}"
        return [Break("out_of_order", index, text)]
    return []


def _link(envelope: Any) -> Link | None:
    try:
        payload = envelope["payload"]
        previous = payload["previous_hash"]
        if previous is not None and not isinstance(previous, str):
            return None
        return Link(f"{payload['reference']} v{payload['version']}", digest(payload), previous)
    except (KeyError, TypeError, NotCanonical):
        return None
