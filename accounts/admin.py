from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.auth.admin import UserAdmin
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

from accounts.forms import UserChangeForm, UserCreationForm
from accounts.models import Membership, Organisation, Partnership, Role, User
from accounts.rights import Rights, rights_of, tell, tell_person


class Recorded(admin.ModelAdmin):
    """Writes into the journal whose rights were changed: the administration's own log is no proof."""

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        request.rights_before = rights_of(obj) if change else Rights()  # type: ignore[attr-defined]
        super().save_model(request, obj, form, change)

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        thing, before = form.instance, request.rights_before  # type: ignore[attr-defined]
        verb = "change_rights" if change else "create"
        tell(thing, verb, by=_who(request), before=before, after=rights_of(thing))

    @transaction.atomic
    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        tell(obj, "delete", by=_who(request), before=rights_of(obj), after=Rights())
        super().delete_model(request, obj)

    @transaction.atomic
    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        for thing in queryset.order_by("pk"):
            tell(thing, "delete", by=_who(request), before=rights_of(thing), after=Rights())
        super().delete_queryset(request, queryset)


def _who(request: HttpRequest) -> User:
    """Only who is signed in gets as far as here."""
    person: Any = request.user
    return person


class LabelledFormSet(forms.BaseInlineFormSet):
    """A row of a table has its labels in the head of the column, where no screen reader looks for them."""

    def add_fields(self, form: forms.Form, index: int | None) -> None:
        super().add_fields(form, index)
        for field in form.fields.values():
            widget = getattr(field.widget, "widget", field.widget)  # within what adds links to it
            widget.attrs["aria-label"] = field.label


class MembershipInline(admin.TabularInline):
    model = Membership
    formset = LabelledFormSet
    extra = 0
    autocomplete_fields = ("user", "organisation")


class RolesForm(UserChangeForm):
    roles = forms.MultipleChoiceField(
        label=_("portal roles"), choices=Role, required=False, widget=forms.CheckboxSelectMultiple
    )


@admin.register(User)
class PersonAdmin(Recorded, UserAdmin):
    form, add_form = RolesForm, UserCreationForm
    ordering = ("email",)
    list_display = ("email", "name", "roles", "is_active", "is_superuser")
    list_filter = ("is_active", "is_superuser")
    search_fields = ("email", "name")
    inlines = (MembershipInline,)
    fieldsets = (
        (None, {"fields": ("email", "password", "name", "language")}),
        (_("Rights"), {"fields": ("is_active", "is_staff", "is_superuser", "roles")}),
        (_("Dates"), {"fields": ("last_login", "date_joined")}),
    )
    add_fieldsets = (
        (
            None,
            {"classes": ("wide",), "fields": ("email", "name", "usable_password", "password1", "password2")},
        ),
    )
    filter_horizontal = ()
    readonly_fields = ("last_login", "date_joined")

    def save_model(self, request: HttpRequest, obj: User, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        if change and "email" in form.changed_data:
            tell_person(obj, "change_address", by=_who(request))

    def user_change_password(self, request: HttpRequest, id: str, form_url: str = "") -> HttpResponse:
        """Whoever sets another's password can sign in as them."""
        with transaction.atomic():
            response = super().user_change_password(request, id, form_url)
            if request.method == "POST" and response.status_code == 302:
                tell_person(User.objects.get(pk=id), "change_password", by=_who(request))
        return response


class OrganisationForm(forms.ModelForm):
    website = forms.URLField(label=_("website"), required=False, assume_scheme="https")

    class Meta:
        model = Organisation
        fields = (
            "slug",
            "kind",
            "name_en",
            "name_zh",
            "about_en",
            "about_zh",
            "website",
            "is_confirmed",
        )


@admin.register(Organisation)
class OrganisationAdmin(Recorded):
    form = OrganisationForm
    list_display = ("name_en", "name_zh", "kind", "is_confirmed")
    list_filter = ("kind", "is_confirmed")
    search_fields = ("name_en", "name_zh", "slug")
    prepopulated_fields = {"slug": ("name_en",)}
    inlines = (MembershipInline,)


@admin.register(Partnership)
class PartnershipAdmin(admin.ModelAdmin):
    list_display = ("organisation", "signed_on", "ends_on")
    list_select_related = ("organisation",)
    autocomplete_fields = ("organisation",)
