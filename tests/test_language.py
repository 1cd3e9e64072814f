"""English beside Vietnamese: the catalogue is whole, compiled and true to its placeholders, and pages do not mix languages.

When a test here names a sentence: `make messages`, translate it in locale/en/LC_MESSAGES/django.po, `make messages` again.
"""

import ast
import gettext
import html
import re
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path

import pytest
from django.template.base import Lexer, TokenType
from django.test import Client
from django.urls import reverse
from django.utils.translation.template import block_re, inline_re, plural_re

from lib.clock import VIETNAM, real_now
from tests import factories
from tests.test_access import file_under_review
from vaccination import forecasts
from wards import demo_cards, installation
from wards.imports import batches, steps
from wards.models import Condition, Installation, ResidentCondition
from wards.roles import Role

ROOT = Path(__file__).resolve().parent.parent
CATALOGUE = ROOT / "locale" / "en" / "LC_MESSAGES" / "django.po"
NOT_OURS = {".venv", ".venv-bench", "var", "node_modules", "tests", "locale", "staticfiles", "build"}
MARKERS = {
    "_",
    "gettext",
    "gettext_lazy",
    "gettext_noop",
    "ngettext",
    "ngettext_lazy",
    "pgettext",
    "pgettext_lazy",
}
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|{\w*}|%%")
VIETNAMESE = re.compile(
    r"[ăâđêôơưàáảãạằắẳẵặầấẩẫậèéẻẽẹềếểễệìíỉĩịòóỏõọồốổỗộờớởỡợùúủũụừứửữựỳýỷỹỵ]", re.IGNORECASE
)


def sources(pattern: str) -> list[Path]:
    found = [path for path in ROOT.rglob(pattern) if not NOT_OURS & set(path.relative_to(ROOT).parts)]
    assert found
    return sorted(found)


# ---------------------------------------------------------------- reading the catalogue and the sources


def entries(path: Path) -> list[dict[str, str]]:
    """The entries of a .po file by keyword: msgctxt, msgid, msgid_plural, msgstr or msgstr[0], msgstr[1], flags."""
    found = []
    for block in path.read_text(encoding="utf-8").split("\n\n"):
        entry: dict[str, str] = {"flags": ""}
        keyword = ""
        for line in block.splitlines():
            if line.startswith("#,"):
                entry["flags"] += line
            elif line.startswith('"'):
                entry[keyword] += ast.literal_eval(line)
            elif line and not line.startswith("#"):
                keyword, _, text = line.partition(" ")
                entry[keyword] = ast.literal_eval(text)
        if "msgid" in entry:
            found.append(entry)
    return found


def key_of(entry: dict[str, str]) -> str:
    """As compiled catalogues write it: the context, EOT, the sentence."""
    return f"{entry['msgctxt']}\x04{entry['msgid']}" if "msgctxt" in entry else entry["msgid"]


def translations(entry: dict[str, str]) -> list[str]:
    return [text for keyword, text in entry.items() if keyword.startswith("msgstr")]


ENTRIES = [entry for entry in entries(CATALOGUE) if entry["msgid"]]
TRANSLATED = {
    key_of(entry) for entry in ENTRIES if all(translations(entry)) and "fuzzy" not in entry["flags"]
}


def in_python(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if not isinstance(node, ast.Call):
            continue
        name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        texts = [a.value for a in node.args if isinstance(a, ast.Constant) and isinstance(a.value, str)]
        if name in MARKERS and texts:
            yield "\x04".join(texts[:2]) if name.startswith("pgettext") else texts[0]


def in_template(path: Path) -> Iterator[str]:
    """{% translate %}, {% blocktranslate %} and _("…") inside tags and variables, as Django itself reads them."""
    block: list[str] | None = None
    ends = False
    for token in Lexer(path.read_text(encoding="utf-8")).tokenize():
        is_block = token.token_type == TokenType.BLOCK
        if block is not None:
            if is_block and token.contents.startswith("endblocktrans"):
                yield "".join(block)
                block = None
            elif is_block and plural_re.match(token.contents):
                ends = True
            elif not ends:
                is_variable = token.token_type == TokenType.VAR
                block.append(f"%({token.contents})s" if is_variable else token.contents.replace("%", "%%"))
            continue
        if is_block and block_re.match(token.contents):
            block, ends = [], False
        elif is_block and (found := inline_re.match(token.contents)):
            text = found[1][1:-1].replace("%", "%%")
            context = re.search(r"""context\s+["']([^"']+)["']""", token.contents)
            yield f"{context[1]}\x04{text}" if context else text
        if token.token_type in (TokenType.BLOCK, TokenType.VAR):
            yield from re.findall(r"""_\(["']([^"']+)["']\)""", token.contents)


def marked() -> dict[str, str]:
    """Every sentence that the sources mark for translation, with a file that has it."""
    found = {text: str(path) for path in sources("*.py") for text in in_python(path)}
    templates = [*sources("*.html"), *(ROOT / "templates").rglob("*.txt")]
    return found | {text: str(path) for path in templates for text in in_template(path)}


# ---------------------------------------------------------------- the catalogue


def test_every_marked_sentence_has_an_english_translation():
    found = marked()
    assert len(found) > 800, "the sources are not read any more"
    lacking = {text: path for text, path in found.items() if text and text not in TRANSLATED}
    assert not lacking, lacking


def test_the_catalogue_holds_nothing_that_no_source_says():
    assert not {key_of(entry) for entry in ENTRIES} - set(marked())


def test_the_compiled_catalogue_is_the_one_in_words():
    with CATALOGUE.with_suffix(".mo").open("rb") as file:
        compiled = gettext.GNUTranslations(file)
    assert compiled.info()["language"] == "en"
    assert "nplurals=2" in compiled.info()["plural-forms"]
    held = {key: text for key, text in compiled._catalog.items() if key}  # type: ignore[attr-defined]
    written: dict = {}
    for entry in ENTRIES:
        if "msgid_plural" in entry:
            written |= {(key_of(entry), n): text for n, text in enumerate(translations(entry))}
        else:
            written[key_of(entry)] = entry["msgstr"]
    assert held == written


def test_a_translation_has_the_placeholders_of_its_sentence():
    def placeholders(text: str) -> list[str]:
        return sorted(PLACEHOLDER.findall(text))

    for entry in ENTRIES:
        for text in translations(entry):
            assert placeholders(text) == placeholders(entry["msgid"]), entry["msgid"]
            assert text[:1].isspace() == entry["msgid"][:1].isspace(), entry["msgid"]
            assert text[-1:].isspace() == entry["msgid"][-1:].isspace(), entry["msgid"]
            assert re.findall(r"</?\w+>", text) == re.findall(r"</?\w+>", entry["msgid"]), entry["msgid"]


# Names of things that stand in Vietnamese in an English sentence: the product, a place, a heading of a file, a decree.
KEPT = ("Từng Nhà", "Trung tâm Y tế", "Võ Cường", "Lỗi", "QĐ-BYT")


def test_a_translation_is_english():
    for entry in ENTRIES:
        for text in translations(entry):
            for name in KEPT:
                text = text.replace(name, "")
            assert not VIETNAMESE.search(text), entry["msgid"]


def test_no_sentence_is_translated_once_for_all_when_its_module_is_read():
    """`gettext` outside a function speaks the language of the start, whoever reads: it has to be `gettext_lazy`."""
    at_once = []
    for path in sources("*.py"):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        eager = {
            alias.asname or alias.name
            for node in ast.walk(tree)
            if isinstance(node, ast.ImportFrom) and node.module == "django.utils.translation"
            for alias in node.names
            if alias.name in ("gettext", "ngettext", "pgettext")
        }
        at_once += [f"{path}:{node.lineno}" for node in _outside_functions(tree) if _is_call_of(node, eager)]
    assert not at_once


def test_no_lazy_sentence_is_filled_in_when_its_module_is_read():
    """`gettext_lazy(…) % {…}` outside a function is a text in the language of the start."""
    lazy = {name for name in MARKERS if name.endswith("_lazy")} | {"_"}
    filled = []
    for path in sources("*.py"):
        for node in _outside_functions(ast.parse(path.read_text(encoding="utf-8"))):
            parts = [node.left, node.right] if isinstance(node, ast.BinOp) else []
            if isinstance(node, ast.JoinedStr):
                parts = [part.value for part in node.values if isinstance(part, ast.FormattedValue)]
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
                parts = [node.func.value]
            filled += [f"{path}:{part.lineno}" for part in parts if _is_call_of(part, lazy)]
    assert not filled


def _outside_functions(node: ast.AST) -> Iterator[ast.AST]:
    for child in ast.iter_child_nodes(node):
        if not isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            yield child
            yield from _outside_functions(child)


def _is_call_of(node: ast.AST, names: set[str]) -> bool:
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in names


# ---------------------------------------------------------------- pages

TAG = re.compile(r"<(script|style|template)\b.*?</\1>|<[^>]+>", re.DOTALL)
SPOKEN = re.compile(r'(?:aria-label|title|placeholder|data-label|alt)="([^"]*)"')


@pytest.fixture
def city(db):
    row = Installation.objects.create(
        city_name="Thành phố Bắc Ninh",
        is_demo=True,
        words={"health_centre": "Trung tâm Y tế thành phố Bắc Ninh"},
        clock_offset=datetime(2022, 2, 5, 8, tzinfo=VIETNAM) - real_now(),
    )
    installation.forget()
    yield row
    installation.forget()


@pytest.fixture
def lan(city):
    """72 years old, with diabetes, the second dose overdue; in the first ward."""
    ward = factories.make_ward()
    home = factories.make_household(
        ward, neighbourhood=factories.make_neighbourhood(ward, "Bồ Sơn"), house_number="14", street="Phố Thử"
    )
    person = factories.make_resident(ward, name="Nguyễn Thị Lan", born="1949-03-01", sex="F", household=home)
    factories.make_dose(person, "AZ", "2021-06-01")
    ResidentCondition.objects.create(resident=person, ward=ward, condition=Condition.objects.get(number=1))
    forecasts.refresh_residents([person.pk], date(2022, 2, 5))
    return person


@pytest.fixture
def nurse(lan):
    user = factories.make_user([Role.HEALTH_CENTRE, Role.STATION], lan.ward, full_name="Trần Thị Cán Bộ")
    user.set_password("một mật khẩu dài")
    user.save()
    return user


def in_english(user=None) -> Client:
    client = Client()
    if user is not None:
        client.force_login(user)
    client.post(reverse("set_language"), {"language": "en", "next": "/"})
    return client


def words_of(response) -> str:
    """What a reader, or a screen reader, gets of a page."""
    body = response.content.decode()
    return html.unescape(" ".join([TAG.sub(" ", body), *SPOKEN.findall(body)]))


def data_of(lan, nurse) -> list[str]:
    """Words that are data, in whatever language they were written; the longest first."""
    words = installation.DEFAULT_WORDS.values()
    home = lan.household
    said = [
        lan.full_name,
        nurse.full_name,
        home.street,
        home.neighbourhood.name,
        lan.ward.full_name,
        lan.ward.name,
    ]
    said += [
        "Từng Nhà",
        "QĐ-BYT",
        "Tiếng Việt",
        "Ngôn ngữ",
        "Thành phố Bắc Ninh",
        "Trung tâm Y tế thành phố Bắc Ninh",
        "Nguyễn Văn An",  # the example of a list of officials
        "TRẦN THỊ BÌNH",
        *words,
    ]
    return sorted(
        {form for word in said for form in (word, word.capitalize(), word[:1].lower() + word[1:])},
        key=len,
        reverse=True,
    )


def pages(lan) -> dict[str, str]:
    household = [lan.household_id]
    person = [lan.pk]
    return {
        "today": reverse("outreach:today"),
        "list": reverse("outreach:worklist") + "?ward=" + lan.ward.code,
        "counts": reverse("outreach:worklist"),
        "take out": reverse("outreach:worklist-export"),
        "person": reverse("outreach:resident-detail", args=person),
        "dose": reverse("vaccination:dose-create", args=person),
        "history": reverse("vaccination:dose-history", args=person),
        "infection": reverse("vaccination:infection-create", args=person),
        "screening": reverse("vaccination:screening-create", args=person),
        "people": reverse("wards:resident-list"),
        "edit": reverse("wards:resident-edit", args=person),
        "move": reverse("wards:resident-move", args=person),
        "household": reverse("wards:household-detail", args=household),
        "add": reverse("wards:resident-add", args=household),
        "files": reverse("wards:import-list"),
        "log": reverse("wards:access-log"),
        "accounts": reverse("wards:account-list"),
        "open account": reverse("wards:account-add"),
        "password": reverse("account_change_password"),
        "two steps": reverse("mfa_index"),
        "password again": reverse("account_reauthenticate"),
        "help": reverse("outreach:help"),
        "saved filters": reverse("outreach:saved-filter-list"),
        "files of lists": reverse("outreach:export-list"),
        "transfers": reverse("wards:transfer-list"),
        "log of changes": reverse("wards:access-log") + "?tab=changed",
        "paste accounts": reverse("wards:account-paste"),
        "my account": reverse("my-account"),
        "access keys": reverse("api-token-list"),
        "rules": reverse("vaccination:rules"),
    }


def vietnamese_of(response, data: list[str]) -> list[str]:
    """What is left of a page in Vietnamese when its data is taken away."""
    assert response.status_code == 200
    assert '<html lang="en">' in response.content.decode()
    text = words_of(response)
    for word in data:
        text = text.replace(word, "")
    return [part.strip() for part in re.split(r"\s{2,}|\n", text) if VIETNAMESE.search(part)]


def test_an_english_page_has_no_vietnamese_but_data(lan, nurse):
    client = in_english(nurse)
    left = {
        name: vietnamese_of(client.get(address), data_of(lan, nurse)) for name, address in pages(lan).items()
    }
    assert not {name: words for name, words in left.items() if words}


def test_a_form_with_errors_and_a_search_speak_english_too(lan, nurse):
    client = in_english(nurse)
    dose = reverse("vaccination:dose-create", args=[lan.pk])
    answers = {
        "dose": client.post(dose, {"given": "06/02/2022", "product": "AZ"}),
        "person": client.post(reverse("wards:resident-add", args=[lan.household_id]), {"born": "31/02/1960"}),
        "search": client.post(reverse("wards:resident-search"), {"q": "khong co"}),
        "list": client.post(reverse("outreach:worklist"), {"q": "Lan"}),
    }
    for name, response in answers.items():
        response.status_code = 200  # errors answer with a status of their own
        assert not vietnamese_of(response, data_of(lan, nurse)), name


def test_a_file_is_reviewed_in_english(lan, nurse):
    batch_id = file_under_review(lan.ward, "Bromua")
    client = in_english(nurse)
    names = ("Lê Thị", "Trần Thị", "Bùi Thị", "Cán bộ", "9 phố", "9 Phố")
    data = [f"{name} Bromua" for name in names]
    data += ["hôm qua", "Họ và tên", "Ngày sinh", "“Lỗi”"]
    page = reverse("wards:import-detail", args=[batch_id])
    for outcome in ("new", "errors", "duplicate_review"):
        response = client.get(page, {"loai": outcome})
        assert not vietnamese_of(response, sorted(data + data_of(lan, nurse), key=len, reverse=True)), outcome
    assert "Not a date" in words_of(client.get(page, {"loai": "errors"}))


def test_the_columns_of_a_file_are_chosen_in_english(lan, nurse):
    batch = file_of_columns(lan.ward, nurse)
    response = in_english(nurse).get(reverse("wards:import-detail", args=[batch.pk]))
    data = ["Họ và tên", "Ngày sinh", "Địa chỉ", "Nguyễn Thị Lan", "14 phố Thử", *data_of(lan, nurse)]
    assert not vietnamese_of(response, data)
    assert "7 March 1950" in words_of(response)
    assert "Date of birth" in words_of(response)


def file_of_columns(ward, by):
    lines = ["Họ và tên;Ngày sinh;Địa chỉ", "Nguyễn Thị Lan;07/03/1950;14 phố Thử"]
    batch = batches.receive_file(
        by=by, source="residents", chunks=["\n".join(lines).encode()], original_name="ds.csv", unit=ward
    )
    steps.work(batch.pk)
    batch.refresh_from_db()
    assert batch.state == "mapping"
    return batch


# ---------------------------------------------------------------- whose language


@pytest.mark.parametrize("asked", ["", "en", "en-GB,en;q=0.9", "fr"])
def test_pages_are_vietnamese_until_somebody_chooses_otherwise(city, asked):
    response = Client().get(reverse("account_login"), headers={"Accept-Language": asked} if asked else {})
    assert response.headers["Content-Language"] == "vi"
    assert '<html lang="vi">' in response.content.decode()
    assert "Đăng nhập" in words_of(response)


def test_a_language_that_does_not_exist_is_vietnamese(city):
    client = Client()
    client.cookies["django_language"] = "xx"
    assert client.get(reverse("account_login")).headers["Content-Language"] == "vi"


def test_the_switch_stands_on_the_sign_in_page_and_names_each_language_in_itself(city):
    body = Client().get(reverse("account_login") + "?next=/chua-tiem/").content.decode()
    assert re.search(r'value="vi" lang="vi" aria-current="true">Tiếng Việt<', body)
    assert re.search(r'value="en" lang="en">English<', body)
    assert 'name="next" value="/accounts/login/?next=/chua-tiem/"' in body


def test_the_chosen_language_is_kept_and_the_reader_stays_on_the_page(lan, nurse):
    client = Client()
    client.force_login(nurse)
    page = reverse("outreach:worklist") + f"?ward={lan.ward.code}"
    assert f'name="next" value="{html.escape(page)}"' in client.get(page).content.decode()
    answer = client.post(reverse("set_language"), {"language": "en", "next": page})
    assert (answer.status_code, answer.headers["Location"]) == (302, page)
    said = words_of(client.get(page))
    assert "Ms Nguyễn Thị Lan had dose 1" in said
    assert "Unvaccinated, under-vaccinated" in said
    client.post(reverse("set_language"), {"language": "vi", "next": page})
    assert "Bà Nguyễn Thị Lan đã tiêm mũi 1" in words_of(client.get(page))


def test_the_switch_leads_nowhere_else(city):
    answer = Client().post(reverse("set_language"), {"language": "en", "next": "https://example.org/"})
    assert answer.headers["Location"] == "/"


def test_the_sign_in_page_has_no_vietnamese_but_data(city):
    cards = [card.place for card in demo_cards.shown() if card.place]
    data = [
        "Trung tâm Y tế thành phố Bắc Ninh",
        "Thành phố Bắc Ninh",
        "Trung tâm Y tế",
        "Tiếng Việt",
        "Ngôn ngữ",
        "Từng Nhà",
    ]
    data += ["Võ Cường", *cards]
    response = in_english().get(reverse("account_login"))
    assert not vietnamese_of(response, sorted(data, key=len, reverse=True))


# ---------------------------------------------------------------- what stays Vietnamese


def test_an_official_paper_is_vietnamese_whoever_prints_it(lan, nurse):
    client = in_english(nurse)
    address = reverse("outreach:worklist-export")
    sent = {"format": "print", "purpose": "session", "order": "address"}
    paper = client.post(f"{address}?ward={lan.ward.code}", sent)
    assert paper.status_code == 200
    assert '<html lang="vi">' in paper.content.decode()
    said = words_of(paper)
    for words in ("Họ và tên", "Đái tháo đường", "Mũi 2", "mục đích: Tổ chức buổi tiêm", "Người lập biểu"):
        assert words in said
    for words in ("Diabetes", "Dose 2", "people", "under-vaccinated"):
        assert words not in said


def test_a_file_that_leaves_the_system_is_vietnamese(lan, nurse):
    address = reverse("outreach:worklist-export") + f"?ward={lan.ward.code}"
    answer = in_english(nurse).post(address, {"format": "csv", "purpose": "session"})
    text = b"".join(answer.streaming_content).decode("utf-8-sig")
    assert "Họ và tên" in text
    assert "Bà Nguyễn Thị Lan đã tiêm mũi 1" in text
    assert "Đái tháo đường" in text
    assert "Ms " not in text
