"""How every form of the site is drawn: Django's renderer with Sayso's field and widget templates."""

from django.forms.renderers import TemplatesSetting


class Renderer(TemplatesSetting):
    """Templates come from templates/django/forms/, so plain ``{{ form }}`` and ``{{ field.as_field_group }}`` are right."""

    form_template_name = "django/forms/div.html"
    field_template_name = "django/forms/field.html"
