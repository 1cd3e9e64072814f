"""Run as a program, in a process of its own under the production profile: asks for the addresses on standard input and
prints what came back, headers and all, as JSON. Used by `test_headers.py`.
"""

import json
import os
import sys
from pathlib import Path


def main() -> None:
    import django
    from django.conf import settings

    asked = json.load(sys.stdin)
    settings.STATIC_ROOT = Path(asked["static_root"])
    settings.LOGGING = {"version": 1, "root": {"level": "CRITICAL"}}
    django.setup()

    from django.core.management import call_command
    from django.test import Client

    from wards import kept_forms

    call_command("collectstatic", interactive=False, verbosity=0)

    def broken(request):
        raise RuntimeError("asked for by the test")

    kept_forms.kept_for = broken
    host = os.environ["ALLOWED_HOSTS"]
    answers = {}
    for name, (method, address, cookies, data) in asked["requests"].items():
        client = Client(raise_request_exception=False, headers={"Host": host}, enforce_csrf_checks=False)
        for cookie, value in cookies.items():
            client.cookies[cookie] = value
        if address.startswith("static:"):
            from django.templatetags.static import static

            address = static(address.removeprefix("static:"))
        secure = not address.startswith("http:")
        send = client.get if method == "GET" else client.post
        response = send(address.removeprefix("http:"), data, secure=secure)
        answers[name] = {
            "status": response.status_code,
            "headers": {key.lower(): value for key, value in response.headers.items()},
            "cookies": {key: dict(morsel.items()) for key, morsel in response.cookies.items()},
            "body": (b"".join(response.streaming_content) if response.streaming else response.content)[
                :200_000
            ].decode(errors="replace"),
        }
    json.dump(answers, sys.stdout)


if __name__ == "__main__":
    os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
    main()
