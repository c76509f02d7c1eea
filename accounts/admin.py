from django import forms
from django.contrib import admin
from django.contrib.auth.admin import UserAdmin
from django.utils.translation import gettext_lazy as _

from accounts.forms import UserChangeForm, UserCreationForm
from accounts.models import Membership, Organisation, Partnership, Role, User


class MembershipInline(admin.TabularInline):
    model = Membership
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
