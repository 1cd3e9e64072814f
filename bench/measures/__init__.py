"""What is measured: one file per subject, each with its `SUBJECTS`."""

from bench.harness import Subject
from bench.measures import exports, imports, memory, pages, papers, rules, weight

SUBJECTS: tuple[Subject, ...] = tuple(
    subject
    for measures in (exports, rules, pages, papers, weight, memory, imports)
    for subject in measures.SUBJECTS
)
