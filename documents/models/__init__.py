from documents.models.document import Document, DocumentQuerySet, stored_name
from documents.models.rendition import Rendition

__all__ = ["Document", "DocumentQuerySet", "Rendition", "stored_name"]
