from typing import Any

from django.http import FileResponse, Http404, HttpRequest
from django.shortcuts import get_object_or_404
from django.views import View

from documents import services
from documents.models import Document


class Download(View):
    """The only way to a file. Who may not have it cannot tell it from one that does not exist."""

    http_method_names = ["get", "head"]

    def get(self, request: HttpRequest, key: Any) -> FileResponse:
        document = get_object_or_404(Document.objects.clean(), key=key)  # also for administrators
        if not request.user.has_perm("documents.view_document", document):
            raise Http404
        try:
            file = document.file.open("rb")
        except FileNotFoundError as error:
            raise Http404 from error
        if document.is_confidential:
            services.downloaded(document, by=request.user)
        response = FileResponse(
            file, as_attachment=True, filename=document.filename, content_type=document.content_type
        )
        response["Content-Security-Policy"] = "default-src 'none'; sandbox"
        response["X-Content-Type-Options"] = "nosniff"
        response["Cache-Control"] = "private, no-store"
        return response
