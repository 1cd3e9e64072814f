"""The web server's door. It stays shut to a database role that is more than the application's."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

application = get_wsgi_application()

from config.checks import speak_once  # noqa: E402

speak_once()
