"""The terms of the glossary: the list, and the form that shows what would change before it saves."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import FormView, ListView, TemplateView

from accounts.models import User
from innoportal.lib.counting import CappedPaginator
from innoportal.lib.views import ObjectPermissionMixin, PartialMixin
from journal.models import Entry
from journal.workflow import IllegalTransition
from matching import services, term_words
from matching.engine.glossary import Concept, Glossary, shipped
from matching.engine.terms import faults
from matching.forms import TermForm, TermListForm
from matching.models import Term
from matching.models.terms import hash_of, searchable
from matching.services import glossaries
from matching.views.foresight import Preview
from matching.views.queue import SignedInPermission

LATEST = 20  # entries of a term's history


@dataclass(frozen=True)
class Row:
    """A concept as the list shows it; `term` is None for one of the engine's own."""

    concept: Concept
    label: str
    term: Term | None
    is_replaced: bool = False  # one of the engine's, in whose place a term stands
    replaces: bool = False


class Terms(SignedInPermission, PartialMixin, ListView):
    permission_required = "matching.view_term"
    template_name = "matching/terms.html"
    partial = "results"
    paginate_by = 25

    def get_queryset(self):
        self.form = TermListForm(self.request.GET)
        self.form.is_valid()
        words = self.form.cleaned_data.get("q", "").replace("\0", " ").strip()
        if self.form.cleaned_data.get("show") == "engine":
            return [one for one in shipped().concepts.values() if is_like(one, words)]
        rows = Term.objects.visible_to(self.request.user)
        found = rows.named_like(words) if words else rows
        return found.select_related("changed_by").order_by("-is_active", "key")

    def get_paginator(self, queryset, per_page, **kwargs):
        if isinstance(queryset, list):
            return Paginator(queryset, per_page, **kwargs)
        return CappedPaginator(queryset, per_page, counted=queryset, **kwargs)

    def get_context_data(self, **kwargs):
        context = super().get_context_data(**kwargs)
        page = list(context["page_obj"])
        may_edit = self.request.user.has_perm("matching.edit_term")
        return {**context, "rows": rows_of(page), "form": self.form, "may_edit": may_edit}


def is_like(concept: Concept, words: str) -> bool:
    names = "\n".join((*concept.english, *concept.chinese))
    return not words or words.lower() in concept.id or searchable(words) in searchable(names)


def rows_of(page: list[Any]) -> list[Row]:
    """Rows of terms, or of the engine's own concepts with the terms that stand in their place."""
    own = shipped().concepts
    if page and isinstance(page[0], Concept):
        terms = {term.key: term for term in Term.objects.filter(key__in=[one.id for one in page])}
        return [
            Row(one, term_words.label(one), terms.get(one.id), bool((t := terms.get(one.id)) and t.is_active))
            for one in page
        ]
    return [
        Row(term.concept, term_words.label(term.concept), term, replaces=term.key in own) for term in page
    ]


class TermPage(SignedInPermission, FormView):
    """A form that saves only what was shown: `seen` is the mark of the preview that was."""

    template_name = "matching/term_form.html"
    form_class = TermForm
    term: Term | None = None

    def form_valid(self, form):
        concept = form.concept()
        before = glossaries.current(max_age=0)
        if self.blocked(form, before.glossary):
            return self.form_invalid(form)
        mark = mark_of(before.fingerprint, concept)
        if "save" in self.request.POST and self.request.POST.get("seen") == mark:
            return self.saved(form, concept)
        if "save" in self.request.POST:
            messages.warning(self.request, _("Look at what would change now, then save."))
        after = self.after(before.glossary, concept)
        preview = Preview.of(services.foresee(before.glossary, after, concept.id), before.glossary, after)
        return self.render_to_response(self.get_context_data(form=form, preview=preview, seen=mark))

    def form_invalid(self, form):
        return self.render_to_response(self.get_context_data(form=form), status=422)

    def blocked(self, form: TermForm, before: Glossary) -> bool:
        """Whether the engine would refuse it; what is wrong is written beside the fields."""
        concept = form.concept()
        if self.term is None and Term.objects.filter(key=concept.id).exists():
            form.add_error("key", str(term_words.TAKEN_KEY) % {"name": concept.id})
            return True
        after = before.with_terms([concept])
        add_faults(form, {0: faults(concept, after)}, after)
        return bool(form.errors)

    def after(self, before: Glossary, concept: Concept) -> Glossary:
        is_read = self.term is None or self.term.is_active
        return before.with_terms([concept]) if is_read else before

    def saved(self, form: TermForm, concept: Concept) -> HttpResponse:
        try:
            self.save(concept, form.cleaned_data["note"])
        except services.Faulty as error:  # someone was quicker
            add_faults(form, error.found, glossaries.current(max_age=0).glossary)
            return self.form_invalid(form)
        messages.success(self.request, _("Saved. Texts that name it are being read and matched anew."))
        return HttpResponseRedirect(f"{reverse('matching:terms')}?q={concept.id}")

    def save(self, concept: Concept, note: str) -> None:
        raise NotImplementedError


class AddTerm(TermPage):
    """A new concept, or with `?from=key` one of the engine's own with other names."""

    permission_required = "matching.add_term"

    def get_initial(self):
        concept = shipped().concepts.get(self.request.GET.get("from", ""))
        return fields_of(concept) if concept else {}

    def save(self, concept: Concept, note: str) -> None:
        services.add_term(concept, by=cast(User, self.request.user), note=note)


class OfTerm:
    """One term by its key, for those who may read the list."""

    request: HttpRequest
    kwargs: dict[str, Any]

    def get_object(self) -> Term:
        return get_object_or_404(Term.objects.visible_to(self.request.user), key=self.kwargs["key"])


class EditTerm(OfTerm, ObjectPermissionMixin, TermPage):
    permission_required = "matching.edit_term"

    def has_permission(self) -> bool:
        is_allowed = super().has_permission()
        self.term = getattr(self, "object", None)
        return is_allowed

    def get_form_kwargs(self):
        return {**super().get_form_kwargs(), "fixed_key": cast(Term, self.term).key}

    def get_initial(self):
        term = cast(Term, self.term)
        return {**fields_of(term.concept), "note": term.note}

    def get_context_data(self, **kwargs):
        return super().get_context_data(**kwargs, term=self.term, entries=history(cast(Term, self.term)))

    def save(self, concept: Concept, note: str) -> None:
        services.edit_term(cast(Term, self.term), concept, by=cast(User, self.request.user), note=note)


class SwitchTerm(OfTerm, ObjectPermissionMixin, TemplateView):
    """Takes a term out of use or puts it back, once it has shown what that would change."""

    template_name = "matching/term_switch.html"
    object: Term
    verb: str
    done: Any
    needless: Any  # what is said when it is so already

    def after(self, before: Glossary) -> Glossary:
        raise NotImplementedError

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if self.object.is_active == (self.verb == "activate"):
            messages.info(request, self.needless)
            return HttpResponseRedirect(self.object.get_absolute_url())
        return super().get(request, *args, **kwargs)

    def get_context_data(self, **kwargs):
        before = glossaries.current(max_age=0).glossary
        after = self.after(before)
        key = self.object.key
        wrong = faults(after.concepts[key], after) if key in after.concepts else []
        preview = None if wrong else Preview.of(services.foresee(before, after, key), before, after)
        return super().get_context_data(
            **kwargs,
            term=self.object,
            verb=self.verb,
            label=term_words.label(self.object.concept),
            faults=[term_words.fault(one, after) for one in wrong],
            preview=preview,
            entries=history(self.object),
        )

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            getattr(services, f"{self.verb}_term")(self.object, by=request.user)
        except IllegalTransition as error:
            messages.error(request, str(error))
        except services.Faulty as error:
            glossary = self.after(glossaries.current(max_age=0).glossary)
            for one in error.found[0]:
                messages.error(request, term_words.fault(one, glossary))
        else:
            messages.success(request, self.done)
        return HttpResponseRedirect(self.object.get_absolute_url())


class DeactivateTerm(SwitchTerm):
    permission_required = "matching.deactivate_term"
    verb = "deactivate"
    done = gettext_lazy("Out of use. Texts that name it are being read and matched anew.")
    needless = gettext_lazy("This term is not in use.")

    def after(self, before: Glossary) -> Glossary:
        return services.without(before, self.object.key)


class ActivateTerm(SwitchTerm):
    permission_required = "matching.activate_term"
    verb = "activate"
    done = gettext_lazy("In use again. Texts that name it are being read and matched anew.")
    needless = gettext_lazy("This term is in use already.")

    def after(self, before: Glossary) -> Glossary:
        return before.with_terms([self.object.concept])


def mark_of(fingerprint: str, concept: Concept) -> str:
    """Of a concept and of the glossary that it would join: with either changed, the preview is old."""
    return hashlib.sha256(f"{fingerprint} {hash_of(concept)}".encode()).hexdigest()[:16]


def fields_of(concept: Concept) -> dict[str, Any]:
    return {
        "key": concept.id,
        "english": concept.english,
        "chinese": concept.chinese,
        "simplified": concept.simplified,
    }


def add_faults(form: TermForm, found: Mapping[int, list[Any]], glossary: Glossary) -> None:
    for one in found.get(0, []):
        form.add_error(one.field if one.field in form.fields else None, term_words.fault(one, glossary))


def history(term: Term) -> list[dict[str, Any]]:
    """The latest of what happened to a term, oldest first."""
    latest = Entry.objects.about(term).order_by("-at", "-pk")[:LATEST]
    return [
        {"at": one.at, "title": term_words.VERBS.get(one.verb, one.verb), "actor_name": one.actor_name}
        for one in reversed(latest)
    ]
