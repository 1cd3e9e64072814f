"""Files into the register: received, mapped, staged, matched, reviewed, written (DESIGN, journey 1).

sources.py    what a source is: its columns and the facts beside the person; the register of sources
batches.py    the verbs: receive a file, choose its columns, decide on a row, ask for writing, discard
rows.py       one row read by field name
layout.py     what a file looks like: header row, titles, proposed columns, how its dates are written
profiles.py   how an office's files name their columns, remembered
person_fields.py, people.py, condition_words.py   the columns of a person, and the cleaning of one row
places.py     which ward and which neighbourhood a row names
staging.py    the staging tables of a batch, and COPY into them
matching.py   whom a row may be, and which of the seven outcomes it has: SQL over the staging tables
changes.py    what a row changes about a person: one definition for the review and the writing
writing.py    one chunk of rows into the register: SQL, one transaction; homes.py finds or makes its households
review.py     what the review page shows, scoped to who reads it
errors.py     problems grouped, and the error file
steps.py      what a worker does with a batch; leases.py who does it; recovery.py what the reconciler drives again
"""
