"""What is measured: one file per subject, each with its `SUBJECTS`."""

from bench.harness import Subject
from bench.measures import exports, rules

SUBJECTS: tuple[Subject, ...] = (*exports.SUBJECTS, *rules.SUBJECTS)
