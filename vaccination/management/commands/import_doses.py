"""`import_doses FILE --as USER`: read a list of doses, say what it would change, and with --commit write it (CONTRACT.md)."""

from vaccination.management.commands._reading import ReadingCommand


class Command(ReadingCommand):
    help = "Read a list of doses of people on record, into the review or, with --commit, into the register."
    source = "doses"
