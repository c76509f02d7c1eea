"""Verbs of documents: in, looked through, made fit for others, out."""

from documents.services.attaching import attach, safe_name
from documents.services.opening import discard, downloaded
from documents.services.photographs import photograph, photographs
from documents.services.scanning import NotNow, further, rescan

__all__ = [
    "NotNow",
    "attach",
    "discard",
    "downloaded",
    "further",
    "photograph",
    "photographs",
    "rescan",
    "safe_name",
]
