"""Codes for paper: as large as the sheet allows, with the quiet zone that scanners need."""

import io

import segno


def printed_qr(address: str) -> str:
    """SVG without a size of its own, four modules of white around it (ISO/IEC 18004); attributes only."""
    out = io.BytesIO()
    code = segno.make(address, error="m", micro=False)
    code.save(out, kind="svg", xmldecl=False, border=4, omitsize=True, svgclass=None, lineclass=None)
    return out.getvalue().decode("utf-8")
