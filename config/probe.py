"""Ask /healthz as a container's health check does: exit 0 when healthy. `python -m config.probe [--host web]`"""

import argparse
import http.client
import json
import os
import sys


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument(
        "--reconciled-within", type=float, metavar="SECONDS", help="judge by the reconciler alone"
    )
    arguments = parser.parse_args()
    try:
        status, body = ask(arguments.host, int(os.environ.get("PORT") or 8000))
    except (OSError, ValueError, http.client.HTTPException) as error:
        print(error)
        return 1
    print(json.dumps(body))
    if arguments.reconciled_within is None:
        return 0 if status == 200 else 1
    ago = body.get("reconciler_seconds_ago")
    return 0 if ago is not None and ago <= arguments.reconciled_within else 1


def ask(host: str, port: int) -> tuple[int, dict]:
    """The answer's status and body. The web server knows itself by the first of ALLOWED_HOSTS only."""
    served_as = (os.environ.get("ALLOWED_HOSTS") or "localhost").split(",")[0].strip().lstrip(
        ".*"
    ) or "localhost"
    connection = http.client.HTTPConnection(host, port, timeout=8)
    try:
        connection.request("GET", "/healthz", headers={"Host": served_as, "X-Forwarded-Proto": "https"})
        response = connection.getresponse()
        return response.status, json.loads(response.read(4000))
    finally:
        connection.close()


if __name__ == "__main__":
    sys.exit(main())
