"""What a list says about each person: one line here is one column on the page, in the files and on paper.

Column heads are those of the official list (WORDS 9). A birth date stands in the men's or the women's column.
"""

from collections.abc import Iterable

from django.utils.translation import gettext as _

from lib import row_codes
from lib.columns import Column, Kind, select
from outreach.list_rows import Row
from wards.access import can, require
from wards.models import Resident, User
from wards.roles import Ability, Role

WOMAN, UNKNOWN = Resident.Sex.FEMALE, Resident.Sex.UNKNOWN


def _note(row: Row) -> str:
    unknown_sex = _("Chưa rõ giới tính") if row.values["sex"] == UNKNOWN else ""
    return "; ".join(filter(None, (row.residence, unknown_sex)))


UNVACCINATED = (
    Column("name", "Họ và tên", "Full name", lambda row: row.name, width=26),
    Column("born_man", "Ngày sinh (Nam)", "Born (man)", lambda row: None if row.values["sex"] == WOMAN else row.born, Kind.PARTIAL_DATE),
    Column("born_woman", "Ngày sinh (Nữ)", "Born (woman)", lambda row: row.born if row.values["sex"] == WOMAN else None, Kind.PARTIAL_DATE),
    Column("identity", "Số CCCD/định danh", "Identity number", lambda row: ", ".join(row.identities), Kind.ID),
    Column("phone", "Số điện thoại", "Phone", lambda row: ", ".join(row.values["phones"]), Kind.PHONE),
    Column("address", "Địa chỉ", "Address", lambda row: row.address, width=28),
    Column("neighbourhood", "Khu phố, tổ", "Neighbourhood", lambda row: row.neighbourhood, width=16),
    Column("ward", "Phường, xã", "Ward", lambda row: row.values["ward__name"], width=14),
    Column("household", "Mã hộ", "Household", lambda row: row.values["household__code"], Kind.ID, width=10),
    Column("risk", "Nhóm nguy cơ", "Risk group", lambda row: row.risk, width=22),
    Column("conditions", "Bệnh nền", "Underlying disease", lambda row: ", ".join(map(str, row.conditions)), width=24),
    Column("given", "Mũi đã tiêm", "Doses given", lambda row: row.doses_given, width=28),
    Column("needed", "Mũi cần tiêm", "Dose needed", lambda row: row.doses_needed, width=28),
    Column("state", "Tình trạng", "State", lambda row: row.state_text, width=22),
    Column("reason", "Lý do chưa tiêm", "Reason not vaccinated", lambda row: row.reason, width=22),
    Column("guardian", "Người giám hộ", "Guardian", lambda row: row.values["guardian_name"], width=24),
    Column("guardian_relation", "Quan hệ với trẻ", "Relation to the child", lambda row: row.guardian_relation, width=14),
    Column("guardian_phone", "Điện thoại người giám hộ", "Guardian's phone", lambda row: row.values["guardian_phone"], Kind.PHONE),
    Column("school", "Trường", "School", lambda row: row.values["school"], width=24),
    Column("school_class", "Lớp", "Class", lambda row: row.values["school_class"], width=8),
    Column("mobility", "Đi lại", "Mobility", lambda row: row.mobility, width=16),
    Column("cannot_travel", "Không di chuyển được", "Cannot travel", lambda row: "Có" if row.cannot_travel else "", width=12),
    Column("proposal", "Đề nghị", "Proposed", lambda row: row.proposal, width=16),
    Column("note", "Ghi chú", "Note", _note, width=20),
    Column("why", "Vì sao có tên", "Why on the list", lambda row: row.why, width=60),
)  # fmt: skip

# A file numbers its lines as the official list does; the page has no numbers, its rows come in parts.
FILES = (Column("number", "TT", "No.", lambda row: row.number, Kind.NUMBER, width=6), *UNVACCINATED)


def _note_on_paper(row: Row) -> str:
    """With the code by which what was written beside the line is keyed in afterwards."""
    return "; ".join(filter(None, (_note(row), row_codes.code_of(row.id))))


PAPER = select(
    UNVACCINATED,
    [
        "name",
        "born_man",
        "born_woman",
        "identity",
        "phone",
        "address",
        "risk",
        "conditions",
        "given",
        "needed",
        "reason",
        "cannot_travel",
        "proposal",
    ],
) + [Column("note", "Ghi chú", "Note", _note_on_paper, width=20)]


# ---------------------------------------------------------------- what one person chose to see

FIRST = "name"  # stands first and always: a list without it is a list of nobody
# Columns that say something only to roles with this right; to the others they repeat what `risk` says.
NEEDS = {"conditions": Ability.SEE_DIAGNOSIS}
# What a role does not look for on a list, unless somebody chooses it.
LEFT_OUT = {
    Role.SURVEYOR: {"identity", "given", "proposal"},
    Role.WARD_LEAD: {"identity", "proposal"},
}


def offered(user: User) -> list[Column]:
    """The columns that this person's roles may see, in the order of the list."""
    return [column for column in UNVACCINATED if column.key not in NEEDS or can(user, NEEDS[column.key])]


def usual(user: User) -> list[Column]:
    """What the page shows to somebody who has chosen nothing, by their roles."""
    left_out = (
        set.intersection(*(LEFT_OUT.get(Role(role), set()) for role in user.roles)) if user.roles else set()
    )
    return [column for column in offered(user) if column.key not in left_out]


def own_keys(user: User) -> list[str]:
    """The columns that this person chose, in their order; none if they chose none. What was taken out of the product, or
    of their roles, since is left out. Page, XLSX and CSV follow them; paper keeps the official form."""
    may = {column.key for column in offered(user)}
    chosen = user.list_columns.get("unvaccinated") if isinstance(user.list_columns, dict) else None
    keys = [key for key in chosen or () if key in may]
    return [FIRST, *(key for key in keys if key != FIRST)] if keys else []


def own(user: User) -> list[Column]:
    return select(UNVACCINATED, own_keys(user))


def choose_columns(*, by: User, keys: Iterable[str]) -> list[str]:
    """Keep these columns, in this order, for this person; no keys at all bring back what is usual. Unknown ones are ignored."""
    require(by, Ability.SEE_HEALTH)
    may = {column.key for column in offered(by)}
    kept = [key for key in dict.fromkeys(keys) if key in may]
    others = {name: value for name, value in (by.list_columns or {}).items() if name != "unvaccinated"}
    by.list_columns = others | ({"unvaccinated": kept} if kept else {})
    by.save(update_fields=["list_columns"])
    return kept
