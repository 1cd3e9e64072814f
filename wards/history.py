"""Row history kept by the database itself, so that bulk writes are covered too (DESIGN 2.7, TRUST T21).

Statement-level triggers with transition tables: a row trigger made one upsert of 100,000 rows forty times slower. Only the
row as it was *before* a change or a deletion is kept; an insert needs none, its row stands in the table with who entered it.
"""

import pghistory

PREFIX = "history"


def kept(model_class):
    """Class decorator: keep every former state of this model's rows, with who changed them and through which door."""
    return pghistory.track(
        pghistory.UpdateEvent("changed", row=pghistory.Old, level=pghistory.Statement),
        pghistory.DeleteEvent("deleted", row=pghistory.Old, level=pghistory.Statement),
        obj_field=pghistory.ObjForeignKey(related_name=PREFIX, db_constraint=False, null=True),
        context_field=pghistory.ContextJSONField(null=True),
        context_id_field=pghistory.ContextUUIDField(null=True),
        append_only=False,
    )(model_class)
