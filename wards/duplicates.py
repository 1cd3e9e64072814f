"""Whether a person being entered is already here: evidence, weighed and said in words (DOMAIN 4.8).

Blocks on birth year ± 1 and the unaccented given name, and on identity and insurance numbers; then weighs. Nguyễn is more
than a third of all families, so a family name alone weighs nothing. Twins and people with two different citizen numbers are
never called the same person. Nothing is merged here: a person decides.
"""

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _

from lib import insurance, names
from lib.dates_vn import PartialDate
from lib.identity import Identity, IdentityKind
from wards import identity_numbers
from wards.models import Household, IdentityClaim, Resident

LIKELY = 50  # from here on the card asks
CERTAIN = 100

SAME_IDENTITY, SAME_INSURANCE = 100, 60
NAME_EQUAL, NAME_UNACCENTED, NAME_NEAR = 40, 30, 20
BORN_SAME_DAY, BORN_MAY_BE, BORN_YEAR_BESIDE = 35, 20, 5
SAME_HOME, SAME_PHONE = 20, 15
SEX_DIFFERS, IDENTITY_DIFFERS = -45, -80


@dataclass(frozen=True)
class Entry:
    """A person as entered: what there is so far."""

    name: str
    born: PartialDate | None = None
    sex: str = Resident.Sex.UNKNOWN
    phones: Collection[str] = ()
    insurance_number: str = ""
    number: Identity | None = None
    household: Household | None = None


@dataclass(frozen=True)
class Weighed:
    """Someone who may be the same: how likely, why in words, and whether it looks like a twin or namesake instead."""

    resident: Resident
    weight: int
    same: tuple[str, ...] = ()
    beside: tuple[str, ...] = ()
    is_twin: bool = False

    @property
    def is_likely(self) -> bool:
        return self.weight >= LIKELY and not self.is_twin

    @property
    def sentence(self) -> str:
        """Trùng tên và năm sinh, số nhà 14."""
        home = self.resident.household
        where = _("số nhà {number}").format(number=home.house_number) if home.house_number else home.address
        same = _("trùng {facts}").format(facts=_joined(self.same)) if self.same else ""
        said = ", ".join(filter(None, [same, *self.beside, where]))
        return said[:1].upper() + said[1:]


def probable(
    entry: Entry, *, among: QuerySet[Resident], leave_out: Iterable[UUID] = (), limit: int = 3
) -> list[Weighed]:
    """The people of `among` (already scoped to the reader) who are likely the one entered, likeliest first.

    Twins of the same home come last and marked: they are shown, and never called the same.
    """
    block = _block(entry)
    if block is None:
        return []
    found = (
        among.filter(block)
        .exclude(pk__in=list(leave_out))
        .exclude(residence=Resident.Residence.DECEASED)
        .select_related("household")
        .prefetch_related("identity_claims")[:500]
    )
    weighed = [weigh(entry, resident) for resident in found]
    shown = [one for one in weighed if one.is_likely or one.is_twin]
    return sorted(shown, key=lambda one: (one.is_twin, -one.weight, one.resident.sort_key))[:limit]


def _block(entry: Entry) -> Q | None:
    given = names.search_key(entry.name).split(" ")[-1]
    block = None
    if given and entry.born:
        pattern = f"(^| )({'|'.join(sorted(_heard_alike(given)))})$"
        years = range(entry.born.year - 1, entry.born.year + 2)
        block = Q(birth_year__in=years, search_key__regex=pattern)
    if entry.number:
        claims = IdentityClaim.objects.filter(
            resident_id=OuterRef("pk"),
            number_hash=identity_numbers.hash_of(entry.number.number),
            withdrawn_at=None,
        )
        block = _or(block, Q(Exists(claims)))
    insured = insurance.parse(entry.insurance_number)
    if insured and insured.code:
        block = _or(block, Q(insurance_number__endswith=insured.code))
    return block


def _or(left: Q | None, right: Q) -> Q:
    return right if left is None else left | right


_ALIKE = (("l", "n"), ("ch", "tr"), ("s", "x"), ("d", "gi", "r"))


def _heard_alike(word: str) -> set[str]:
    """The word as others may have written it: l/n, ch/tr, s/x, d/gi/r at its beginning, i/y in it."""
    spellings = {word}
    for group in _ALIKE:
        for begin in group:
            if word.startswith(begin) and len(word) > len(begin):
                spellings |= {other + word[len(begin) :] for other in group}
    return {re.sub("[iy]", "[iy]", spelling) for spelling in spellings}


def weigh(entry: Entry, resident: Resident) -> Weighed:
    """The evidence for and against `resident` being the person entered. `resident` comes with household and claims."""
    name_weight, name_word = _name(entry.name, resident.full_name)
    born_weight, born_word = _born(entry.born, resident.born)
    number_weight = _number(entry.number, resident)
    same_home = entry.household is not None and entry.household.pk == resident.household_id
    is_near = name_weight == NAME_NEAR
    evidence = [
        (name_weight, "" if is_near else name_word),
        (born_weight, born_word),
        (
            _of_somebody_else(number_weight, name_weight, born_weight),
            _("số CCCD") if number_weight > 0 else "",
        ),
    ]
    if _same_insurance(entry.insurance_number, resident.insurance_number):
        evidence.append((SAME_INSURANCE, _("số thẻ BHYT")))
    if set(entry.phones) & set(resident.phones):
        evidence.append((SAME_PHONE, _("số điện thoại")))
    weight = sum(weight for weight, _word in evidence)
    weight += SAME_HOME * same_home + SEX_DIFFERS * _sex_differs(entry.sex, resident.sex)
    return Weighed(
        resident,
        weight,
        same=tuple(word for _weight, word in evidence if word),
        beside=tuple(filter(None, [name_word if is_near else "", _("cùng hộ") if same_home else ""])),
        is_twin=number_weight <= 0 and _is_twin(entry, resident, same_home=same_home),
    )


def _of_somebody_else(number_weight: int, name_weight: int, born_weight: int) -> int:
    """A number that agrees while name and year both differ is more likely typed wrong: ask, do not conclude."""
    if number_weight == SAME_IDENTITY and not name_weight and born_weight <= BORN_YEAR_BESIDE:
        return LIKELY
    return number_weight


def _name(entered: str, known: str) -> tuple[int, str]:
    if names.match_key(entered) == names.match_key(known):
        return NAME_EQUAL, _("tên")
    left, right = names.search_key(entered), names.search_key(known)
    if left == right:
        return NAME_UNACCENTED, _("tên không dấu")
    if is_near(left, right):
        return NAME_NEAR, _("tên gần giống")
    return 0, ""


def is_near(left: str, right: str) -> bool:
    """Search keys one letter apart, heard alike, with middle words swapped, dropped or shortened to their first letter."""
    if names.within_one_edit(left, right) or names.fuzzy_key(left) == names.fuzzy_key(right):
        return True
    one, other = left.split(), right.split()
    if len(one) < 2 or len(other) < 2 or one[-1] != other[-1]:
        return False
    if not _shortened(one[0], other[0]):
        return False
    middle, other_middle = one[1:-1], other[1:-1]
    if sorted(middle) == sorted(other_middle):
        return True
    if len(middle) == len(other_middle):
        return all(map(_shortened, middle, other_middle))
    longer, shorter = sorted((middle, other_middle), key=len, reverse=True)
    return [word for word in longer if word not in ("thi", "van")] == [
        word for word in shorter if word not in ("thi", "van")
    ]


def _shortened(one: str, other: str) -> bool:
    return one == other or (
        min(len(one), len(other)) <= 2 and (one.startswith(other) or other.startswith(one))
    )


def _born(entered: PartialDate | None, known: PartialDate) -> tuple[int, str]:
    if entered is None:
        return 0, ""
    if entered == known and entered.is_exact:
        return BORN_SAME_DAY, _("ngày sinh")
    if entered.may_be(known):
        return BORN_MAY_BE, _("năm sinh")
    if abs(entered.year - known.year) <= 1:
        return BORN_YEAR_BESIDE, ""
    return 0, ""


def _number(number: Identity | None, resident: Resident) -> int:
    if number is None:
        return 0
    claims = [claim for claim in resident.identity_claims.all() if claim.withdrawn_at is None]
    if identity_numbers.hash_of(number.number) in {claim.number_hash for claim in claims}:
        return SAME_IDENTITY
    citizen = number.kind is IdentityKind.CCCD and not number.repaired
    if citizen and any(claim.kind == IdentityClaim.Kind.CCCD and not claim.is_repaired for claim in claims):
        return IDENTITY_DIFFERS
    return 0


def _same_insurance(entered: str, known: str) -> bool:
    left, right = insurance.parse(entered), insurance.parse(known)
    return bool(left and right and insurance.same_insurance(left, right))


def _sex_differs(entered: str, known: str) -> bool:
    return {entered, known} == {Resident.Sex.MALE.value, Resident.Sex.FEMALE.value}


def _is_twin(entry: Entry, resident: Resident, *, same_home: bool) -> bool:
    """Born the same day into the same home under another name, or of the other sex. A name typed without any accents
    is no other name."""
    if not (same_home and entry.born and entry.born.is_exact and entry.born == resident.born):
        return False
    if _sex_differs(entry.sex, resident.sex):
        return True
    entered, known = names.match_key(entry.name), names.match_key(resident.full_name)
    if entered == known:
        return False
    unaccented = names.search_key(entry.name)
    return not (unaccented == names.search_key(resident.full_name) and unaccented in (entered, known))


def _joined(words: Collection[str]) -> str:
    """tên, ngày sinh và số điện thoại"""
    parts = list(words)
    if len(parts) > 1:
        return _("{first} và {last}").format(first=", ".join(parts[:-1]), last=parts[-1])
    return "".join(parts)
