"""What one piece of work takes in a fresh process: run as `python -m bench.probe WORK ARGUMENT…`, answers JSON.

Each process does one thing, so that nothing that was freed, cached or laid out before hides anything. The peak is the
kernel's own (VmHWM), which begins anew with every program.
"""

import json
import pickle
import re
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import IO

Work = Callable[[], object]


def fresh(work: str, *arguments: object, environ: dict[str, str] | None = None) -> dict[str, float]:
    """The answer of a fresh process: `before`, `peak`, `children` (the largest child's peak), all in MiB, and `cpu`, the
    seconds of the work."""
    command = [sys.executable, "-m", "bench.probe", work, *map(str, arguments)]
    root = Path(__file__).resolve().parent.parent
    done = subprocess.run(command, cwd=root, env=environ, capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError(done.stderr)
    answer: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return answer


def xlsx(count: str) -> Work:
    """Write a list of `count` rows that come from a generator, as they do from the database."""
    from bench import people
    from lib.spreadsheets.write import write_xlsx

    wards = [("09190", "Võ Cường")]

    def write(rows: int) -> None:
        with tempfile.NamedTemporaryFile(suffix=".xlsx") as file:
            write_xlsx(file.name, people.COLUMNS, people.people(rows, wards))

    write(10)  # what is loaded once is no growth
    return lambda: write(int(count))


def calamine(path: str) -> Work:
    """Read every row with python-calamine, keeping none."""
    from bench.anchors import calamine_read

    return lambda: sum(1 for _ in calamine_read.rows(Path(path)))


def parse(path: str) -> Work:
    """Read every row as an import does, which is in a child of its own."""
    from lib.spreadsheets import read

    return lambda: sum(1 for _ in read.rows(Path(path)))


def upload(path: str, username: str) -> Work:
    """What a web process does with an uploaded file: the page's own POST."""
    import django

    django.setup()
    from django.test import Client
    from django.urls import reverse

    from wards.models import User

    client = Client()
    client.force_login(User.objects.get(username=username))
    address = reverse("wards:import-list")
    client.get(address)

    # as a web server hands it on: nobody holds the request in memory
    body = tempfile.TemporaryFile()  # noqa: SIM115
    _write_form(body, Path(path))

    def send() -> None:
        size = body.tell()
        body.seek(0)
        answer = client.generic(
            "POST",
            address,
            **{  # type: ignore[arg-type]
                "wsgi.input": body,
                "CONTENT_LENGTH": str(size),
                "CONTENT_TYPE": f"multipart/form-data; boundary={BOUNDARY}",
            },
        )
        assert answer.status_code == 302, answer.content.decode()

    return send


def paper(data: str, out: str) -> Work:
    """Make a PDF of a printed list's data with typst."""
    from outreach import documents

    content, at = pickle.loads(Path(data).read_bytes())  # written by measures/papers.py a moment ago
    small = content | {"groups": [], "last": [], "total": 0}
    documents.pdf(
        "named_list.typ", small, made_at=at
    )  # fonts and template are read once in the life of a process
    return lambda: Path(out).write_bytes(documents.pdf("named_list.typ", content, made_at=at))


BOUNDARY = "tung-nha-bench"


def _write_form(body: IO[bytes], path: Path) -> None:
    head = (
        f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="source"\r\n\r\nresidents\r\n--{BOUNDARY}\r\n'
    )
    head += f'Content-Disposition: form-data; name="file"; filename="{path.name}"\r\n\r\n'
    body.write(head.encode())
    with path.open("rb") as file:
        shutil.copyfileobj(file, body)
    body.write(f"\r\n--{BOUNDARY}--\r\n".encode())


WORKS = {work.__name__: work for work in (xlsx, calamine, parse, upload, paper)}


def main() -> None:
    name, *arguments = sys.argv[1:]
    work = WORKS[name](*arguments)
    before, began = _peak(), time.process_time()
    work()
    cpu = time.process_time() - began
    children = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    print(json.dumps({"before": before, "peak": _peak(), "children": children, "cpu": cpu}))


def _peak() -> float:
    found = re.search(r"VmHWM:\s+(\d+) kB", Path("/proc/self/status").read_text())
    assert found
    return int(found[1]) / 1024


if __name__ == "__main__":
    main()
