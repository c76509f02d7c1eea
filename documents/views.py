from typing import Any

from django.apps import apps
from django.contrib import messages
from django.contrib.auth.mixins import LoginRequiredMixin, PermissionRequiredMixin
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models.fields.files import FieldFile
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views import View
from django.views.generic import FormView, ListView

from documents import services
from documents.forms import DocumentForm
from documents.models import Document, Rendition
from innoportal.lib.storage import status_of
from innoportal.lib.views import ObjectPermissionMixin, PartialMixin, SluggedMixin

SHOWN = 5000  # characters of a text preview


def held(request: HttpRequest, key: Any, permission: str = "documents.view_document") -> Document:
    """A scanned document that this person may have; any other is 404, also for administrators."""
    document = get_object_or_404(Document.objects.clean(), key=key)
    if not request.user.has_perm(permission, document):
        raise Http404
    return document


def rendition_of(document: Document) -> Rendition:
    return get_object_or_404(Rendition, document=document)


def served(field: FieldFile, *, content_type: str, name: str, inline: bool = False) -> FileResponse:
    """Bytes that no browser runs, whatever they are."""
    if not field:
        raise Http404
    try:
        file = field.open("rb")
    except FileNotFoundError as error:
        raise Http404 from error
    response = FileResponse(file, as_attachment=not inline, filename=name, content_type=content_type)
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response["X-Content-Type-Options"] = "nosniff"
    response["Cross-Origin-Resource-Policy"] = "same-origin"
    response["Cache-Control"] = "private, no-store"
    return response


class Download(View):
    """What is open to all leaves as the copy without metadata; what is confidential, as it came."""

    http_method_names = ["get", "head"]

    def get(self, request: HttpRequest, key: Any) -> FileResponse:
        document = held(request, key)
        if document.is_confidential:
            field = document.file
            services.downloaded(document, by=request.user)
        else:
            field = rendition_of(document).copy
        return served(field, content_type=document.content_type, name=document.filename)


class Original(View):
    """The file as it was uploaded, for its owner and for those who judge it."""

    http_method_names = ["get", "head"]

    def get(self, request: HttpRequest, key: Any) -> FileResponse:
        document = held(request, key, "documents.open_original_document")
        services.downloaded(document, by=request.user)
        return served(document.file, content_type=document.content_type, name=document.filename)


class Preview(View):
    """Its first page as a picture, or the beginning of its text, on a page of the portal."""

    http_method_names = ["get", "head"]

    def get(self, request: HttpRequest, key: Any) -> HttpResponse:
        document = held(request, key)
        rendition = rendition_of(document)
        if document.is_confidential and not rendition.picture:
            services.downloaded(document, by=request.user, what="preview")
        thing = apps.get_model(document.noun).objects.visible_to(request.user).get(pk=document.object_id)
        context = {
            "document": document,
            "rendition": rendition,
            "text": rendition.words[:SHOWN],
            "is_cut": len(rendition.words) > SHOWN,
            "thing": thing,
            "opens_original": request.user.has_perm("documents.open_original_document", document),
        }
        return render(request, "documents/preview.html", context)


class Picture(View):
    """Drawn by the portal, so shown within its pages: nothing of the file is in it but what can be seen."""

    http_method_names = ["get", "head"]

    def get(self, request: HttpRequest, key: Any) -> FileResponse:
        document = held(request, key)
        rendition = rendition_of(document)
        if document.is_confidential:
            services.downloaded(document, by=request.user, what="preview")
        return served(rendition.picture, content_type="image/webp", name="preview.webp", inline=True)


class Attach(SluggedMixin, ObjectPermissionMixin, FormView):
    """Adds a file to a thing that may be edited now; the room of the thing names its model and permission."""

    form_class = DocumentForm
    template_name = "documents/attach.html"
    object: Any

    def owner_of(self, thing: Any) -> Any:
        """Whose people have the file when it is confidential."""
        return thing.organisation

    def form_valid(self, form: DocumentForm) -> HttpResponse:
        thing = self.object
        try:
            services.attach(
                thing, by=self.request.user, organisation=self.owner_of(thing), **form.cleaned_data
            )
        except ValidationError as error:
            form.add_error("upload", error)
            return self.render_to_response(self.get_context_data(form=form), status=status_of(error, 200))
        messages.success(self.request, _("The file is attached."))
        return redirect(thing.get_absolute_url())

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(**kwargs, thing=self.object)


class Quarantine(LoginRequiredMixin, PermissionRequiredMixin, PartialMixin, ListView):
    """What waits for the scanner, what was found, and what no copy could be made of."""

    permission_required = "documents.view_quarantine"
    raise_exception = False
    template_name = "documents/quarantine.html"
    partial = "files"
    context_object_name = "documents"
    paginate_by = 50

    def handle_no_permission(self):
        if self.request.user.is_authenticated:
            raise PermissionDenied
        return super().handle_no_permission()

    def get_queryset(self):
        rows = (
            Document.objects.in_quarantine()
            .select_related("organisation", "uploaded_by", "rendition")
            .defer("rendition__words")
        )
        return rows.order_by("-uploaded_at", "-pk")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        may_act = self.request.user.has_perm("documents.rescan_document")
        return super().get_context_data(**kwargs, may_act=may_act)


class _Act(LoginRequiredMixin, View):
    """A verb on a document that nobody can open; its outcome is a message on the page it came from."""

    http_method_names = ["post"]
    permission = ""
    done: Any = ""

    def post(self, request: HttpRequest, key: Any) -> HttpResponse:
        document = get_object_or_404(Document, key=key)
        if not request.user.has_perm(self.permission, document):
            if request.user.has_perm("documents.view_document", document):
                raise PermissionDenied
            raise Http404
        try:
            self.act(document)
        except services.NotNow as error:
            messages.error(request, str(error))
        else:
            messages.success(request, self.done)
        return redirect(self.back())

    def act(self, document: Document) -> None:
        raise NotImplementedError

    def back(self) -> str:
        asked = self.request.POST.get("next", "")
        hosts = {self.request.get_host()}
        if url_has_allowed_host_and_scheme(asked, hosts, require_https=self.request.is_secure()):
            return asked
        may_list = self.request.user.has_perm("documents.view_quarantine")
        return reverse("documents:quarantine" if may_list else "workspace")


class Rescan(_Act):
    permission = "documents.rescan_document"

    @property
    def done(self) -> str:
        return _("It is tried again within a minute.")

    def act(self, document: Document) -> None:
        services.rescan(document, by=self.request.user)


class Discard(_Act):
    permission = "documents.discard_document"

    @property
    def done(self) -> str:
        return _("The file is deleted.")

    def act(self, document: Document) -> None:
        services.discard(document, by=self.request.user)
