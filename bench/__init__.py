"""`make bench`: figures of this product beside those of plain, well-known ways to do the same work, in one run.

`measures/` says what is measured and against what (one file per subject), `anchors/` holds the other ways' code, `harness`
takes turns between them and counts CPU seconds, `stage` is the city that they work on, `report` writes bench/results.json.
"""
