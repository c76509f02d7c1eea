from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext_lazy as _
from django.views.generic import FormView, TemplateView, View

from documents.forms import DocumentForm
from documents.models import Document
from documents.views import Attach
from innoportal.lib.views import ObjectPermissionMixin, SluggedMixin
from journal.workflow import IllegalTransition
from wishes import annexes
from wishes.models import Annex, AnnexAcceptance, Wish


class AnnexForm(forms.ModelForm):
    class Meta:
        model = Annex
        fields = ["terms_en", "terms_zh", "text_en", "text_zh"]
        widgets = dict.fromkeys(fields, forms.Textarea(attrs={"rows": 6}))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("terms_zh", "text_zh"):
            self.fields[name].widget.attrs["lang"] = "zh-Hant"
        self.fields["terms_en"].help_text = _(
            "Vendors read the terms before they accept. Other terms than now end every acceptance."
        )

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if not given.get("terms_en") and not given.get("terms_zh"):
            self.add_error("terms_en", _("Say on which terms vendors may read it, in English or Chinese."))
        return given


class FileForm(DocumentForm):
    """Whoever may read the annex may read its files."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        del self.fields["confidential"]

    def clean(self) -> dict[str, Any]:
        return {**(super().clean() or {}), "confidential": False}


class OfWish(SluggedMixin, ObjectPermissionMixin):
    """The annex of a wish that this person may see, if there is one."""

    model = Wish
    request: HttpRequest

    def annex(self) -> Annex:
        rows = Annex.objects.select_related("wish__organisation")
        return get_object_or_404(rows, wish=self.object)


class ReadAnnex(OfWish, TemplateView):
    """Its terms for whoever may answer the wish; what they guard, for who has accepted them."""

    template_name = "wishes/annex.html"
    permission_required = "wishes.view_terms_annex"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        annex, user = self.annex(), self.request.user
        reads = user.has_perm("wishes.view_annex", annex)
        may_change = user.has_perm("wishes.change_annex", self.object)
        rows = AnnexAcceptance.objects.filter(annex=annex).select_related("organisation", "person")
        return super().get_context_data(
            **kwargs,
            wish=self.object,
            annex=annex,
            reads=reads,
            documents=Document.objects.about(annex).readable_by(user).order_by("pk") if reads else [],
            may_change=may_change,
            vendors=annexes.vendors_of(user) if not reads and self.object.is_open_to_offers else [],
            acceptances=rows.order_by("-accepted_at")
            if user.has_perm("wishes.view_acceptances", self.object)
            else [],
        )


class AcceptTerms(OfWish, View):
    http_method_names = ["post"]
    permission_required = "wishes.view_terms_annex"

    def post(self, request: HttpRequest, slug: str) -> HttpResponse:
        vendors = {str(one.pk): one for one in annexes.vendors_of(request.user)}
        version, annex = request.POST.get("version", ""), self.annex()
        if not request.POST.get("agree"):
            messages.error(request, _("Tick that you accept the terms."))
            return redirect(annex)
        try:
            organisation = vendors[request.POST.get("organisation", "")]
            annexes.accept(
                annex,
                by=request.user,
                organisation=organisation,
                version=int(version) if version.isdecimal() else 0,
            )
        except KeyError:
            messages.error(request, _("An approver of a vendor accepts the terms."))
        except (IllegalTransition, ValidationError) as error:
            messages.error(request, " ".join(getattr(error, "messages", [str(error)])))
        else:
            messages.success(request, _("Accepted. Everybody of your organisation can read the annex now."))
        return redirect(annex)


class WriteAnnex(OfWish, FormView):
    template_name = "wishes/annex_form.html"
    permission_required = "wishes.change_annex"
    form_class = AnnexForm

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "instance": Annex.objects.filter(wish=self.object).first()}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(**kwargs, wish=self.object)

    def form_invalid(self, form: Any) -> HttpResponse:
        return self.render_to_response(self.get_context_data(form=form), status=422)

    def form_valid(self, form: Any) -> HttpResponse:
        annex = annexes.write(self.object, by=self.request.user, **form.cleaned_data)
        messages.success(self.request, _("Saved."))
        return redirect(annex)


class AttachToAnnex(Attach):
    model = Annex
    permission_required = "wishes.attach_annex"
    form_class = FileForm

    def get_queryset(self) -> Any:
        return super().get_queryset().select_related("wish__organisation")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """The page names the wish: an annex has neither number nor status."""
        return {**super().get_context_data(**kwargs), "thing": self.object.wish}
