"""A page and its fragment share one URL: htmx asks for the fragment, everybody else gets the page."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.cache import patch_vary_headers

WANTS_PAGE = ("HX-Boosted", "HX-History-Restore-Request")


def wants_fragment(request: HttpRequest) -> bool:
    """Whether the answer is to be swapped into a page that is already there."""
    return "HX-Request" in request.headers and not any(name in request.headers for name in WANTS_PAGE)


def render_page(
    request: HttpRequest, page: str, context: dict, *, fragment: str, status: int = 200
) -> HttpResponse:
    """Answer with `fragment` to htmx and with `page` (which includes the fragment) to anybody else."""
    response = render(request, fragment if wants_fragment(request) else page, context, status=status)
    patch_vary_headers(response, ["HX-Request", *WANTS_PAGE])
    return response
