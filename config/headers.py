"""Headers of every answer: pages, files, static files, errors. What Django's own security middleware does not set."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

# No page of this product asks for any of these; a script that got in could not either.
PERMISSIONS = (
    "accelerometer=(), autoplay=(), browsing-topics=(), camera=(), display-capture=(), encrypted-media=(), fullscreen=(), "
    "geolocation=(), gyroscope=(), magnetometer=(), microphone=(), midi=(), payment=(), picture-in-picture=(), "
    "publickey-credentials-create=(self), publickey-credentials-get=(self), screen-wake-lock=(), serial=(), usb=(), "
    "xr-spatial-tracking=()"
)


class HeadersMiddleware:
    """Nothing of this site is embedded elsewhere, and nothing but its static files is kept by a browser or a proxy (T6)."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        response.headers.setdefault("Permissions-Policy", PERMISSIONS)
        response.headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        is_static = "max-age" in response.get("Cache-Control", "") and not hasattr(request, "session")
        if not is_static and "no-store" not in response.get("Cache-Control", ""):
            response["Cache-Control"] = "no-store"
        return response
