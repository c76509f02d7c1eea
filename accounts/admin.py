from django import forms
from django.contrib import admin
from django.contrib.auth.admin import UserAdmin
from django.utils.translation import gettext_lazy as _

from accounts.forms import UserChangeForm, UserCreationForm
from accounts.models import Membership, Organisation, Partnership, Role, User


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
class PersonAdmin(UserAdmin):
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
class OrganisationAdmin(admin.ModelAdmin):
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
