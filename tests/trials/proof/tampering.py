"""Variants of a signed report that somebody altered, each with the place that must be named; by a seed."""

import copy
import io
import json
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pikepdf

from trials.proof.canonical import NotCanonical, leaves, read, readable
from trials.proof.files import ATTACHMENT
from trials.proof.sealed import PAGES, SEAL
from trials.proof.signing import sign, statement, to_bytes

Path = tuple[str | int, ...]


@dataclass(frozen=True)
class Variant:
    """``places``: each of them must be named, or with ``any_of`` one of them; ``status`` is what is said."""

    kind: str
    data: bytes
    places: tuple[str, ...]
    status: str = "changed"
    any_of: bool = False
    altered: tuple[str, ...] = ()  # what who holds the original can name beyond that


@dataclass(frozen=True)
class Original:
    envelope: dict[str, Any]
    pdf: bytes  # sealed
    bare: bytes  # as drawn, before the seal
    other_key: Any
    other_seal: Callable[[bytes], bytes]
    draw: Callable[[dict[str, Any]], bytes]  # drawn and sealed with the true seal, by somebody inside


def at(value: Any, path: Path) -> Any:
    for part in path:
        value = value[part]
    return value


def set_at(value: Any, path: Path, to: Any) -> None:
    at(value, path[:-1])[path[-1]] = to


def _digits(payload: dict[str, Any]) -> list[Path]:
    found = [(path, leaf) for path, leaf in leaves(payload)]
    return [path for path, leaf in found if isinstance(leaf, str) and leaf.replace(".", "").isdecimal()]


def _strings(payload: dict[str, Any]) -> list[Path]:
    return [path for path, leaf in leaves(payload) if isinstance(leaf, str) and leaf]


def _with(original: Original, path: Path, to: Any) -> dict[str, Any]:
    envelope = copy.deepcopy(original.envelope)
    set_at(envelope["payload"], path, to)
    return envelope


# Each takes the original and a generator of chance, and gives one variant.


def swapped_numbers(o: Original, r: random.Random) -> Variant:
    paths = _digits(o.envelope["payload"])
    while True:
        one, other = r.sample(paths, 2)
        first, second = at(o.envelope["payload"], one), at(o.envelope["payload"], other)
        if first != second:
            break
    envelope = _with(o, one, second)
    set_at(envelope["payload"], other, first)
    return Variant("swapped numbers", to_bytes(envelope), (readable(one), readable(other)))


def nudged_number(o: Original, r: random.Random) -> Variant:
    path = r.choice(_digits(o.envelope["payload"]))
    text = at(o.envelope["payload"], path)
    place = r.choice([at for at, letter in enumerate(text) if letter != "."])
    digit = str((int(text[place]) + r.randrange(1, 10)) % 10)
    envelope = _with(o, path, text[:place] + digit + text[place + 1 :])
    return Variant("another digit", to_bytes(envelope), (readable(path),))


def altered_text(o: Original, r: random.Random) -> Variant:
    path = r.choice(_strings(o.envelope["payload"]))
    text = at(o.envelope["payload"], path)
    place = r.randrange(len(text))
    letter = r.choice([one for one in "ABCxyz019 試驗節能" if one != text[place]])
    envelope = _with(o, path, text[:place] + letter + text[place + 1 :])
    return Variant("another letter", to_bytes(envelope), (readable(path),))


def changed_chain(o: Original, r: random.Random) -> Variant:
    to = r.choice([None, r.randbytes(32).hex(), o.envelope["hash"], ""])
    return Variant("changed chain", to_bytes(_with(o, ("previous_hash",), to)), ("previous_hash",))


def removed_value(o: Original, r: random.Random) -> Variant:
    path = r.choice([path for path in _strings(o.envelope["payload"]) if isinstance(path[-1], str)])
    envelope = copy.deepcopy(o.envelope)
    del at(envelope["payload"], path[:-1])[path[-1]]
    return Variant("removed value", to_bytes(envelope), (readable(path),))


def added_value(o: Original, r: random.Random) -> Variant:
    holders = [path[:-1] for path in _strings(o.envelope["payload"]) if isinstance(path[-1], str)]
    path = (*r.choice(holders), f"note{r.randrange(1000)}")
    return Variant("added value", to_bytes(_with(o, path, "Gold award")), (readable(path),))


def reordered_list(o: Original, r: random.Random) -> Variant:
    name = r.choice(["claims", "money", "organisations"])
    listed = list(o.envelope["payload"][name])
    one, other = r.sample(range(len(listed)), 2)
    listed[one], listed[other] = listed[other], listed[one]
    before = {readable((name, *path)): leaf for path, leaf in leaves(o.envelope["payload"][name])}
    after = {readable((name, *path)): leaf for path, leaf in leaves(listed)}
    places = tuple(place for place in {**before, **after} if before.get(place) != after.get(place))
    return Variant("reordered list", to_bytes(_with(o, (name,), listed)), places)


def _objects(value: Any, path: Path = ()) -> Iterator[Path]:
    if isinstance(value, dict):
        if len(value) > 1:
            yield path
        for name, child in value.items():
            yield from _objects(child, (*path, name))
    elif isinstance(value, list):
        for index, child in enumerate(value):
            yield from _objects(child, (*path, index))


def reordered_keys(o: Original, r: random.Random) -> Variant:
    envelope = json.loads(to_bytes(o.envelope))
    path = r.choice(list(_objects(envelope)))
    holder = at(envelope, path)
    names = list(holder)
    while names == sorted(names, key=lambda name: name.encode("utf-16-be")):
        r.shuffle(names)
    held = {name: holder.pop(name) for name in names}
    holder.update(held)
    data = json.dumps(envelope, ensure_ascii=False, separators=(",", ":")).encode()
    return Variant("reordered keys", data, (f"order of {readable(path)}",))


def rewritten(o: Original, r: random.Random) -> Variant:
    data = to_bytes(o.envelope)
    where = r.choice(
        [place for place, byte in enumerate(data) if byte in b",:{" and data[place + 1] in b'"{']
    )
    return Variant(
        "rewritten", data[: where + 1] + b" " + data[where + 1 :], (f"writing from byte {where + 2:,}",)
    )


def swapped_key(o: Original, r: random.Random) -> Variant:
    """Signed by a key that the portal never had; half of them say that it is the portal's."""
    payload = copy.deepcopy(o.envelope["payload"])
    path = r.choice(_digits(payload))
    set_at(payload, path, str(r.randrange(1000)))
    forged = sign(payload, o.other_key)
    if r.random() < 0.5:
        return Variant("swapped key", to_bytes(forged), (), "untrusted_key", altered=(readable(path),))
    borrowed = to_bytes(forged | {"key_id": o.envelope["key_id"]})
    return Variant("borrowed key", borrowed, ("signature",), altered=(readable(path),))


def forged_digests(o: Original, r: random.Random) -> Variant:
    payload = copy.deepcopy(o.envelope["payload"])
    path = r.choice(_digits(payload))
    set_at(payload, path, str(r.randrange(1000, 2000)))
    forged = statement(payload, o.envelope["key_id"]) | {"payload": payload}
    data = to_bytes(forged | {"signature": o.envelope["signature"]})
    return Variant("digests written anew", data, ("signature",), altered=(readable(path),))


def flipped_signature(o: Original, r: random.Random) -> Variant:
    text = o.envelope["signature"]
    place = r.randrange(len(text))
    letter = r.choice([one for one in "ABCDabcd0123-_" if one != text[place]])
    envelope = o.envelope | {"signature": text[:place] + letter + text[place + 1 :]}
    return Variant("other signature", to_bytes(envelope), ("signature",))


def changed_digest(o: Original, r: random.Random) -> Variant:
    """The payload is untouched; the list of digests around it is not."""
    envelope = copy.deepcopy(o.envelope)
    listed = envelope["manifest"]["leaves"]
    name = r.choice(list(listed))
    listed[name] = r.randbytes(32).hex()
    return Variant("changed digest", to_bytes(envelope), (_digest_of(name),))


def _digest_of(name: str) -> str:
    """Of a JSON pointer without escapes."""
    return "manifest of " + readable(
        tuple(int(one) if one.isdecimal() else one for one in name.split("/")[1:])
    )


def flipped_bit(o: Original, r: random.Random) -> Variant:
    """Of the JSON file; what it hits decides what can be said."""
    data = bytearray(to_bytes(o.envelope))
    data[r.randrange(len(data))] ^= 1 << r.randrange(8)
    return Variant("flipped bit of the JSON", bytes(data), *_hit(o.envelope, bytes(data)))


def _hit(envelope: dict[str, Any], data: bytes) -> tuple[tuple[str, ...], str]:
    try:
        flipped = read(data)
    except NotCanonical:
        return (), "unreadable"
    if set(flipped) != set(envelope) or flipped["manifest"].keys() != envelope["manifest"].keys():
        return (), ""
    before, after = dict(leaves(envelope)), dict(leaves(flipped))
    hit = [path for path in {**before, **after} if before.get(path) != after.get(path)]
    names = []
    for path in hit:
        if path[0] == "payload":
            names.append(readable(path[1:]))
        elif path[:2] == ("manifest", "leaves"):
            names += [_digest_of(str(path[2]))] if path in before and path in after else []
        else:
            names.append(readable(path))
    return tuple(names), "changed"


def cut_json(o: Original, r: random.Random) -> Variant:
    data = to_bytes(o.envelope)
    return Variant("truncated JSON", data[: r.randrange(1, len(data))], (), "unreadable")


def flipped_bit_of_pdf(o: Original, r: random.Random) -> Variant:
    data = bytearray(o.pdf)
    data[r.randrange(len(data))] ^= 1 << r.randrange(8)
    return Variant("flipped bit of the PDF", bytes(data), (), "", any_of=True)  # also of the data in it


def flipped_bit_of_seal(o: Original, r: random.Random) -> Variant:
    data = bytearray(o.pdf)
    data[r.randrange(len(o.bare) + 1, len(data))] ^= 1 << r.randrange(8)
    return Variant("flipped bit of the seal", bytes(data), (PAGES, SEAL), "", any_of=True)


def cut_pdf(o: Original, r: random.Random) -> Variant:
    return Variant("truncated PDF", o.pdf[: r.randrange(1, len(o.pdf))], (PAGES, SEAL), "", any_of=True)


def seal_taken(o: Original, r: random.Random) -> Variant:
    more = b"" if r.random() < 0.3 else b"\n%" + r.randbytes(8).hex().encode()
    return Variant("seal taken away", o.bare + more, (SEAL,))


def other_seal(o: Original, r: random.Random) -> Variant:
    return Variant("seal of another", o.other_seal(o.bare), (SEAL,), "untrusted_key")


def appended(o: Original, r: random.Random) -> Variant:
    """An update behind the sealed file, as editors make it."""
    return Variant("something behind the seal", o.pdf + b"\n% " + r.randbytes(9).hex().encode(), (SEAL,))


def _edited(o: Original, change: Callable[[pikepdf.Pdf], None], kind: str, *places: str) -> Variant:
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(o.pdf)) as pdf:
        change(pdf)
        pdf.save(out)
    return Variant(kind, out.getvalue(), places, "", any_of=True)


def changed_page(o: Original, r: random.Random) -> Variant:
    def change(pdf: pikepdf.Pdf) -> None:
        page = pdf.pages[r.randrange(len(pdf.pages))]
        cover = f"q 1 1 1 rg {r.randrange(400)} {r.randrange(700)} 90 30 re f Q".encode()
        page.contents_add(pdf.make_stream(cover))

    return _edited(o, change, "changed page", PAGES)


def removed_page(o: Original, r: random.Random) -> Variant:
    def change(pdf: pikepdf.Pdf) -> None:
        del pdf.pages[r.randrange(len(pdf.pages))]

    return _edited(o, change, "removed page", PAGES)


def changed_attachment(o: Original, r: random.Random) -> Variant:
    path = r.choice(_digits(o.envelope["payload"]))
    value = str(r.randrange(5000, 9000))
    altered = to_bytes(_with(o, path, value))

    def change(pdf: pikepdf.Pdf) -> None:
        del pdf.attachments[ATTACHMENT]
        pdf.attachments[ATTACHMENT] = pikepdf.AttachedFileSpec(pdf, altered, filename=ATTACHMENT)

    return _edited(o, change, "changed attachment", readable(path))


def second_attachment(o: Original, r: random.Random) -> Variant:
    def change(pdf: pikepdf.Pdf) -> None:
        name = f"{ATTACHMENT}{r.randrange(99)}"
        pdf.attachments[name] = pikepdf.AttachedFileSpec(pdf, b"{}", filename=r.choice([name, ATTACHMENT]))

    return _edited(o, change, "second attachment", PAGES, "unreadable")


def removed_attachment(o: Original, r: random.Random) -> Variant:
    def change(pdf: pikepdf.Pdf) -> None:
        del pdf.attachments[ATTACHMENT]
        pdf.docinfo["/Subject"] = str(r.randrange(1000))

    return _edited(o, change, "removed attachment", "unreadable")


def changed_title(o: Original, r: random.Random) -> Variant:
    def change(pdf: pikepdf.Pdf) -> None:
        pdf.docinfo["/Title"] = f"All claims met ({r.randrange(1000)})"

    return _edited(o, change, "changed title", PAGES)


def drawn_from_other_data(o: Original, r: random.Random) -> Variant:
    """Even one who holds the true seal cannot put other figures on the pages than were signed."""
    path = r.choice(
        [one for one in _digits(o.envelope["payload"]) if one[0] == "series" and one[-1] == "value"]
    )
    value = f"{r.randrange(100, 900)}.{r.randrange(10)}"
    return Variant("drawn from other data", o.draw(_with(o, path, value)), (readable(path),))


# How many of each; together 1,000. What draws or opens a PDF takes tens of milliseconds, hence fewer of them.
COUNTS: dict[Callable[[Original, random.Random], Variant], int] = {
    swapped_numbers: 120,
    nudged_number: 120,
    altered_text: 120,
    changed_chain: 30,
    removed_value: 50,
    added_value: 30,
    reordered_list: 20,
    reordered_keys: 80,
    rewritten: 30,
    swapped_key: 60,
    forged_digests: 30,
    flipped_signature: 40,
    changed_digest: 20,
    flipped_bit: 120,
    cut_json: 30,
    flipped_bit_of_pdf: 24,
    flipped_bit_of_seal: 16,
    cut_pdf: 16,
    seal_taken: 4,
    other_seal: 2,
    appended: 4,
    changed_page: 8,
    removed_page: 4,
    changed_attachment: 10,
    second_attachment: 4,
    removed_attachment: 2,
    changed_title: 4,
    drawn_from_other_data: 2,
}


def variants(original: Original, seed: int) -> Iterator[Variant]:
    chance = random.Random(seed)
    for make, count in COUNTS.items():
        for _number in range(count):
            yield make(original, chance)
