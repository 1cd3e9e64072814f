"""The help page: what the reader's role is for, how each of its tasks is done, what the words on a list mean."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from outreach import help as topics
from wards.views.official import OfficialRequest


@require_safe
def help_page(request: OfficialRequest) -> HttpResponse:
    context = {
        "about": topics.about(request.user),
        "tasks": topics.tasks_of(request.user),
        "meanings": topics.meanings(request.user),
    }
    return render(request, "outreach/help.html", context)
