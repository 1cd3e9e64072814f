"""Composition at start-up: which Celery application serves, and that the database role is the right one."""

from django.apps import AppConfig


class TungNhaConfig(AppConfig):
    name = "config"
    label = "tungnha"

    def ready(self) -> None:
        from config import celery, checks  # noqa: F401
