"""The sentences of the words list, word for word, made from the engine's own answers."""

import re

import pytest

from tests.vaccination.written_histories import RULES, contra, day, deferred, person
from vaccination import sentences
from vaccination.eligibility import (
    Person,
    age_reason,
    forecast,
    load_family,
    reasons_on,
    state_on,
)
from vaccination.sentence_texts import EN, VI
from vaccination.sentences import Subject

ON = day("2022-02-06")
FIFTY = "nhóm từ 50 tuổi trở lên"


def said(
    someone: Person, name: str, sex: str, *, on: str = "2022-02-06", language: str = "vi", **more
) -> list[str]:
    found = forecast(someone, day(on), RULES)
    subject = Subject(name, sex, someone.born, **more)
    return [sentence.text for sentence in sentences.sentences(found, day(on), subject, language)]


WORDS = [
    (1, person("", born="1950-01-05"), ("Nguyễn Thị Lan", "F"), {"group": FIFTY},
     "Bà Nguyễn Thị Lan, 72 tuổi (nhóm từ 50 tuổi trở lên), chưa có mũi tiêm nào được ghi nhận. Mời tiêm mũi 1, hoặc ghi lý do chưa tiêm."),
    (2, person("PFZ 2021-12-10", born="1960-01-05"), ("Trần Văn Bình", "M"), {},
     "Ông Trần Văn Bình đã tiêm mũi 1 Pfizer ngày 10/12/2021 và đến lịch mũi 2 từ 31/12/2021 (cách mũi 1 ít nhất 21 ngày)."),
    (3, person("VERO 2021-12-10, VERO 2022-01-05", born="1960-01-05"), ("Lê Thị Hoa", "F"), {},
     "Bà Lê Thị Hoa cần một mũi bổ sung từ 02/02/2022: đã tiêm đủ 2 mũi Vero Cell, mũi sau ngày 05/01/2022, cách ít nhất 28 ngày (Công văn 10722/BYT-DP ngày 17/12/2021)."),
    (4, person("PFZ 2021-09-10, PFZ 2021-10-20", born="1960-01-05"), ("Phạm Văn Dũng", "M"), {},
     "Ông Phạm Văn Dũng đến lịch mũi nhắc lại lần 1 từ 20/01/2022: đủ 3 tháng sau mũi cơ bản cuối ngày 20/10/2021. Trước ngày 17/12/2021 quy định là 6 tháng, nên nay ông có tên trong danh sách."),
    (7, person("PFZ 2021-10-06, PFZ 2021-10-20", born="1960-01-05"), ("Ngô Thị Thu", "F"), {},
     "Mũi Pfizer ngày 20/10/2021 của bà Ngô Thị Thu chưa được tính vì cách mũi trước 14 ngày (quy định ít nhất 21 ngày). Đề nghị Trạm Y tế xem xét."),
    (9, person("AZ 2021-06-06, AZ 2021-09-20, PFZ 2022-01-15", born="1960-01-05"), ("Hoàng Thị Tâm", "F"), {},
     "Bà Hoàng Thị Tâm không có trong danh sách: đã tiêm đủ liều cơ bản và mũi nhắc lại lần 1 (15/01/2022). Theo quy định đến ngày 06/02/2022, không còn mũi nào phải tiêm."),
    (10, person("PFZ 2021-10-26, PFZ 2021-11-25", born="1960-01-05"), ("Đặng Văn Hải", "M"), {},
     "Ông Đặng Văn Hải chưa đến lịch: mũi 2 tiêm ngày 25/11/2021, mũi nhắc lại lần 1 từ 25/02/2022. Đến ngày đó tên ông sẽ tự vào danh sách."),
    (11, person("", born="1990-01-05", pregnant="9 2022-01-30"), ("Nguyễn Thu Hà", "F"), {},
     "Chị Nguyễn Thu Hà tạm hoãn đến 27/02/2022: mang thai 9 tuần ngày 30/01/2022, đủ 13 tuần ngày 27/02/2022. Từ ngày đó chị trở lại danh sách."),
]  # fmt: skip


@pytest.mark.parametrize(("case", "someone", "who", "more", "sentence"), WORDS)
def test_the_first_sentence_is_the_one_of_the_words_list(case, someone, who, more, sentence):
    assert said(someone, *who, **more)[0] == sentence


NGA = person(
    "AZ 2021-10-01", born="1960-01-05",
    screened=(contra("2021-10-12", "AZ", note="phản vệ sau mũi 1", place="Trung tâm Y tế"),),
)  # fmt: skip


def test_case_12_a_contraindicated_product():
    assert said(NGA, "Trịnh Thị Nga", "F")[-1] == (
        "Bà Trịnh Thị Nga chống chỉ định với AstraZeneca (phản vệ sau mũi 1; khám sàng lọc ngày 12/10/2021, "
        "Trung tâm Y tế). Cần bác sĩ kết luận có tiêm được loại khác không; khi có kết luận, danh sách sẽ cập nhật."
    )


def test_case_8_the_age_of_the_risk_group_is_in_doubt():
    someone = person("", born="1972")
    reason = age_reason(someone.born, 50, ON)
    text = sentences.about_reason(
        reason, forecast(someone, ON, RULES), ON, Subject("Bùi Văn Sơn", "M", someone.born)
    )
    assert text == (
        "Ông Bùi Văn Sơn chỉ có năm sinh 1972, chưa chắc đã đủ 50 tuổi vào ngày 06/02/2022. "
        "Hỏi lại ngày, tháng sinh để xếp đúng nhóm."
    )
    assert age_reason(someone.born, 50, day("2022-12-31")) is None
    assert age_reason(someone.born, 50, day("2021-12-31")) is None


def test_cases_5_6_and_14_from_facts_of_others():
    minh, mai = (
        Subject("Đỗ Văn Minh", "M", person(born="1960").born),
        Subject("Vũ Thị Mai", "F", person().born),
    )
    assert sentences.not_willing(minh, ON, day("2022-02-03"), "sợ phản ứng sau tiêm") == (
        "Ông Đỗ Văn Minh chưa đồng ý tiêm (ghi ngày 03/02/2022, sợ phản ứng sau tiêm). Vẫn có tên để tiếp tục vận "
        "động; muốn tính là trường hợp loại trừ thì cần phiếu ký hoặc hai người làm chứng."
    )
    assert sentences.said_done_elsewhere(mai, ON, 2, "TP. Hồ Chí Minh") == (
        "Gia đình báo chị Vũ Thị Mai đã tiêm 2 mũi ở TP. Hồ Chí Minh nhưng chưa có giấy xác nhận. "
        "Trạm Y tế xác nhận xong, chị sẽ ra khỏi danh sách."
    )
    assert sentences.not_found("lan 123") == (
        'Không tìm thấy "lan 123" trong địa bàn được giao. Thử tên không dấu, 3 số cuối điện thoại, số nhà, '
        "hoặc bấm Thêm người."
    )


@pytest.mark.parametrize(
    ("someone", "secret"),
    [
        (NGA, "phản vệ"),
        (person("", born="1990-01-05", pregnant="9 2022-01-30"), "thai"),
        (person("", infected="2022-02-01 2022-02-20"), "COVID-19 ngày"),
        (person("PFZ 2021-11-10, PFZ 2021-12-01", conditions=(10,)), "suy giảm miễn dịch"),
    ],
)
def test_without_health_rights_no_sentence_tells_an_illness(someone, secret):
    assert secret in " ".join(said(someone, "Nguyễn Thị Lan", "F"))
    assert secret not in " ".join(said(someone, "Nguyễn Thị Lan", "F", health_rights=False))


def test_the_illness_is_replaced_by_the_risk_group():
    hidden = said(
        person("", born="1990-01-05", pregnant="9 2022-01-30"), "Nguyễn Thu Hà", "F", health_rights=False
    )
    assert (
        hidden[0]
        == "Chị Nguyễn Thu Hà tạm hoãn đến 27/02/2022: thuộc nhóm nguy cơ. Từ ngày đó chị trở lại danh sách."
    )
    group = {"group": "bệnh nền: đái tháo đường", "group_is_health": True}
    assert "(bệnh nền: đái tháo đường)" in said(person(), "Lê Văn An", "M", **group)[0]
    assert "(thuộc nhóm nguy cơ)" in said(person(), "Lê Văn An", "M", **group, health_rights=False)[0]
    assert "(nhóm từ 50" in said(person(), "Lê Văn An", "M", group=FIFTY, health_rights=False)[0]


@pytest.mark.parametrize(
    ("born", "sex", "on_paper", "start"),
    [
        ("1972-02-06", "F", False, "Bà Lan"),
        ("1972-02-07", "F", False, "Chị Lan"),  # 50 tomorrow
        ("1972-02-07", "F", True, "Bà Lan"),
        ("1972", "F", False, "Bà Lan"),  # may be 50
        ("1980-01-01", "M", False, "Anh Lan"),
        ("1980-01-01", None, False, "Anh/chị Lan"),
        ("1950-01-01", None, False, "Ông/bà Lan"),
        ("2010-01-01", "F", False, "Cháu Lan"),
        ("2010-01-01", "F", True, "Cháu Lan"),
    ],
)
def test_form_of_address(born, sex, on_paper, start):
    assert said(person("", born=born), "Lan", sex, on_paper=on_paper)[0].startswith(start)


def test_somebody_without_a_name_is_this_person():
    assert said(person("", born="1950-01-05"), "", "F")[0].startswith(
        "Người này, 72 tuổi, chưa có mũi tiêm nào"
    )
    found = forecast(person(""), ON, RULES)
    assert (
        sentences.why(found, ON)
        == "Người này chưa có mũi tiêm nào được ghi nhận. Mời tiêm mũi 1, hoặc ghi lý do chưa tiêm."
    )
    assert sentences.why(found, ON, language="en").startswith("This person has no recorded dose.")


@pytest.mark.parametrize(
    ("someone", "language", "sentence"),
    [
        (person("PFZ 2021-12-10", born="1960-01-05"), "en",
         "Mr An had dose 1 of Pfizer on 10/12/2021 and is due for dose 2 from 31/12/2021 (at least 21 days after dose 1)."),
        (person("PFZ 2021-12-10"), "vi", "Quá lịch 30 ngày."),
        (person("AZ 2021-06-01, AZ 2021-08-03"), "vi",
         "Anh An đến lịch mũi nhắc lại lần 1 từ 03/11/2021: đủ 3 tháng sau mũi cơ bản cuối ngày 03/08/2021 (Công văn 10722/BYT-DP ngày 17/12/2021)."),
        (person("AZ 2021-10-01"), "vi",
         "Anh An đã tiêm mũi 1 AstraZeneca ngày 01/10/2021 và đến lịch mũi 2 từ 26/11/2021 (cách mũi 1 ít nhất 8 tuần; Công văn 7820/BYT-DP ngày 20/09/2021)."),
        (person("AZ 2021-06, AZ 2021-10"), "vi",
         "Anh An đến lịch mũi nhắc lại lần 1 từ 31/01/2022: đủ 3 tháng sau mũi cơ bản cuối trong tháng 10/2021. Trước ngày 17/12/2021 quy định là 6 tháng, nên nay anh có tên trong danh sách."),
        (person("VERO 2021-08-01, VERO 2021-08-22"), "vi",
         "Không còn mũi bổ sung: thời hạn 3 tháng sau mũi cơ bản cuối đã qua ngày 22/11/2021."),
        (person(None), "vi",
         "Chưa rõ anh An đã tiêm mấy mũi. Cần giấy xác nhận đã tiêm; Trạm Y tế xác nhận xong, danh sách sẽ cập nhật."),
        (person("", screened=(contra("2022-01-10"),)), "vi",
         "Anh An chống chỉ định với mọi loại vắc xin phòng COVID-19 (khám sàng lọc ngày 10/01/2022). Khi có kết luận khám sàng lọc mới, danh sách sẽ cập nhật."),
        (person("", screened=(deferred("2022-02-01", "2022-02-10"),)), "vi",
         "Anh An tạm hoãn đến 10/02/2022: trì hoãn tiêm (khám sàng lọc ngày 01/02/2022). Từ ngày đó anh trở lại danh sách."),
        (person("MOD 2021-08-01, MOD 2021-09-01, MOD 2022-01-15 0.5ml"), "vi",
         "Mũi Moderna ngày 15/01/2022 của anh An được tính nhưng ghi 0,5 ml, quy định 0,25 ml. Đề nghị Trạm Y tế kiểm tra."),
        (person("", infected="2022-02-01 2022-02-20"), "vi",
         "Anh An tạm hoãn đến 20/02/2022: mắc COVID-19 ngày 01/02/2022, khỏi bệnh ngày 20/02/2022, tiêm sau khi khỏi (Quyết định 5785/QĐ-BYT ngày 21/12/2021). Từ ngày đó anh trở lại danh sách."),
        (person("AZ 2021-06-01, PFZ 2021-06-10"), "vi",
         "Mũi Pfizer ngày 10/06/2021 của anh An chưa được tính vì theo quy định khi đó không tiêm sau AstraZeneca. Đề nghị Trạm Y tế xem xét."),
    ],
)  # fmt: skip
def test_other_sentences(someone, language, sentence):
    assert sentence in said(someone, "An", "M", language=language)


def test_a_rule_that_changed_is_told_only_to_whom_it_brought_onto_the_list():
    someone = person("PFZ 2021-09-10, PFZ 2021-10-20", born="1960-01-05")
    assert "quy định là 6 tháng" not in said(someone, "An", "M", on="2022-06-30")[0]


def test_both_languages_know_the_same_sentences_and_fill_in_the_same_facts():
    assert VI.keys() == EN.keys()
    names = {"Who", "who", "they", "They", "them", "name_of"}
    for key in VI:
        facts = [set(re.findall(r"{(\w+)}", text[key])) - names for text in (VI, EN)]
        assert facts[0] == facts[1], key


def test_every_rule_of_the_file_can_be_said():
    """Each reason of many different people becomes a sentence without a hole."""
    people = [
        person(given, born=born, pregnant=pregnant, infected=infected, conditions=conditions, screened=screened)
        for given in (None, "", "PFZ 2021-12-10", "VERO 2021-10-01, VERO 2021-10-22", "UNKNOWN 2021-11, AZ 2021-11-20",
                      "PFZ 2021-12-01, PFZ 2021-12-22, AZ 2021-12-30, PFZ 2022-04-01", "AZ 2021-03-07, AZ 2021-03-08",
                      "JAN 2021-08-15, VERO 2021-12-20, MOD 2022-05-01 0.5ml")
        for born in ("1950-01-01", "1972", "2004-03", "2012-05-05")
        for pregnant in ("", "9 2022-01-30")
        for infected in ("", "2022-02-01", "2021-09-01 2021-09-20")
        for conditions in ((), (10,))
        for screened in ((), (contra("2021-12-25", "PFZ"),), (deferred("2022-01-25"),))
    ]  # fmt: skip
    codes = set()
    for on in map(day, ("2021-07-10", "2021-10-20", "2021-12-05", "2021-12-20", "2022-02-06", "2022-06-20")):
        for someone in people:
            found = forecast(someone, on, RULES)
            assert reasons_on(found, on), (someone, state_on(found, on))
            for language in ("vi", "en"):
                for subject in (Subject(), Subject("Nguyễn An", "M", someone.born, health_rights=False)):
                    spoken = sentences.sentences(found, on, subject, language)
                    spoken += sentences.cautions(found, on, subject, language)
                    assert all(text and "{" not in text and "None" not in text for _, text in spoken)
                    codes.update(code for code, _ in spoken)
    assert {"AGE", "AGE.adult", "AGE.teen", "ADD", "ADD.WINDOW_CLOSED", "BST1", "CONTRA", "PREG", "TOO_EARLY", "VOLUME",
            "DEFER.infection", "DEFER.acute", "UNKNOWN_HISTORY", "COMPLETE", "OVERDUE", "BEFORE_PROGRAMME"} <= codes  # fmt: skip


def test_no_legal_text_is_named_whose_number_is_not_certain():
    for version in load_family().versions:
        for row in version.rows:
            assert row.ref.number or row.ref.sources
            assert not row.ref.number or (row.ref.kind and row.ref.dated)


def test_the_later_of_two_doses_is_a_span_where_one_of_them_is_known_to_the_year():
    first = said(person("AZ 2021-06-10, AZ 2021", born="1960-01-05"), "Bùi Văn Sơn", "M")[0]
    assert "mũi 2 tiêm trong khoảng 10/06/2021–31/12/2021, mũi nhắc lại lần 1 từ 31/03/2022" in first
