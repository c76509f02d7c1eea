"""What is known of who uploaded a file; the files themselves belong to what they were uploaded for."""

from django.utils.translation import gettext_lazy as _

from accounts.fates import WORK
from accounts.holding import File, Holding, Rows

HELD = Holding(
    title=_("Documents"),
    files=(
        File(
            "documents",
            _("The files that you uploaded: their names, sizes and times"),
            (
                Rows(
                    "documents.Document",
                    "uploaded_by",
                    "key noun title filename content_type size is_confidential uploaded_at",
                ),
            ),
        ),
    ),
    fates={
        "documents.Document.uploaded_by": WORK,
    },
)
