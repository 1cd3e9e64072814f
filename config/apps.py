"""Composition at start-up: which Celery application serves, and that the database role is the right one."""

from django.apps import AppConfig
from django.contrib.admin.apps import AdminConfig


class TungNhaConfig(AppConfig):
    name = "config"
    label = "tungnha"

    def ready(self) -> None:
        from django.db.backends.signals import connection_created

        from config import celery, checks  # noqa: F401

        connection_created.connect(checks.refuse_powerful_role)


class TechnicalAdminConfig(AdminConfig):
    """The admin with the product's own locks, under ky-thuat/."""

    default_site = "wards.technical_admin.TechnicalSite"
