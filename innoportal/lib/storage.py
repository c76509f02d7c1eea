"""Uploads on a disk that may be full."""

import errno
import logging
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from django.core.exceptions import ValidationError
from django.core.files.base import File
from django.core.files.storage import FileSystemStorage
from django.utils.translation import gettext as _

logger = logging.getLogger(__name__)
NO_ROOM = "no_room"  # code of a ValidationError
# No room, no room for this account, or larger than a file may become here.
_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


class WholeFiles(FileSystemStorage):
    """A file is there whole, or not at all: Django leaves what was written when the disk became full."""

    def _save(self, name: str, content: File) -> str:
        """The name was free when `save` chose it, so what stands there after a failure is this half file."""
        try:
            return super()._save(name, content)  # type: ignore[misc,no-any-return]
        except OSError:
            with suppress(OSError):
                self.delete(name)
            raise


def is_full(error: BaseException | None) -> bool:
    """Whether this is what a disk says that takes no more."""
    return isinstance(error, OSError) and error.errno in _FULL


def status_of(error: ValidationError, otherwise: int) -> int:
    """What a page answers when a form was refused for this."""
    return 507 if getattr(error, "code", None) == NO_ROOM else otherwise


@contextmanager
def room() -> Iterator[None]:
    """Around what keeps an upload: a full disk becomes a fault of the form, which keeps what was typed.

    :raises ValidationError: (`NO_ROOM`) the disk takes no more; the operator finds that in the log.
    """
    try:
        yield
    except OSError as error:
        if not is_full(error):
            raise
        logger.exception("There is no room for an upload")
        said = _(
            "The portal has no room for files at the moment, so nothing was kept. What you typed is still "
            "here: go on without the file, or choose it again and try later."
        )
        raise ValidationError(said, code=NO_ROOM) from error
