"""How the sentences about a forecast sound, in Vietnamese and in English. `sentences` decides which one is said.

In the templates {Who} begins a sentence, {who} stands inside one, {they} and {name_of} speak of the person again.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from vaccination.intervals import PartialDate
from vaccination.rulesets import UNKNOWN_PRODUCT
from vaccination.schedule_files import load_products

VI = {
    "RISK_GROUP": "thuộc nhóm nguy cơ",
    "IMMUNE": "suy giảm miễn dịch",
    "OVERDUE": "Quá lịch {days} ngày.",
    "NEXT.FIRST": "{Who}{age}{group}{pause} chưa có mũi tiêm nào được ghi nhận. Mời tiêm mũi 1, hoặc ghi lý do chưa tiêm.",
    "NEXT.FIRST.UNCOUNTED": "{Who}{age}{group}{pause} chưa có mũi tiêm nào được tính. Mời tiêm mũi 1, hoặc ghi lý do chưa tiêm.",
    "NEXT.FIRST.NOT_YET_DUE": "{Who} chưa đến lịch: {dose} từ {due_on}. Đến ngày đó {name_of} sẽ tự vào danh sách.",
    "NEXT.BASIC": "{Who} đã tiêm {start} {product} {start_on} và đến lịch {dose} từ {due_on} (cách {start} ít nhất {min}{ref}).",
    "NEXT.ADDITIONAL": "{Who} cần một mũi bổ sung từ {due_on}: {cause}đã tiêm đủ {count} mũi {products}, mũi sau {start_on}, cách ít nhất {min}{ref}.",
    "NEXT.ADDITIONAL.ONE": "{Who} cần một mũi bổ sung từ {due_on}: {cause}đã tiêm đủ 1 mũi {products} {start_on}, cách ít nhất {min}{ref}.",
    "NEXT.BOOSTER": "{Who} đến lịch {dose} từ {due_on}: đủ {min} sau {start} {start_on}{ref}.",
    "NEXT.BOOSTER.CHANGED": "{Who} đến lịch {dose} từ {due_on}: đủ {min} sau {start} {start_on}. Trước ngày {until} quy định là {earlier}, nên nay {they} có tên trong danh sách.",
    "NEXT.NOT_YET_DUE": "{Who} chưa đến lịch: {start} tiêm {start_on}, {dose} từ {due_on}. Đến ngày đó {name_of} sẽ tự vào danh sách.",
    "REST": "; lùi lại vì có mũi chưa được tính {given_on}",
    "NEXT.LATER.FIRST": "Mũi cần tiêm: {dose}.",
    "NEXT.LATER": "Mũi cần tiêm: {dose}, đến lịch từ {due_on}.",
    "AGE.TOO_YOUNG": "{Who} chưa đủ tuổi tiêm: đủ {age} tuổi ngày {day}. Đến ngày đó {name_of} sẽ tự vào danh sách.",
    "AGE.TOO_YOUNG.ABOUT": "{Who} chưa đủ tuổi tiêm: sớm nhất ngày {day} mới đủ {age} tuổi. Hỏi lại ngày sinh.",
    "AGE.WAITING": "{Who} thuộc nhóm từ {low} đến dưới {high} tuổi: chưa tiêm, chờ hướng dẫn của Bộ Y tế. Khi có hướng dẫn, {name_of} sẽ tự vào danh sách.",
    "WAITING": "Lập danh sách trước để sẵn sàng tiêm; theo quy định hiện nay thì từ ngày {day} mới đủ tuổi.",
    "AGE.CHECK": "{Who} {born}, chưa chắc đã đủ {age} tuổi vào ngày {on}. {ask} để xếp đúng nhóm.",
    "UNKNOWN_HISTORY": "Chưa rõ {who} đã tiêm mấy mũi. Cần giấy xác nhận đã tiêm; Trạm Y tế xác nhận xong, danh sách sẽ cập nhật.",
    "COMPLETE": "{Who} không có trong danh sách: đã tiêm đủ liều cơ bản và {dose} ({given_on}). Theo quy định đến ngày {on}, không còn mũi nào phải tiêm.",
    "COMPLETE.BASIC": "{Who} không có trong danh sách: đã tiêm đủ liều cơ bản ({given_on}). Theo quy định đến ngày {on}, không còn mũi nào phải tiêm.",
    "DEFERRED": "{Who} tạm hoãn đến {until}: {cause}. Từ ngày đó {they} trở lại danh sách.",
    "DEFERRED.OPEN": "{Who} tạm hoãn, chưa rõ đến ngày nào: {cause}. Khi có kết quả khám sàng lọc mới, danh sách sẽ cập nhật.",
    "CAUSE.PREGNANT": "mang thai {weeks} tuần ngày {as_of}, đủ {limit} tuần ngày {until}",
    "CAUSE.PREGNANT.WHOLE": "mang thai {weeks} tuần ngày {as_of}, quy định hoãn trong suốt thai kỳ{ref}",
    "CAUSE.INFECTED": "mắc COVID-19 ngày {infected_on}, quy định hoãn {length}{ref}",
    "CAUSE.INFECTED.RECOVERY": "mắc COVID-19 ngày {infected_on}, khỏi bệnh ngày {recovered_on}, tiêm sau khi khỏi{ref}",
    "CAUSE.INFECTED.PRESUMED": "mắc COVID-19 ngày {infected_on}, chưa ghi ngày khỏi bệnh, đề nghị hỏi lại",
    "CAUSE.SCREENED": "trì hoãn tiêm ({screening})",
    "SCREENED": "khám sàng lọc ngày {day}",
    "CONTRA": "{Who} chống chỉ định với {product} ({screening}). Cần bác sĩ kết luận có tiêm được loại khác không; khi có kết luận, danh sách sẽ cập nhật.",
    "CONTRA.ALL": "{Who} chống chỉ định với mọi loại vắc xin phòng COVID-19 ({screening}). Khi có kết luận khám sàng lọc mới, danh sách sẽ cập nhật.",
    "NEVER.PREGNANT": "{Who} đang mang thai nên không tiêm {product}{ref}.",
    "NEVER": "{Who} không tiêm {product}.",
    "CAUTION.PREGNANT": "{Who} mang thai từ {weeks} tuần: thận trọng khi tiêm, giải thích lợi ích và nguy cơ{ref}.",
    "CAUTION": "{Who} thuộc nhóm nguy cơ: thận trọng khi tiêm.",
    "WINDOW_CLOSED": "Không còn mũi bổ sung: thời hạn {max} sau mũi cơ bản cuối đã qua ngày {latest_on}.",
    "DOSE.TOO_EARLY": "Mũi {product} {given_on} của {who} chưa được tính vì cách mũi trước {days} ngày (quy định ít nhất {min}). Đề nghị Trạm Y tế xem xét.",
    "DOSE.TOO_EARLY.ABOUT": "Mũi {product} {given_on} của {who} chưa được tính vì cách mũi trước nhiều nhất {days} ngày (quy định ít nhất {min}). Đề nghị Trạm Y tế xem xét.",
    "DOSE.DUPLICATE": "Mũi {product} {given_on} của {who} chưa được tính vì cùng ngày đã có một mũi khác. Đề nghị Trạm Y tế xem xét.",
    "DOSE.AGE": "Mũi {product} {given_on} của {who} chưa được tính vì ngày đó chưa đủ {min_age} tuổi. Đề nghị Trạm Y tế xem xét.",
    "DOSE.AGE.product": "Mũi {product} {given_on} của {who} chưa được tính vì loại này không dùng cho lứa tuổi đó. Đề nghị Trạm Y tế xem xét.",
    "DOSE.BEFORE_BIRTH": "Mũi {product} {given_on} của {who} chưa được tính vì trước ngày sinh {born}. Đề nghị kiểm tra lại ngày.",
    "DOSE.BEFORE_PROGRAMME": "Mũi {product} {given_on} của {who} chưa được tính vì trước mũi tiêm đầu tiên của cả nước ngày {first_dose_on}. Đề nghị kiểm tra lại ngày.",
    "DOSE.MIX": "Mũi {product} {given_on} của {who} chưa được tính vì theo quy định khi đó không tiêm sau {before}. Đề nghị Trạm Y tế xem xét.",
    "DOSE.PRODUCT": "Mũi {product} {given_on} của {who} chưa được tính vì theo quy định khi đó không dùng loại này. Đề nghị Trạm Y tế xem xét.",
    "DOSE.WINDOW_CLOSED": "Mũi {product} {given_on} của {who} chưa được tính vì đã quá thời hạn ngày {latest_on}. Đề nghị Trạm Y tế xem xét.",
    "DOSE.NOT_IN_SCHEDULE": "Mũi {product} {given_on} của {who} chưa được tính vì quy định khi đó chưa có mũi này. Đề nghị Trạm Y tế xem xét.",
    "DOSE.PRODUCT_UNKNOWN": "Mũi {given_on} của {who} được tính nhưng chưa rõ loại vắc xin. Cần giấy xác nhận đã tiêm.",
    "DOSE.VOLUME": "Mũi {product} {given_on} của {who} được tính nhưng ghi {given_ml} ml, quy định {usual_ml} ml. Đề nghị Trạm Y tế kiểm tra.",
    "NOT_WILLING": "{Who} chưa đồng ý tiêm (ghi ngày {said_on}, {reason}). Vẫn có tên để tiếp tục vận động; muốn tính là trường hợp loại trừ thì cần phiếu ký hoặc hai người làm chứng.",
    "DONE_ELSEWHERE": "Gia đình báo {who} đã tiêm {count} mũi ở {place} nhưng chưa có giấy xác nhận. Trạm Y tế xác nhận xong, {they} sẽ ra khỏi danh sách.",
    "NOT_FOUND": 'Không tìm thấy "{searched}" trong địa bàn được giao. Thử tên không dấu, 3 số cuối điện thoại, số nhà, hoặc bấm Thêm người.',
}  # fmt: skip

EN = {
    "RISK_GROUP": "belongs to a risk group",
    "IMMUNE": "immunosuppressed",
    "OVERDUE": "Overdue by {days} days.",
    "NEXT.FIRST": "{Who}{age}{group}{pause} has no recorded dose. Invite for dose 1, or record why not.",
    "NEXT.FIRST.UNCOUNTED": "{Who}{age}{group}{pause} has no dose that counts. Invite for dose 1, or record why not.",
    "NEXT.FIRST.NOT_YET_DUE": "{Who} is not due yet: {dose} from {due_on}. On that day the name enters the list by itself.",
    "NEXT.BASIC": "{Who} had {start} of {product} {start_on} and is due for {dose} from {due_on} (at least {min} after {start}{ref}).",
    "NEXT.ADDITIONAL": "{Who} needs one additional dose from {due_on}: {cause}all {count} basic doses of {products} given, the last {start_on}, at least {min} before{ref}.",
    "NEXT.ADDITIONAL.ONE": "{Who} needs one additional dose from {due_on}: {cause}the one basic dose of {products} given {start_on}, at least {min} before{ref}.",
    "NEXT.BOOSTER": "{Who} is due for {dose} from {due_on}: {min} after {start} {start_on}{ref}.",
    "NEXT.BOOSTER.CHANGED": "{Who} is due for {dose} from {due_on}: {min} after {start} {start_on}. Before {until} the rule was {earlier}, which is why {they} now appear on the list.",
    "NEXT.NOT_YET_DUE": "{Who} is not due yet: {start} given {start_on}, {dose} from {due_on}. On that day the name enters the list by itself.",
    "REST": "; later because of a shot {given_on} that does not count",
    "NEXT.LATER.FIRST": "Dose needed: {dose}.",
    "NEXT.LATER": "Dose needed: {dose}, due from {due_on}.",
    "AGE.TOO_YOUNG": "{Who} is too young: {age} years old on {day}. On that day the name enters the list by itself.",
    "AGE.TOO_YOUNG.ABOUT": "{Who} is too young: {age} years old on {day} at the earliest. Ask for the day of birth.",
    "AGE.WAITING": "{Who} belongs to the group of {low} to under {high} years: not vaccinated yet, waiting for guidance of the Ministry of Health. When it comes, the name enters the list by itself.",
    "WAITING": "Listed in advance to be ready; by the present rules old enough only from {day}.",
    "AGE.CHECK": "For {who} {born}, so it is not certain that the age of {age} was reached by {on}. {ask} to place {them} in the right group.",
    "UNKNOWN_HISTORY": "It is not known how many doses {who} has had. A confirmation slip is needed; once the health station confirms, the list is updated.",
    "COMPLETE": "{Who} is not on the list: basic series complete and {dose} given ({given_on}). By the rules up to {on} no further dose is due.",
    "COMPLETE.BASIC": "{Who} is not on the list: basic series complete ({given_on}). By the rules up to {on} no further dose is due.",
    "DEFERRED": "{Who} is deferred until {until}: {cause}. From that day {they} return to the list.",
    "DEFERRED.OPEN": "{Who} is deferred, until when is not known: {cause}. The list is updated after the next screening.",
    "CAUSE.PREGNANT": "{weeks} weeks pregnant on {as_of}, {limit} weeks reached on {until}",
    "CAUSE.PREGNANT.WHOLE": "{weeks} weeks pregnant on {as_of}, deferred throughout pregnancy{ref}",
    "CAUSE.INFECTED": "COVID-19 on {infected_on}, deferral of {length}{ref}",
    "CAUSE.INFECTED.RECOVERY": "COVID-19 on {infected_on}, recovered on {recovered_on}, vaccination after recovery{ref}",
    "CAUSE.INFECTED.PRESUMED": "COVID-19 on {infected_on}, the day of recovery is not recorded, please ask",
    "CAUSE.SCREENED": "vaccination deferred ({screening})",
    "SCREENED": "screened on {day}",
    "CONTRA": "{product} is contraindicated for {who} ({screening}). A doctor must conclude whether another product is possible; the list is updated then.",
    "CONTRA.ALL": "All COVID-19 vaccines are contraindicated for {who} ({screening}). The list is updated after a new screening.",
    "NEVER.PREGNANT": "{Who} is pregnant and must not be given {product}{ref}.",
    "NEVER": "{Who} must not be given {product}.",
    "CAUTION.PREGNANT": "{Who} is {weeks} weeks pregnant or more: vaccinate with caution, explain benefit and risk{ref}.",
    "CAUTION": "{Who} belongs to a risk group: vaccinate with caution.",
    "WINDOW_CLOSED": "No additional dose any more: its time, {max} after the last basic dose, ended on {latest_on}.",
    "DOSE.TOO_EARLY": "The {product} dose of {who} given {given_on} does not count: {days} days after the dose before (at least {min} required). The health station should review it.",
    "DOSE.TOO_EARLY.ABOUT": "The {product} dose of {who} given {given_on} does not count: at most {days} days after the dose before (at least {min} required). The health station should review it.",
    "DOSE.DUPLICATE": "The {product} dose of {who} given {given_on} does not count: another dose is recorded on that day. The health station should review it.",
    "DOSE.AGE": "The {product} dose of {who} given {given_on} does not count: the age of {min_age} had not been reached. The health station should review it.",
    "DOSE.AGE.product": "The {product} dose of {who} given {given_on} does not count: this product is not for that age. The health station should review it.",
    "DOSE.BEFORE_BIRTH": "The {product} dose of {who} given {given_on} does not count: it lies before the day of birth, {born}. Check the date.",
    "DOSE.BEFORE_PROGRAMME": "The {product} dose of {who} given {given_on} does not count: it lies before the country's first dose on {first_dose_on}. Check the date.",
    "DOSE.MIX": "The {product} dose of {who} given {given_on} does not count: by the rules of that day it could not follow {before}. The health station should review it.",
    "DOSE.PRODUCT": "The {product} dose of {who} given {given_on} does not count: by the rules of that day this product was not used for it. The health station should review it.",
    "DOSE.WINDOW_CLOSED": "The {product} dose of {who} given {given_on} does not count: its time ended on {latest_on}. The health station should review it.",
    "DOSE.NOT_IN_SCHEDULE": "The {product} dose of {who} given {given_on} does not count: the rules of that day had no such dose. The health station should review it.",
    "DOSE.PRODUCT_UNKNOWN": "The dose of {who} given {given_on} counts, but the product is not known. A confirmation slip is needed.",
    "DOSE.VOLUME": "The {product} dose of {who} given {given_on} counts, but {given_ml} ml is recorded where {usual_ml} ml is the rule. The health station should check it.",
    "NOT_WILLING": "{Who} does not agree to vaccination yet (noted on {said_on}, {reason}). {They} stay on the list for persuasion; to count as an exception a signed form or two witnesses are needed.",
    "DONE_ELSEWHERE": "The family says that {who} had {count} doses in {place}, but there is no confirmation slip. Once the health station confirms, {they} leave the list.",
    "NOT_FOUND": '"{searched}" was not found in your area. Try the name without accents, the last 3 digits of the phone, the house number, or press Add a person.',
}  # fmt: skip


class Language:
    """The words that both languages need, and the templates that use them."""

    templates: Mapping[str, str]
    units: Mapping[str, str]

    def day(self, day: date | None) -> str:
        return f"{day:%d/%m/%Y}" if day else ""

    def _bare(self, first: date, last: date) -> tuple[str, str]:
        """The precision of a date and the date in figures."""
        precision = PartialDate(first, last).precision
        return precision, {"month": f"{first:%m/%Y}", "year": f"{first:%Y}"}.get(
            precision, f"{first:%d/%m/%Y}"
        )

    def products(self, codes: Sequence[str]) -> str:
        return ", ".join(self.product(code) for code in dict.fromkeys(codes))

    def length(self, text: str) -> str:
        return f"{text[:-1]} {self.units[text[-1]]}"

    def product(self, code: str) -> str:
        raise NotImplementedError


class Vietnamese(Language):
    templates = VI
    units: Mapping[str, str] = {"d": "ngày", "w": "tuần", "m": "tháng", "y": "năm"}
    kinds: Mapping[str, str] = {"CV": "Công văn", "QD": "Quyết định"}

    def address(self, name: str, sex: str | None, age: int | None, on_paper: bool) -> dict[str, str]:
        """Ông, bà from 50 or on paper, anh, chị from 18, cháu below (WORDS 1.3)."""
        if not name:
            return {"Who": "Người này", "who": "người này", "they": "người này", "name_of": "người này"}
        title = "cháu"
        if age is None or age >= 18:
            elder = on_paper or age is None or age >= 50
            male, female = ("ông", "bà") if elder else ("anh", "chị")
            title = {"M": male, "F": female}.get(sex or "", f"{male}/{female}")
        who = f"{title} {name}"
        return {"Who": who[0].upper() + who[1:], "who": who, "they": title, "name_of": f"tên {title}"}

    def when(self, first: date, last: date, *, bare: bool = False) -> str:
        precision, figures = self._bare(first, last)
        if precision in ("month", "year"):
            return f"{'' if bare else 'trong '}{self.units[precision[0]]} {figures}"
        if first != last:  # the later of several doses, not all of them known to the day
            return f"{'' if bare else 'trong khoảng '}{figures}–{self.day(last)}"
        return figures if bare else f"ngày {figures}"

    def age(self, born: PartialDate | None, on: date) -> str:
        if born is None:
            return ""
        precision, figures = self._bare(*born)
        if precision == "day":
            return f", {_years(born.first, on)} tuổi"
        return f", sinh {self.units[precision[0]]} {figures}"

    def born(self, first: date, last: date) -> tuple[str, str]:
        """What is known of the birth date, and what to ask for."""
        precision, figures = self._bare(first, last)
        if precision == "year":
            return f"chỉ có năm sinh {figures}", "Hỏi lại ngày, tháng sinh"
        return f"chỉ có tháng sinh {figures}", "Hỏi lại ngày sinh"

    def dose(self, kind: str, ordinal: int) -> str:
        return {"BASIC": f"mũi {ordinal}", "ADDITIONAL": "mũi bổ sung"}.get(
            kind, f"mũi nhắc lại lần {ordinal}"
        )

    def last_dose(self, kind: str, ordinal: int) -> str:
        return "mũi cơ bản cuối" if kind == "BASIC" else self.dose(kind, ordinal)

    def product(self, code: str) -> str:
        return "chưa rõ loại" if code == UNKNOWN_PRODUCT else load_products()[code].name_vi

    def number(self, value: float) -> str:
        return f"{value:g}".replace(".", ",")

    def reference(self, ref: Sequence[Any] | None, shape: str) -> str:
        return shape.format(f"{self.kinds[ref[0]]} {ref[1]} ngày {self.day(ref[2])}") if ref else ""


class English(Language):
    templates = EN
    units: Mapping[str, str] = {"d": "day", "w": "week", "m": "month", "y": "year"}
    kinds: Mapping[str, str] = {"CV": "letter", "QD": "decision"}

    def address(self, name: str, sex: str | None, age: int | None, on_paper: bool) -> dict[str, str]:
        who, Who = name or "this person", name or "This person"
        if name and (age is None or age >= 18) and sex in ("M", "F"):
            who = Who = f"{'Mr' if sex == 'M' else 'Ms'} {name}"
        return {"Who": Who, "who": who, "they": "they", "They": "They", "them": "them"}

    def length(self, text: str) -> str:
        return super().length(text) + ("" if text[:-1] == "1" else "s")

    def when(self, first: date, last: date, *, bare: bool = False) -> str:
        precision, figures = self._bare(first, last)
        if precision not in ("month", "year") and first != last:
            return f"{'' if bare else 'between '}{figures}{'–' if bare else ' and '}{self.day(last)}"
        if bare:
            return figures
        return f"{'in' if precision in ('month', 'year') else 'on'} {figures}"

    def age(self, born: PartialDate | None, on: date) -> str:
        if born is None:
            return ""
        precision, figures = self._bare(*born)
        return f", aged {_years(born.first, on)}" if precision == "day" else f", born in {figures}"

    def born(self, first: date, last: date) -> tuple[str, str]:
        precision, figures = self._bare(first, last)
        if precision == "year":
            return f"only the year of birth, {figures}, is known", "Ask for the day and month of birth"
        return f"only the month of birth, {figures}, is known", "Ask for the day of birth"

    def dose(self, kind: str, ordinal: int) -> str:
        return {"BASIC": f"dose {ordinal}", "ADDITIONAL": "the additional dose"}.get(
            kind, f"booster {ordinal}"
        )

    def last_dose(self, kind: str, ordinal: int) -> str:
        return "the last basic dose" if kind == "BASIC" else self.dose(kind, ordinal)

    def product(self, code: str) -> str:
        if code == UNKNOWN_PRODUCT:
            return "unknown vaccine"
        return load_products()[code].name_en.split(" (")[0]

    def number(self, value: float) -> str:
        return f"{value:g}"

    def reference(self, ref: Sequence[Any] | None, shape: str) -> str:
        return shape.format(f"{self.kinds[ref[0]]} {ref[1]} of {self.day(ref[2])}") if ref else ""


def _years(born: date, on: date) -> int:
    return on.year - born.year - ((on.month, on.day) < (born.month, born.day))


LANGUAGES: Mapping[str, Vietnamese | English] = {"vi": Vietnamese(), "en": English()}
