"""The stand-alone check: `python innoportal-verify.pyz REPORT…` needs `cryptography` and no network."""

import argparse
import sys
from pathlib import Path

from trials.proof.canonical import NotCanonical, read
from trials.proof.certificates import Certificate, load_certificates
from trials.proof.judge import EXIT_CODES, EXITS, Finding, Verdict, lines, printable, unreadable
from trials.proof.pades import check_seal
from trials.proof.reading import Unreadable, is_pdf, parse, read_bytes, verify_data
from trials.proof.register import Register, breaks, load_register, standing
from trials.proof.scan import attached
from trials.proof.sealed import Drawn, with_seal
from trials.proof.signing import KeyUnusable, PublicKey, load_keys

UNDRAWN = Drawn("unknown", "the pages are not drawn again here")


def verify_offline(
    data: bytes,
    keys: dict[str, PublicKey],
    certificates: tuple[Certificate, ...],
    register: Register | None = None,
    previous_hash: str | None = None,
) -> Verdict:
    """As the portal's own check, but the pages of a PDF rest on its seal alone; never raises."""
    try:
        opened = parse(attached(data) if is_pdf(data) else data)
    except Unreadable as error:
        return unreadable(str(error), error.code)
    found = verify_data(opened, keys, previous_hash)
    if found.genuine and is_pdf(data):
        found = with_seal(found, check_seal(data, certificates) if certificates else None, UNDRAWN)
    return standing(found, register) if register else found


def main(arguments: list[str] | None = None) -> int:
    """The highest exit code of all files; ``EXITS`` says what they mean."""
    asked = _parser().parse_args(arguments)
    try:
        document = read(read_bytes(asked.keys))
        keys, certificates = load_keys(document), load_certificates(document)
        register = load_register(read(read_bytes(asked.register)), keys) if asked.register else None
    except (Unreadable, KeyUnusable, NotCanonical) as error:
        return _tell("", unreadable(str(error)))
    code = _tell_register(register) if register else 0
    for path in asked.files:
        try:
            found = verify_offline(read_bytes(path), keys, certificates, register, asked.after)
        except Unreadable as error:
            found = unreadable(str(error))
        code = max(code, _tell(f"{path.name}: " if len(asked.files) > 1 else "", found))
    return code


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="innoportal-verify", description="Checks signed reports of an InnoPortal offline.", epilog=EXITS
    )
    parser.add_argument("files", metavar="REPORT", nargs="*", type=Path, help="the signed JSON, or the PDF")
    parser.add_argument(
        "--keys", type=Path, required=True, help="innoportal-keys.json, saved from the portal"
    )
    parser.add_argument(
        "--register",
        type=Path,
        help="innoportal-register.json: is a report still in force, and is none missing?",
    )
    parser.add_argument(
        "--after", metavar="HASH", help="the hash of the report that should stand before this one"
    )
    return parser


def _tell(before: str, found: Verdict) -> int:
    first, *more = lines(found)
    _write(printable(before) + first, *more)
    return EXIT_CODES[found.status]


def _tell_register(register: Register) -> int:
    wrong = breaks(register)
    said = f"The register of {register.as_of} lists {len(register.reports)} reports"
    if not wrong:
        _write(f"{printable(said)}; its chain is whole.")
        return 0
    found = [Finding(one.code, "", one.message) for one in wrong]
    _write(f"{printable(said)}; its chain is BROKEN.", *(f"  {printable(one.message)}" for one in found))
    return 1


def _write(*told: str) -> None:
    sys.stdout.write("".join(f"{line}\n" for line in told))


if __name__ == "__main__":
    sys.exit(main())
