"""The technical pages: reference tables are edited and exchanged as files; people are looked at in scope, and only looked at."""

from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from openpyxl import Workbook, load_workbook

from tests import factories
from vaccination import reference as products
from vaccination.models import Product
from wards import reference
from wards.models import AccessEvent, Condition, Holiday, RiskGroup
from wards.roles import Role


def signed_in(*roles: Role, ward=None) -> Client:
    client = Client()
    client.force_login(factories.make_user(list(roles), ward))
    return client


@pytest.fixture
def technician(db: None) -> Client:
    return signed_in(Role.ADMIN)


def workbook(*rows: tuple) -> SimpleUploadedFile:
    book = Workbook()
    for row in rows:
        book.active.append(row)
    file = BytesIO()
    book.save(file)
    return SimpleUploadedFile("bang.xlsx", file.getvalue())


def send(client: Client, table: str, file: SimpleUploadedFile):
    """The preview of a file."""
    return client.post(reverse(f"admin:{table}_import"), {"import_file": file, "format": "0", "resource": ""})


def confirm(client: Client, table: str, preview):
    form = preview.context["confirm_form"].initial
    return client.post(reverse(f"admin:{table}_process_import"), {**form, "resource": ""})


def test_a_file_of_holidays_is_shown_before_it_is_written(technician: Client) -> None:
    rows = ("Ngày", "Tên", "Tên tiếng Anh", "Căn cứ"), ("22/01/2023", "Tết Nguyên đán", "Lunar New Year", "")
    preview = send(technician, "wards_holiday", workbook(*rows))
    assert "Tết Nguyên đán" in preview.content.decode()
    assert not Holiday.objects.filter(day="2023-01-22").exists()
    assert confirm(technician, "wards_holiday", preview).status_code == 302
    assert Holiday.objects.get(day="2023-01-22").name_en == "Lunar New Year"
    assert AccessEvent.objects.get(what="reference").row_count == 1


def test_a_day_that_does_not_exist_is_an_error_on_its_row_and_nothing_is_written(technician: Client) -> None:
    before = Holiday.objects.count()
    rows = ("Ngày", "Tên"), ("22/01/2023", "Tết Nguyên đán"), ("30/02/2023", "Không có")
    answer = send(technician, "wards_holiday", workbook(*rows))
    assert "Tháng 2/2023 không có ngày 30" in answer.content.decode()
    assert answer.context.get("confirm_form") is None
    assert Holiday.objects.count() == before


def test_a_file_without_its_titles_says_so(technician: Client) -> None:
    answer = send(technician, "wards_holiday", workbook(("a", "b"), ("1", "2")))
    assert "Không thấy dòng tiêu đề cột" in answer.content.decode()


def test_a_file_that_is_no_workbook_says_so(technician: Client) -> None:
    answer = send(technician, "wards_holiday", SimpleUploadedFile("x.xlsx", b"PK\x03\x04 nothing"))
    assert answer.status_code == 200
    assert answer.context["form"].errors["import_file"]


def test_what_is_taken_out_can_be_read_in_again_and_changes_nothing(technician: Client) -> None:
    for table in ("wards_condition", "wards_riskgroup", "wards_holiday", "vaccination_product"):
        taken = technician.get(reverse(f"admin:{table}_export"))
        assert taken.status_code == 200
        preview = send(technician, table, SimpleUploadedFile("lai.xlsx", taken.content))
        result = preview.context["result"]
        assert not result.has_errors(), (table, result.row_errors())
        assert not result.has_validation_errors(), table
        assert result.totals["skip"] == result.total_rows > 0, (table, result.totals)


def test_the_titles_of_a_file_are_those_of_the_columns(technician: Client) -> None:
    taken = technician.get(reverse("admin:wards_administrativeunit_export"))
    sheet = load_workbook(BytesIO(taken.content)).active
    assert [cell.value for cell in sheet[1]][:3] == ["Mã", "Có hiệu lực từ", "Đến hết"]


def test_what_an_installation_changed_survives_the_next_update(technician: Client) -> None:
    row = Condition.objects.get(number=13)
    data = {"name": "Hen suyễn", "name_en": row.name_en, "icd10": "J45", "words": "hen, hen suyen"}
    assert technician.post(reverse("admin:wards_condition_change", args=[13]), data).status_code == 302
    product = Product.objects.get(code="AZ")
    fields = {"name": product.name, "short_name": "Astra", "words": "astra", "order": 1}
    assert (
        technician.post(reverse("admin:vaccination_product_change", args=["AZ"]), fields).status_code == 302
    )
    reference.load()
    products.load()
    assert Condition.objects.get(number=13).name == "Hen suyễn"
    assert Product.objects.get(code="AZ").short_name == "Astra"
    assert Condition.objects.get(number=12).edited_here is False


def test_who_counts_as_immunosuppressed_cannot_be_changed_here(technician: Client) -> None:
    row = Condition.objects.get(number=13)
    data = {
        "name": row.name,
        "name_en": row.name_en,
        "icd10": "J45",
        "words": "hen",
        "is_immunosuppression": "on",
    }
    technician.post(reverse("admin:wards_condition_change", args=[13]), data)
    titles = "Số thứ tự", "Tên bệnh nền", "Suy giảm miễn dịch"
    preview = send(technician, "wards_condition", workbook(titles, (13, "Hen", "Có")))
    confirm(technician, "wards_condition", preview)
    row.refresh_from_db()
    assert row.name == "Hen"
    assert not row.is_immunosuppression


def test_a_product_that_no_rule_knows_is_refused(technician: Client) -> None:
    preview = send(technician, "vaccination_product", workbook(("Mã", "Tên gọi"), ("XYZ", "Loại mới")))
    assert "Loại mới đi cùng bộ lịch tiêm" in preview.content.decode()


@pytest.mark.parametrize(
    "definition", ['{"min_age": "50"}', "[]", "{}", '{"pregnant": 1}', '{"conditions": ["3"]}', "{"]
)
def test_a_risk_group_that_no_list_could_use_is_refused(technician: Client, definition: str) -> None:
    fields = {"code": "RG-X", "name": "Nhóm", "name_en": "Group", "legal_ref": "", "definition": definition}
    fields["legal_ref"] = "Công văn thử"
    answer = technician.post(reverse("admin:wards_riskgroup_add"), fields)
    assert answer.status_code == 200
    assert answer.context["errors"]
    assert not RiskGroup.objects.filter(code="RG-X").exists()


def test_people_are_shown_in_scope_to_somebody_who_may_see_them_and_the_look_is_kept(db: None) -> None:
    ward, other = factories.make_ward(), factories.make_ward(factories.SUOI_HOA)
    own, foreign = factories.make_resident(ward, name="Trần Thị Bromua"), factories.make_resident(other)
    client = signed_in(Role.ADMIN, Role.WARD_OFFICER, ward=ward)
    shown = client.get(reverse("admin:wards_resident_changelist")).content.decode()
    assert "Trần Thị Bromua" in shown
    assert str(foreign.pk) not in shown
    assert client.get(reverse("admin:wards_resident_change", args=[own.pk])).status_code == 200
    assert client.get(reverse("admin:wards_resident_change", args=[foreign.pk])).status_code == 404
    kept = AccessEvent.objects.values_list("action", "object_id")
    assert ("view", str(own.pk)) in kept
    assert ("view", str(foreign.pk)) not in kept
    assert ("list", "") in kept


def test_people_cannot_be_changed_here(db: None) -> None:
    ward = factories.make_ward()
    own = factories.make_resident(ward, name="Trần Thị Bromua")
    client = signed_in(Role.ADMIN, Role.WARD_OFFICER, ward=ward)
    answer = client.post(reverse("admin:wards_resident_change", args=[own.pk]), {"full_name": "Khác"})
    assert answer.status_code == 403
    own.refresh_from_db()
    assert own.full_name == "Trần Thị Bromua"


def test_the_pages_stay_within_the_content_policy(technician: Client) -> None:
    for table in ("wards_holiday", "wards_condition"):
        for page in ("changelist", "import"):
            text = technician.get(reverse(f"admin:{table}_{page}")).content.decode()
            assert "<script>" not in text
            assert " onclick=" not in text
