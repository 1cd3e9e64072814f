"""EXP-04: two hundred thousand rows are a streamed file in little memory, on as many sheets as they need."""

import json
import subprocess
import sys

import openpyxl
import pytest

from tests.outreach.conftest import crowd

ROWS, PER_SHEET = 200_000, 80_000

# The real columns, sentences and masks over real rows of the database, each of them again and again under other names, as
# fresh objects. What a worker has loaded is loaded, and the kernel says how large it ever was.
WORKER = f"""
import json, re, sys
import django
django.setup()
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from config import celery
from lib import clock
from lib.spreadsheets import write
from outreach import exports, tasks
from outreach.worklists import UNVACCINATED, Selection
from wards.models import User

write.ROWS_PER_SHEET = exports.ROWS_PER_SHEET = {PER_SHEET}
user = User.objects.get(username=sys.argv[1])
known = list(UNVACCINATED.select(user, {{"population": "all"}}, clock.today()).rows())

@contextmanager
def counted_rows(self):
    def rows():
        for n in range({ROWS}):
            row = known[n % len(known)]
            values = row.values | {{"full_name": f"{{row.name}} {{n}}", "phones": [f"09{{n:08}}"]}}
            yield replace(row, values=values)
    yield {ROWS}, rows()

Selection.counted_rows = counted_rows
selection = UNVACCINATED.select(user, {{"population": "all"}}, clock.today())
stamp = exports.Stamp.new(user, clock.now(), "Thử")
rows = exports.write(selection, sys.argv[2], Path(sys.argv[3]), stamp)
peak = int(re.search(r"VmHWM:\\s+(\\d+) kB", Path("/proc/self/status").read_text()).group(1))
print(json.dumps({{"rows": rows, "peak": peak}}))
"""


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("file_format", ["xlsx", "csv"])
def test_exp_04_two_hundred_thousand_rows(officer, ward_a, database_env, tmp_path, file_format):
    crowd([ward_a], 300)
    path = tmp_path / f"list.{file_format}"
    command = [sys.executable, "-c", WORKER, officer.username, file_format, str(path)]
    done = subprocess.run(command, env=database_env, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert told["rows"] == ROWS
    assert told["peak"] < 200 * 1024, f"{told['peak'] // 1024} MiB"
    if file_format == "csv":
        with path.open("rb") as file:
            assert sum(1 for _line in file) >= ROWS + 1
        return
    book = openpyxl.load_workbook(path, read_only=True)
    assert book.sheetnames == ["Danh sách", "Danh sách (2)", "Danh sách (3)"]
    above = [row[0] for row in book.worksheets[0].iter_rows(max_row=5, values_only=True)]
    assert above[2] == "Tổng số: 200.000 người, trong 3 trang tính của tệp này"
    last = 0
    for sheet, rows in zip(book.worksheets, (80_000, 80_000, 40_000), strict=True):
        numbers = [row[0] for row in sheet.iter_rows(min_row=8, max_col=1, values_only=True)]
        assert numbers[:1] == [last + 1]
        assert len(numbers) == rows
        last = numbers[-1]
    book.close()
