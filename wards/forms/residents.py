"""The form for a person: one page for everything the register keeps beside the doses.

What the user may not see, the form neither shows nor takes away: conditions are shown by name only to those who see
diagnoses; everyone else may add what the family reports (docs/adr/0007-reported-conditions.md). `shown` carries which ones
the page displayed, so that saving ends none that it did not.
"""

import uuid
from datetime import date
from typing import Any
from uuid import UUID

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lib import insurance, names
from lib.dates_vn import PartialDate
from lib.identity import WARNING_TEXTS, Identity
from wards import actions, duplicates
from wards.access import can
from wards.actions.health import check_pregnancy
from wards.actions.residents import LEFT
from wards.forms.fields import BirthDateField, DayField, DeskForm, NameField, PhonesField, understood
from wards.identity_numbers import number_text
from wards.models import Household, IdentityClaim, Pregnancy, Resident, User
from wards.priority_groups import PRIORITY_GROUPS
from wards.roles import Ability

CHILD = ("guardian_name", "guardian_relation", "guardian_phone", "school", "school_class")
PLAIN = (
    "sex",
    "phones",
    "registration",
    "mobility",
    "employer",
    "note",
    "insurance_number",
    "priority_group",
    *CHILD,
)
KEPT_BY_ROW = (
    "name",
    "born",
    "residence",
    "residence_until",
    *PLAIN,
)  # what two people may edit at the same time


class ResidentForm(DeskForm):
    buttons = ("tell_apart",)
    form_id = forms.UUIDField(widget=forms.HiddenInput, required=False)
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)
    name = NameField()
    born = BirthDateField()
    sex = forms.ChoiceField(
        label=gettext_lazy("Giới tính"),
        choices=Resident.Sex.choices,
        widget=forms.RadioSelect,
        required=False,
    )
    phones = PhonesField()
    number = forms.CharField(
        label=gettext_lazy("Số CCCD, CMND hoặc hộ chiếu"),
        max_length=60,
        required=False,
        widget=forms.TextInput,
    )
    leave_number_out = forms.BooleanField(label=gettext_lazy("Lưu nhưng chưa ghi số này"), required=False)
    withdrawn = forms.MultipleChoiceField(
        label=gettext_lazy("Bỏ số này"), required=False, widget=forms.CheckboxSelectMultiple
    )
    insurance_number = forms.CharField(label=gettext_lazy("Số thẻ BHYT"), max_length=30, required=False)
    residence = forms.ChoiceField(
        label=gettext_lazy("Cư trú"), choices=Resident.Residence.choices, widget=forms.RadioSelect
    )
    residence_until = DayField(
        label=gettext_lazy("Đi vắng đến ngày"),
        future=True,
        help_text=gettext_lazy("Khi chọn “Đi vắng”, nếu biết."),
    )
    confirm_left = forms.BooleanField(required=False, label=gettext_lazy("Xác nhận đã chuyển đi hoặc đã mất"))
    registration = forms.ChoiceField(
        label=gettext_lazy("Đăng ký cư trú"), choices=Resident.Registration.choices, widget=forms.RadioSelect
    )
    mobility = forms.ChoiceField(
        label=gettext_lazy("Đi lại"), choices=Resident.Mobility.choices, widget=forms.RadioSelect
    )
    conditions = forms.MultipleChoiceField(
        label=gettext_lazy("Bệnh nền"), required=False, widget=forms.CheckboxSelectMultiple
    )
    conditions_shown = forms.CharField(widget=forms.HiddenInput, required=False, max_length=200)
    pregnancy_weeks = forms.IntegerField(
        label=gettext_lazy("Số tuần thai"), required=False, min_value=1, max_value=42
    )
    pregnancy_stated_on = DayField(
        label=gettext_lazy("Hỏi ngày"), help_text=gettext_lazy("Bỏ trống là hôm nay.")
    )
    pregnancy_ended = forms.BooleanField(
        label=gettext_lazy("Đã sinh, hoặc không còn mang thai"), required=False
    )
    employer = forms.CharField(label=gettext_lazy("Đơn vị công tác"), max_length=200, required=False)
    priority_group = forms.TypedChoiceField(
        label=gettext_lazy("Nhóm ưu tiên (3355/QĐ-BYT)"),
        choices=[("", gettext_lazy("Chưa rõ"))] + [(n, f"{n}") for n in PRIORITY_GROUPS],
        coerce=int,
        empty_value=None,
        required=False,
    )
    note = forms.CharField(
        label=gettext_lazy("Ghi chú"),
        max_length=500,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=gettext_lazy("Không ghi bệnh ở đây."),
    )
    guardian_name = forms.CharField(
        label=gettext_lazy("Người giám hộ (cha, mẹ …)"), max_length=120, required=False
    )
    guardian_relation = forms.ChoiceField(
        label=gettext_lazy("Quan hệ với trẻ"),
        choices=[("", gettext_lazy("Chưa rõ")), *Resident.Relation.choices],
        required=False,
    )
    guardian_phone = PhonesField(label=gettext_lazy("Điện thoại người giám hộ"), help_text="")
    school = forms.CharField(
        label=gettext_lazy("Trường"),
        max_length=200,
        required=False,
        help_text=gettext_lazy("Không đi học thì ghi “Không đi học”."),
    )
    school_class = forms.CharField(label=gettext_lazy("Lớp"), max_length=30, required=False)
    different_from = forms.CharField(widget=forms.HiddenInput, required=False, max_length=2000)

    def __init__(
        self,
        *args: Any,
        user: User,
        on: date,
        household: Household,
        resident: Resident | None = None,
        **kwargs: Any,
    ) -> None:
        self.user, self.on, self.household, self.resident = user, on, household, resident
        self.warnings: list[str] = []
        self.candidates: list[duplicates.Weighed] = []
        self.clash: actions.NumberTaken | None = None
        args = (_with_told_apart(args[0]), *args[1:]) if args and args[0] else args
        super().__init__(*args, initial=self._initial() | (kwargs.pop("initial", None) or {}), **kwargs)
        self.read_days(on)
        self.offer(
            "priority_group",
            [("", _("Chưa rõ"))] + [(n, f"{n}. {label}") for n, label in PRIORITY_GROUPS.items()],
        )
        self.offer(
            "conditions",
            [(str(condition.number), str(condition)) for condition in actions.recordable_conditions(user)],
        )
        self.offer("withdrawn", [(claim.pk, claim.mask) for claim in self.claims])
        if resident is not None:
            self.fields["number"].label = _("Thêm số CCCD, CMND hoặc hộ chiếu")
        if not self.sees_diagnosis:
            self.fields["conditions"].label = _("Gia đình báo có bệnh nền")

    @property
    def asks_guardian(self) -> bool:
        """Of whom a guardian and a school are asked: of who is, or may be, under 18, and where something is on record."""
        if self.resident is None or any(self[name].value() or self[name].errors for name in CHILD):
            return True
        return self.resident.may_be_minor(self.on)

    @property
    def says_guardian(self) -> bool:
        """Whether that part of the form stands open."""
        return any(self[name].value() or self[name].errors for name in CHILD)

    @property
    def sees_diagnosis(self) -> bool:
        return can(self.user, Ability.SEE_DIAGNOSIS)

    @cached_property
    def claims(self) -> list[IdentityClaim]:
        """The numbers in force."""
        if self.resident is None:
            return []
        return list(self.resident.identity_claims.filter(withdrawn_at=None).order_by("created_at", "pk"))

    @property
    def claim_lines(self) -> list[tuple[IdentityClaim, str, bool]]:
        """Each number in force as this user reads it, and whether it is marked to be taken off."""
        full = can(self.user, Ability.SEE_FULL_ID)
        marked = set(map(str, self["withdrawn"].value() or []))
        return [(claim, number_text(claim, full=full), str(claim.pk) in marked) for claim in self.claims]

    @cached_property
    def has_unseen_conditions(self) -> bool:
        """Whether the person has conditions that this page may not name: "thuộc nhóm nguy cơ"."""
        if self.resident is None or not can(self.user, Ability.SEE_HEALTH):
            return False
        seen = actions.managed_conditions(self.resident, by=self.user)
        return self.resident.conditions.filter(ended_on=None).exclude(condition_id__in=seen).exists()

    @cached_property
    def pregnancy(self) -> Pregnancy | None:
        if self.resident is None:
            return None
        return Pregnancy.objects.filter(resident=self.resident).current(self.on).first()

    def _initial(self) -> dict[str, Any]:
        if self.resident is None:
            return {
                "form_id": uuid.uuid4(),
                "residence": Resident.Residence.HERE,
                "registration": Resident.Registration.UNKNOWN,
                "mobility": Resident.Mobility.UNKNOWN,
            }
        seen = sorted(actions.managed_conditions(self.resident, by=self.user))
        return values_of(self.resident) | {
            "version": self.resident.version,
            "conditions": [str(number) for number in seen],
            "conditions_shown": ",".join(map(str, seen)),
        }

    # -- cleaning --------------------------------------------------------------

    def clean_sex(self) -> str:
        return self.cleaned_data["sex"] or Resident.Sex.UNKNOWN

    def clean_insurance_number(self) -> str:
        found = insurance.parse(self.cleaned_data["insurance_number"])
        if found and len(found.number) > 15:
            raise ValidationError(_("Số thẻ BHYT dài nhất 15 ký tự."), code="too_long")
        return found.number if found else ""

    def clean_guardian_name(self) -> str:
        return names.keys(self.cleaned_data["guardian_name"]).display

    def clean_guardian_phone(self) -> str:
        """One number: the one to be called about the child."""
        found = self.cleaned_data["guardian_phone"]
        if len(found) > 1:
            raise ValidationError(_("Ghi một số điện thoại của người giám hộ."), code="several")
        return found[0] if found else ""

    def clean_conditions_shown(self) -> set[int]:
        return {int(part) for part in self.cleaned_data["conditions_shown"].split(",") if part.isdecimal()}

    def clean_different_from(self) -> set[UUID]:
        found = set()
        for part in self.cleaned_data["different_from"].split(","):
            try:
                found.add(UUID(part.strip()))
            except ValueError:
                continue
        return found

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        self._clean_number(cleaned)
        self._clean_residence(cleaned)
        self._clean_pregnancy(cleaned)
        if self.resident is None:
            self._look_for_duplicates(cleaned)
        return cleaned

    def _clean_number(self, cleaned: dict[str, Any]) -> None:
        raw = (cleaned.get("number") or "").strip()
        cleaned["number"] = None
        if not raw:
            return
        born = cleaned.get("born")
        try:
            number = actions.read_number(
                raw, on=self.on, sex=cleaned.get("sex"), birth_year=born.year if born else None
            )
        except ValidationError as problem:
            self.add_error("number", problem)
            return
        self.warnings = [_(WARNING_TEXTS[warning]) for warning in number.warnings]
        if cleaned.get("leave_number_out"):
            return
        if clash := actions.clash_of(number, by=self.user, except_for=self.resident):
            self.number_taken(clash)
            return
        cleaned["number"] = number

    def number_taken(self, clash: actions.NumberTaken) -> None:
        """Say that another person has the number: who, if the user may know, and nothing more otherwise."""
        self.clash = clash
        if clash.resident is None:
            self.add_error("number", _("Số này đang có ở hồ sơ khác, chờ Trung tâm Y tế xem."))
        else:
            self.add_error(
                "number", _("Số này đang ghi ở hồ sơ {name}.").format(name=clash.resident.full_name)
            )

    def _clean_residence(self, cleaned: dict[str, Any]) -> None:
        state = cleaned.get("residence")
        before = self.resident.residence if self.resident else None
        if state in LEFT and state != before and not cleaned.get("confirm_left"):
            words = _(
                "Chọn “{state}” thì người này không còn trong danh sách phải tiêm. Đánh dấu xác nhận rồi lưu."
            )
            self.add_error("residence", words.format(state=Resident.Residence(state).label))
        if state != Resident.Residence.AWAY:
            cleaned["residence_until"] = None

    @property
    def needs_confirmation(self) -> bool:
        state = self["residence"].value()
        return state in LEFT and state != (self.resident.residence if self.resident else None)

    def _clean_pregnancy(self, cleaned: dict[str, Any]) -> None:
        weeks = cleaned.get("pregnancy_weeks")
        cleaned["pregnancy"] = None
        if not weeks or cleaned.get("pregnancy_ended"):
            return
        stated_on = cleaned.get("pregnancy_stated_on") or self.on
        try:
            check_pregnancy(sex=cleaned.get("sex", ""), weeks=weeks, stated_on=stated_on, on=self.on)
        except ValidationError as problem:
            self.add_error("pregnancy_weeks", problem)
            return
        cleaned["pregnancy"] = (weeks, stated_on)

    def _look_for_duplicates(self, cleaned: dict[str, Any]) -> None:
        if self.clash is not None or not cleaned.get("name"):
            return
        found = duplicates.probable(self.entry(cleaned), among=Resident.objects.visible_to(self.user))
        told_apart = cleaned.get("different_from") or set()
        made = cleaned.get("form_id")
        self.candidates = [
            one for one in found if one.resident.pk not in told_apart and one.resident.pk != made
        ]
        if any(one.is_likely for one in self.candidates):
            self.add_error("name", _("Có thể người này đã có trong danh sách. Xem thẻ bên dưới rồi chọn."))

    def entry(self, cleaned: dict[str, Any]) -> duplicates.Entry:
        return duplicates.Entry(
            name=cleaned.get("name") or "",
            born=cleaned.get("born"),
            sex=cleaned.get("sex") or Resident.Sex.UNKNOWN,
            phones=cleaned.get("phones") or [],
            insurance_number=cleaned.get("insurance_number") or "",
            number=cleaned.get("number") if isinstance(cleaned.get("number"), Identity) else None,
            household=self.household,
        )

    # -- what the verb is called with ------------------------------------------

    def verb_values(self) -> dict[str, Any]:
        """Keyword arguments that `add_resident` and `update_resident` share."""
        cleaned = self.cleaned_data
        return {name: cleaned[name] for name in ("name", "born", "number", *PLAIN)} | {
            "residence": cleaned["residence"],
            "residence_until": cleaned["residence_until"],
            "health": actions.Health(
                conditions=[int(number) for number in cleaned["conditions"]],
                shown=cleaned["conditions_shown"],
                pregnancy=cleaned["pregnancy"],
                pregnancy_ended_on=self.on if cleaned["pregnancy_ended"] and self.pregnancy else None,
            ),
        }

    @property
    def born_in_words(self) -> str:
        born = getattr(self, "cleaned_data", {}).get("born") or (self.resident and self.resident.born)
        return understood(born) if born else ""


def _with_told_apart(data: QueryDict) -> QueryDict:
    """The button "two different people" counts as having been told so, now and when the form comes back."""
    told = data.getlist("tell_apart")
    if not told:
        return data
    data = data.copy()
    data["different_from"] = ",".join(filter(None, [data.get("different_from", ""), *told]))
    return data


def values_of(row: Any) -> dict[str, Any]:
    """The form's values as a resident's row, or a former state of it, holds them."""
    values = {name: getattr(row, name) for name in ("residence", "residence_until", *PLAIN)}
    born = PartialDate(row.birth_year, row.birth_month, row.birth_day)
    return values | {"name": row.full_name, "born": born, "phones": list(row.phones)}
