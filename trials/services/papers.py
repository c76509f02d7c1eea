"""The PDF of a signed report: drawn and sealed once for each language, then kept."""

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from trials import keys
from trials.links import verify_url
from trials.models import Report
from trials.proof.pdf import layout, render_pdf
from trials.proof.sealing import seal


def sealed_pdf(report: Report, lang: str) -> bytes:
    """The name of the kept file says what it was drawn from and with which certificate it was sealed.

    :raises KeyUnusable: the key of the seal cannot be read.
    """
    sealer = keys.sealer()
    made = f"{layout()[:20]}.{sealer.certificate.fingerprint[:12]}"
    name = f"reports/{report.payload_hash}.{lang}.{made}.pdf"
    if not default_storage.exists(name):
        drawn = render_pdf(report.envelope or {}, lang=lang, verify_url=verify_url(report, lang))
        default_storage.save(name, ContentFile(seal(drawn, sealer)))
    with default_storage.open(name) as file:
        data: bytes = file.read()
    return data
