"""Kept statements: the SQL is written once, the rows are read every time, and nobody gets another's."""

from tests.factories import SUOI_HOA, make_resident, make_ward
from wards import statements
from wards.models import AdministrativeUnit, Resident, RiskGroup


def names_of(ward, *ids) -> set[str]:
    found = statements.rows(
        ("names", ward.pk),
        lambda: Resident.objects.filter(statements.among("ids"), ward=ward).values_list("full_name"),
        ids=statements.array(ids),
    )
    return {name for (name,) in found}


def test_the_same_statement_serves_other_values_and_new_rows(db):
    ward = make_ward()
    first, second = make_resident(ward, name="Nguyễn Thị Một"), make_resident(ward, name="Nguyễn Thị Hai")
    assert names_of(ward, first.pk) == {"Nguyễn Thị Một"}
    assert names_of(ward, second.pk) == {"Nguyễn Thị Hai"}
    Resident.objects.filter(pk=first.pk).update(full_name="Nguyễn Thị Ba")
    assert names_of(ward, first.pk, second.pk) == {"Nguyễn Thị Ba", "Nguyễn Thị Hai"}
    assert names_of(ward) == set()


def test_the_queryset_is_built_once_per_key(db):
    ward, other = make_ward(), make_ward(SUOI_HOA)
    person = make_resident(other)
    built = []

    def build(unit):
        built.append(unit)
        return Resident.objects.filter(ward=unit).values_list("pk")

    for unit in (ward, other, ward, other):
        found = statements.rows(("once", unit.pk), lambda unit=unit: build(unit))
        assert [pk for (pk,) in found] == ([person.pk] if unit is other else [])
    assert built == [ward, other]


def test_a_query_that_can_find_nobody_asks_nothing(db, django_assert_num_queries):
    for _ in range(2):
        with django_assert_num_queries(0):
            assert (
                statements.rows("nobody", lambda: Resident.objects.filter(pk__in=[]).values_list("pk")) == []
            )


def test_small_tables_come_in_one_question_and_follow_every_change(db, django_assert_num_queries):
    ward = make_ward()

    def read():
        with django_assert_num_queries(1):
            return statements.tables(
                "both",
                {
                    "units": lambda: AdministrativeUnit.objects.order_by("pk"),
                    "groups": lambda: RiskGroup.objects.order_by("code"),
                },
            )

    tables = read()
    assert tables["units"] == list(AdministrativeUnit.objects.order_by("pk"))
    assert tables["groups"] == list(RiskGroup.objects.order_by("code"))
    for kept, plain in zip(tables["groups"], RiskGroup.objects.order_by("code"), strict=True):
        assert kept.definition == plain.definition
    unit = next(unit for unit in tables["units"] if unit.pk == ward.pk)
    assert unit.valid_from == AdministrativeUnit.objects.get(pk=ward.pk).valid_from
    AdministrativeUnit.objects.filter(pk=ward.pk).update(full_name="Phường Tên Mới")
    assert next(unit for unit in read()["units"] if unit.pk == ward.pk).full_name == "Phường Tên Mới"
