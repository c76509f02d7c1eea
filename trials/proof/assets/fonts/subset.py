"""Builds the fonts of this folder; README.md says from what. Needs fonttools."""

import argparse
import json
from pathlib import Path

from fontTools import subset
from fontTools.ttLib import TTFont

LATIN = {
    *range(0x20, 0x7F), *range(0xA0, 0x180), 0x2C6, 0x2C7, 0x2DA, 0x2DC, *range(0x2010, 0x2028),
    *range(0x2030, 0x205F), *range(0x2070, 0x20A0), *range(0x20A0, 0x20C0), *range(0x2100, 0x2200),
    *range(0x2200, 0x2300), *range(0x2460, 0x2474), *range(0x25A0, 0x2600),
}  # fmt: skip
MORE_LATIN = {*range(0x218, 0x21C), *range(0x1EA0, 0x1F00)}
GREEK_CYRILLIC = {*range(0x384, 0x3CF), *range(0x401, 0x460)}
CJK_SIGNS = {*range(0x3000, 0x3030), *range(0x3041, 0x3100), *range(0xFF01, 0xFF5F), 0xFFE5}
SPACES = {0x20, 0xA0, 0x200B, 0x3000}  # in every font, or a space after a Chinese character has no glyph
KEPT_NAMES = [0, 1, 2, 3, 4, 5, 6, 13, 14]  # copyright, names, version, licence


def characters(codec: str, first: int, last: int) -> set[int]:
    """The code points whose lead byte lies between the two."""
    found: set[int] = set()
    for lead in range(first, last + 1):
        for trail in range(0x40, 0xFF):
            try:
                found.update(map(ord, bytes([lead, trail]).decode(codec)))
            except UnicodeDecodeError:
                continue
    return found


def build(source: Path, target: Path, wanted: set[int], family: str, style: str) -> set[int]:
    options = subset.Options(
        hinting=False,
        layout_features=["ccmp", "kern", "locl", "mark", "mkmk"],
        name_IDs=KEPT_NAMES,
        notdef_outline=True,
        glyph_names=False,
        drop_tables=["BASE", "STAT", "vhea", "vmtx", "gasp", "prep", "DSIG", "VORG"],
    )
    font = TTFont(source)
    subsetter = subset.Subsetter(options)
    subsetter.populate(unicodes=wanted | SPACES)
    subsetter.subset(font)
    full = f"{family} {style}"
    for identifier, text in {1: family, 2: style, 3: full, 4: full, 6: full.replace(" ", "")}.items():
        font["name"].setName(text, identifier, 3, 1, 0x409)
    for identifier in (16, 17):
        font["name"].removeNames(nameID=identifier)
    font["head"].modified = font["head"].created  # the same input gives the same file
    font.recalcTimestamp = False
    font.save(target)
    return set(font.getBestCmap())


def ranges(points: set[int]) -> list[list[int]]:
    found: list[list[int]] = []
    for point in sorted(points):
        if found and found[-1][1] == point - 1:
            found[-1][1] = point
        else:
            found.append([point, point])
    return found


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("hk", type=Path, help="unpacked @expo-google-fonts/noto-sans-hk")
    parser.add_argument("sc", type=Path, help="unpacked @expo-google-fonts/noto-sans-sc")
    parser.add_argument("latin", type=Path, help="unpacked @expo-google-fonts/noto-sans")
    arguments = parser.parse_args()
    here = Path(__file__).parent
    common = characters("big5", 0xA4, 0xC6) | LATIN | CJK_SIGNS
    rare = characters("big5hkscs", 0x81, 0xFE) | characters("gb2312", 0xA1, 0xF7) | GREEK_CYRILLIC
    simple = characters("gb2312", 0xB0, 0xD7)
    rare_simple = characters("gb2312", 0xD8, 0xF7)
    hk = {w: arguments.hk / name / f"NotoSansHK_{name}.ttf" for w, name in WEIGHTS.items()}
    sc = {w: arguments.sc / name / f"NotoSansSC_{name}.ttf" for w, name in WEIGHTS.items()}
    covered = build(hk["Regular"], here / "NotoSansHK-Regular.ttf", common, "Noto Sans HK", "Regular")
    build(hk["Bold"], here / "NotoSansHK-Bold.ttf", common, "Noto Sans HK", "Bold")
    covered |= build(
        hk["Regular"], here / "NotoSansHKRare-Regular.ttf", rare - common, "Noto Sans HK Rare", "Regular"
    )
    covered |= build(
        sc["Regular"], here / "NotoSansSC-Regular.ttf", simple | rare_simple, "Noto Sans SC", "Regular"
    )
    build(sc["Bold"], here / "NotoSansSC-Bold.ttf", simple, "Noto Sans SC", "Bold")
    for weight, name in WEIGHTS.items():
        source, target = arguments.latin / name / f"NotoSans_{name}.ttf", here / f"NotoSans-{weight}.ttf"
        covered |= build(source, target, LATIN | MORE_LATIN | GREEK_CYRILLIC, "Noto Sans", weight)
    private = set(range(0xE000, 0xF900))
    (here / "coverage.json").write_text(json.dumps(ranges(covered - private), separators=(",", ":")) + "\n")


WEIGHTS = {"Regular": "400Regular", "Bold": "700Bold"}

if __name__ == "__main__":
    main()
