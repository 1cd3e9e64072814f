"""`import_residents FILE --as USER`: read a list of residents, say what it would change, and with --commit write it (CONTRACT.md)."""

from vaccination.management.commands._reading import ReadingCommand


class Command(ReadingCommand):
    help = "Read a list of residents, with or without their doses, into the review or, with --commit, into the register."
    source = "residents"
