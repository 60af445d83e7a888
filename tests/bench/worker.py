"""Django for a Celery worker of the bench: the settings come with the environment that started it."""

import django

django.setup()
