"""Reading in a limited process: types kept, row numbers true, nothing breaks the caller (IMP-02, 05, 29)."""

import json
import random
import subprocess
import sys
import textwrap
import time
from contextlib import suppress
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path

import openpyxl
import pytest
import xlsxwriter
from openpyxl.utils.datetime import CALENDAR_MAC_1904
from rustpy_xlsxwriter import write_worksheet

from lib.spreadsheets import read
from lib.spreadsheets.cells import CellError, as_text, decode_row, encode_row
from lib.spreadsheets.problems import SpreadsheetProblem
from lib.spreadsheets.read import LIMITS, rows, sheets

ROOT = Path(__file__).parents[3]


def code_of(call, *arguments, **options):
    with pytest.raises(SpreadsheetProblem) as caught:
        list(call(*arguments, **options))
    return caught.value.code


def processes_with(text):
    """Command lines of running processes that contain it."""
    found = []
    for entry in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            line = entry.read_bytes().replace(b"\0", b" ").decode(errors="replace")
        except OSError:  # it has just ended
            continue
        if text in line:
            found.append(line)
    return found


def no_process_is_left_with(text):
    """A killed process takes a moment to be gone."""
    for _attempt in range(100):
        if not processes_with(text):
            return True
        time.sleep(0.05)
    return False


# ---------------------------------------------------------------- what is read


@pytest.mark.parametrize("name", ["libreoffice.xlsx", "libreoffice.xls", "libreoffice.ods"])
def test_a_list_of_libreoffice_arrives_with_its_types(files, name):
    found = list(rows(files / name))
    assert found[0][0] == "DANH SÁCH NGƯỜI DÂN PHƯỜNG MẪU"
    assert found[2] == [None] * 6
    assert found[3] == ["STT", "Họ và tên (*)", "Ngày sinh (*)", "Giới tính", "Số CCCD", "Số điện thoại"]
    assert found[4] == [1, "NGUYỄN THỊ LAN", date(1985, 5, 15), "Nữ", "099185001234", "0912345678"]
    assert found[5][2] == date(1972, 4, 3)
    assert found[6] == [3, "Lê Thị Hoà", 1950, "Nữ", None, None]
    assert [(sheet.name, sheet.rows, sheet.columns) for sheet in sheets(files / name)] == [("ds", 7, 6)]


def test_every_type_of_cell_survives_the_pipe(tmp_path):
    path = tmp_path / "kieu.xlsx"
    book = openpyxl.Workbook()
    sheet = book.active
    cells = [
        "027085001234",
        27085001234,
        1.5,
        True,
        False,
        date(1985, 5, 15),
        datetime(2021, 8, 3, 7, 30),
        None,
        " x ",
    ]
    sheet.append([*cells, 'ký tự " \\ và\nxuống dòng'])
    sheet.cell(1, 11, "#N/A").data_type = "e"
    sheet.cell(1, 13, "=1/0")
    book.save(path)
    (found,) = rows(path)
    assert found[:9] == cells
    assert found[9] == 'ký tự " \\ và\nxuống dòng'
    assert found[10] == CellError("#N/A")
    assert [type(cell) for cell in found[:9]] == [
        str,
        float,
        float,
        bool,
        bool,
        date,
        datetime,
        type(None),
        str,
    ]


def test_rows_and_columns_count_from_a1_whatever_is_blank(tmp_path):
    path = tmp_path / "lech.xlsx"
    book = openpyxl.Workbook()
    book.active["C3"] = "góc"
    book.active["C5"] = "cuối"
    book.save(path)
    found = list(rows(path))
    assert len(found) == 5
    assert found[2] == [None, None, "góc"]
    assert found[4] == [None, None, "cuối"]
    assert all(cell is None for row in (found[0], found[1], found[3]) for cell in row)


def test_dates_of_the_1904_system_are_right(tmp_path):
    path = tmp_path / "mac.xlsx"
    book = openpyxl.Workbook()
    book.epoch = CALENDAR_MAC_1904
    book.active["A1"] = date(1985, 5, 15)
    book.save(path)
    assert list(rows(path)) == [[date(1985, 5, 15)]]


def test_merged_titles_stand_in_their_first_cell(tmp_path):
    path = tmp_path / "gop.xlsx"
    book = xlsxwriter.Workbook(str(path))
    sheet = book.add_worksheet("Tổ 5")
    sheet.merge_range("A1:C1", "DANH SÁCH")
    sheet.write_row("A2", ["STT", "Họ và tên", "Năm sinh"])
    book.close()
    assert list(rows(path, "Tổ 5")) == [["DANH SÁCH", None, None], ["STT", "Họ và tên", "Năm sinh"]]


def test_hidden_sheets_are_listed_and_charts_are_not(tmp_path):
    path = tmp_path / "trang.xlsx"
    book = openpyxl.Workbook()
    book.active.title = "Trống"
    hidden = book.create_sheet("Ẩn")
    hidden.append([1])
    hidden.sheet_state = "veryHidden"
    shown = book.create_sheet("Tổ 5 & <6>")
    shown.append(["a", "b"])
    shown.append(["c", "d"])
    book.create_chartsheet("Biểu đồ")
    book.save(path)
    found = sheets(path)
    assert [(sheet.name, sheet.hidden) for sheet in found] == [
        ("Trống", False),
        ("Ẩn", True),
        ("Tổ 5 & <6>", False),
    ]
    assert (found[2].rows, found[2].columns) == (2, 2)
    assert list(rows(path)) == [["a", "b"], ["c", "d"]]  # the first visible one with anything in it
    assert list(rows(path, "Ẩn")) == [[1]]
    assert list(rows(path, "Trống")) == []


def test_a_sheet_that_is_not_there_is_named(files):
    with pytest.raises(SpreadsheetProblem, match="không có trang “Tổ 9”") as caught:
        list(rows(files / "libreoffice.xlsx", "Tổ 9", name="ds_vocuong.xlsx"))
    assert caught.value.code == "no_such_sheet"
    assert "ds_vocuong.xlsx" in caught.value.message
    assert code_of(rows, files / "libreoffice.xlsx", "a\x00b") == "no_such_sheet"


def test_a_workbook_without_any_row_is_empty(tmp_path):
    path = tmp_path / "trong.xlsx"
    openpyxl.Workbook().save(path)
    assert code_of(rows, path) == "empty"


def test_a_preview_stops_early_and_leaves_no_process(tmp_path):
    path = tmp_path / "ds.csv"
    path.write_text("a,b\n" * 50_000, encoding="utf-8")
    assert len(list(rows(path, first=20))) == 20
    stream = rows(path)
    assert next(stream) == ["a", "b"]
    stream.close()
    assert no_process_is_left_with(str(path))


# ---------------------------------------------------------------- limits


@pytest.mark.parametrize("count", [65_536, 1_048_576])
def test_a_csv_that_is_exactly_full_needs_the_expected_total(tmp_path, count):
    path = tmp_path / "ds.csv"
    path.write_text("a\n" * count, encoding="utf-8")
    assert code_of(rows, path) == "row_limit"
    assert sum(1 for _ in rows(path, limit_confirmed=True)) == count
    assert sum(1 for _ in rows(path, first=5)) == 5


def test_a_workbook_that_is_exactly_full_says_so_before_any_row(tmp_path):
    path = tmp_path / "ds.xlsx"
    book = xlsxwriter.Workbook(str(path), {"constant_memory": True})
    sheet = book.add_worksheet("Tổ 5")
    for row in range(65_536):
        sheet.write_number(row, 0, row)
    book.close()
    with pytest.raises(SpreadsheetProblem, match="có đúng 65536 dòng.*có thể đã bị cắt") as caught:
        next(rows(path))
    assert caught.value.code == "row_limit"
    assert sum(1 for _ in rows(path, limit_confirmed=True)) == 65_536


def test_one_row_less_is_not_suspicious(tmp_path):
    path = tmp_path / "ds.csv"
    path.write_text("a\n" * 65_535, encoding="utf-8")
    assert sum(1 for _ in rows(path)) == 65_535


def test_too_many_rows_or_columns_are_refused(tmp_path):
    path = tmp_path / "ds.csv"
    path.write_text("a,b,c\n" * 100, encoding="utf-8")
    assert code_of(rows, path, limits=replace(LIMITS, rows=99)) == "too_many_rows"
    assert code_of(rows, path, limits=replace(LIMITS, columns=2)) == "too_wide"


def test_a_sheet_with_one_far_cell_does_not_take_the_machine(workbook):
    """XFD1048576 alone makes a reader that allocates the rectangle ask for 17 billion cells."""
    far = '<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'
    assert code_of(rows, workbook(rows=far)) in ("too_much_memory", "too_wide")


@pytest.fixture
def heavy(workbook):
    """2.4 million cells: some seconds and some hundred megabytes for whoever reads them."""
    cells = [
        "".join(f"<c><v>{start * 7919 % 1_000_003 + column}</v></c>" for column in range(40))
        for start in range(60_000)
    ]
    return workbook(rows="<row>" + "</row><row>".join(cells) + "</row>")


def test_a_process_out_of_memory_is_a_problem_and_not_a_crash(heavy):
    assert code_of(rows, heavy, limits=replace(LIMITS, memory=90 * 2**20)) == "too_much_memory"


def test_a_process_that_computes_too_long_is_ended(heavy):
    began = time.monotonic()
    assert code_of(rows, heavy, limits=replace(LIMITS, cpu_seconds=1)) == "took_too_long"
    assert time.monotonic() - began < 30


def test_a_process_that_does_not_answer_is_ended_with_its_children(files, tmp_path, monkeypatch):
    stuck = tmp_path / "worker.py"
    child = [sys.executable, "-c", "import time; time.sleep(600)", str(tmp_path)]
    stuck.write_text(f"import subprocess\nsubprocess.run({child!r})\n")
    monkeypatch.setattr(read, "_WORKER", stuck)
    assert (
        code_of(rows, files / "libreoffice.xlsx", limits=replace(LIMITS, wait_seconds=1)) == "took_too_long"
    )
    assert no_process_is_left_with(str(tmp_path))


@pytest.mark.parametrize(
    ("ending", "code"),
    [
        ("os.abort()", "too_much_memory"),
        ("os.kill(os.getpid(), 9)", "took_too_long"),
        ("sys.exit(0)", "reader_failed"),
        ("os.kill(os.getpid(), 11)", "reader_failed"),
    ],
)
def test_an_answer_without_its_end_is_never_taken_for_whole(files, tmp_path, monkeypatch, ending, code):
    dying = tmp_path / "worker.py"
    dying.write_text(f"import os, sys\nprint('[\"a\"]', flush=True)\n{ending}\n")
    monkeypatch.setattr(read, "_WORKER", dying)
    stream = rows(files / "libreoffice.xlsx")
    assert next(stream) == ["a"]
    assert code_of(lambda: stream) == code


def test_the_process_inherits_no_secret_and_cannot_write(files, tmp_path, monkeypatch):
    monkeypatch.setenv("DATABASE_URL", "postgres://secret")
    curious = tmp_path / "worker.py"
    target = tmp_path / "geschrieben"
    curious.write_text(
        textwrap.dedent(
            f"""
            import json, os, sys
            sys.path.insert(0, {str(ROOT)!r})
            from lib.spreadsheets.limits import ReadLimits
            from lib.spreadsheets.worker import _set_limits
            _set_limits(ReadLimits(**json.loads(sys.argv[5])))
            import signal
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
            try:
                with open({str(target)!r}, "w") as file:
                    file.write("x")
                wrote = "yes"
            except OSError:
                wrote = "no"
            print(json.dumps([sorted(os.environ), wrote, os.getpgid(0) == os.getpid(), os.getcwd()]))
            print('{{"end":true}}')
            """
        )
    )
    monkeypatch.setattr(read, "_WORKER", curious)
    ((names, wrote, own_group, folder),) = rows(files / "libreoffice.xlsx")
    assert set(names) <= {"LANG", "LC_CTYPE"}
    assert (wrote, own_group, folder) == ("no", True, "/")


def test_the_worker_limits_itself_before_it_opens_the_file():
    """Run as a script with a file that is not there: by then its limits are in place."""
    arguments = [
        "worker.py",
        "sheets",
        "/nowhere",
        "xlsx",
        "",
        json.dumps({"memory": 2**30, "cpu_seconds": 7}),
    ]
    probe = textwrap.dedent(
        f"""
        import resource, runpy, sys
        sys.argv = {arguments!r}
        try:
            runpy.run_path({str(ROOT / "lib/spreadsheets/worker.py")!r}, run_name="__main__")
        except BaseException as error:
            print(error)
        print("LIMITS", resource.getrlimit(resource.RLIMIT_AS)[0], resource.getrlimit(resource.RLIMIT_CPU)[0])
        """
    )
    done = subprocess.run([sys.executable, "-c", probe], capture_output=True, text=True, check=True)
    assert f"LIMITS {2**30} 7" in done.stdout


@pytest.mark.parametrize("damage", ["sheet", "truncated_part", "shared"])
def test_a_damaged_workbook_is_a_problem_and_not_a_stack_trace(workbook, damage):
    parts = {
        "sheet": {"xl/worksheets/sheet1.xml": "<worksheet><sheetData><row r='x'><c r='1A'"},
        "truncated_part": {"xl/workbook.xml": "<workbook><sheets><sheet"},
        "shared": {
            "xl/worksheets/sheet1.xml": '<worksheet><sheetData><row r="1"><c r="A1" t="s"><v>99</v></c></row>'
        },
    }[damage]
    assert code_of(rows, workbook(parts=parts), "S") in ("damaged", "no_such_sheet", "empty", "reader_failed")


@pytest.mark.parametrize("name", ["libreoffice.xlsx", "libreoffice.ods", "libreoffice.xls"])
def test_rows_of_a_damaged_file_come_or_are_refused_but_never_break(tmp_path, files, name):
    chance = random.Random(name)
    whole = (files / name).read_bytes()
    path = tmp_path / name
    for _attempt in range(12):
        raw = bytearray(whole)
        for _flip in range(chance.randint(1, 8)):
            raw[chance.randrange(len(raw))] = chance.randrange(256)
        path.write_bytes(raw)
        with suppress(SpreadsheetProblem):
            assert all(isinstance(row, list) for row in rows(path))


def test_a_truncated_xls_is_a_problem(files, tmp_path):
    raw = (files / "libreoffice.xls").read_bytes()
    path = tmp_path / "ds.xls"
    path.write_bytes(raw[:3000])
    assert code_of(rows, path) in ("damaged", "not_a_spreadsheet")


@pytest.mark.slow
def test_the_reading_process_stays_small(tmp_path):
    """100,000 rows of 20 columns pass through a process that keeps none of them."""
    path = tmp_path / "ds.xlsx"
    titles = [f"Cột {column}" for column in range(20)]
    write_worksheet(({title: f"{row:08}{title}" for title in titles} for row in range(99_999)), str(path))
    script = (
        "import resource, sys\n"
        "from lib.spreadsheets.read import rows\n"
        "before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss\n"
        "count = sum(1 for _ in rows(sys.argv[1]))\n"
        "print(count, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, str(path)], capture_output=True, text=True, check=True, cwd=ROOT
    )
    count, grown_kib = map(int, done.stdout.split())
    assert count == 100_000
    assert grown_kib < 16 * 1024


@pytest.mark.slow
def test_a_full_sheet_of_libreoffice_in_the_old_format_is_suspicious(tmp_path, libreoffice):
    path = tmp_path / "ds.csv"
    path.write_text("".join(f"{row},Nguyễn Văn An\n" for row in range(65_536)), encoding="utf-8")
    made = libreoffice(path, "xls:MS Excel 97", infilter="CSV:44,34,76,1")
    assert code_of(rows, made) == "row_limit"
    assert sum(1 for _ in rows(made, limit_confirmed=True)) == 65_536


# ---------------------------------------------------------------- cells


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        (None, ""),
        ("a", "a"),
        (27085001234.0, "27085001234"),
        (1.5, "1.5"),
        (3, "3"),
        (1e20, "1e+20"),
        (True, "TRUE"),
        (date(1985, 5, 15), "15/05/1985"),
        (datetime(1985, 5, 15), "15/05/1985"),
        (datetime(1985, 5, 15, 7, 30), "15/05/1985 07:30:00"),
        (CellError("#N/A"), "#N/A"),
    ],
)
def test_a_cell_as_people_see_it(cell, text):
    assert as_text(cell) == text


def test_a_row_is_one_line_and_comes_back_the_same():
    row = [
        'a\nb\u2028\t"\\',
        1,
        1.5,
        True,
        None,
        date(2021, 8, 3),
        datetime(2021, 8, 3, 7),
        CellError("#REF!"),
    ]
    line = encode_row(row)
    assert "\n" not in line
    assert decode_row(line) == row
    assert decode_row(encode_row([""])) == [None]


def test_rows_are_kept_for_a_second_reading_only_when_all_of_them_came(tmp_path):
    path, kept = tmp_path / "list.csv", tmp_path / "list.rows"
    path.write_text("a;b\n1;02/03/2022\n;x\n", encoding="utf-8")
    some = read.rows(path, keep=kept)
    next(some)
    some.close()
    assert list(tmp_path.iterdir()) == [path]
    whole = list(read.rows(path, keep=kept))
    assert list(read.kept_rows(kept)) == whole
    assert kept.stat().st_mode & 0o077 == 0
