from django import template

from innoportal.lib.fields import field_group

register = template.Library()
register.simple_tag(field_group)
