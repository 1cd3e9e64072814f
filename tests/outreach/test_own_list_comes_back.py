"""A list that was taken out and is read in again brings nothing that is not on record (IMP-33)."""

import pytest

from lib import clock
from outreach import exports
from outreach.worklists import UNVACCINATED
from tests.outreach.conftest import ON
from wards.imports import batches, layout
from wards.models import ImportBatch, Resident


def read_back(user, path, ward) -> ImportBatch:
    batch = batches.receive_file(
        by=user, source="residents", chunks=[path.read_bytes()], original_name=path.name, unit=ward
    )
    batches.start(batch, inline=True)
    batch.refresh_from_db()
    assert batch.state == ImportBatch.State.MAPPING, batch.refusal
    positions = batch.layout["dates"]
    batches.choose_columns(
        batch=batch, mapping=batch.layout["suggested"], by=user, unit=ward,
        date_orders=layout.default_orders(batch.layout, positions),
    )  # fmt: skip
    batches.start(batch, inline=True)
    batch.refresh_from_db()
    return batch


@pytest.mark.parametrize("file_format", ["xlsx", "csv"])
@pytest.mark.parametrize("reader", ["officer", "station"])
def test_nothing_changes_when_a_list_comes_back_as_it_was(
    request, people, ward_a, tmp_path, reader, file_format
):
    user = request.getfixturevalue(reader)
    path = tmp_path / f"list.{file_format}"
    selection = UNVACCINATED.select(user, {}, ON)
    rows = exports.write(selection, file_format, path, exports.Stamp.new(user, clock.now(), "Kiểm tra"))
    batch = read_back(user, path, ward_a)
    assert batch.rows_read == rows
    assert (batch.same_rows, batch.warnings, batch.groups) == (rows, [], [])
    assert Resident.objects.exclude(note="").count() == 0
