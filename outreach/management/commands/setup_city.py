"""`setup_city`: a real, empty city at real time, with its first administrator."""

import getpass
import sys

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from lib import clock
from outreach import city_setup
from wards.models import AdministrativeUnit, Assignment, User
from wards.roles import Role


class Command(BaseCommand):
    help = "Set up a real city: its offices, its units, its first administrator. Refuses where there is one already."

    def add_arguments(self, parser):
        where = parser.add_argument_group(
            "which units", "by district or province (in force today), or one by one"
        )
        where.add_argument("--province", metavar="CODE", help="two digits, e.g. 27")
        where.add_argument("--district", metavar="CODE", help="three digits, only before 07/2025")
        where.add_argument("--units", metavar="CODE,CODE", help="five digits each")
        words = parser.add_argument_group("words of this city")
        words.add_argument(
            "--city", help="name, e.g. 'Thành phố Bắc Ninh'; by default the district's or province's"
        )
        words.add_argument("--health-centre", help="by default 'Trung tâm Y tế' and the city's name")
        words.add_argument("--neighbourhood", default="tổ dân phố", choices=city_setup.NEIGHBOURHOOD_WORDS)
        words.add_argument("--support-phone", default="", help="whom officials call for help")
        parser.add_argument("--admin", required=True, metavar="USERNAME", help="the first administrator")
        parser.add_argument("--admin-name", default="Quản trị hệ thống")
        parser.add_argument(
            "--password-stdin", action="store_true", help="read the password from standard input"
        )

    def handle(self, **options):
        try:
            city_setup.require_empty()
        except city_setup.AlreadySetUp as refusal:
            raise CommandError(f"Already set up: {refusal}", returncode=2) from None
        if User.objects.filter(username__iexact=options["admin"]).exists():
            raise CommandError(f"There is a user {options['admin']!r} already.", returncode=2)
        units = self._units(options)
        city_name = options["city"] or units[0].district_name or units[0].province_name
        plan = city_setup.CityPlan(
            city_name=city_name,
            health_centre=options["health_centre"]
            or f"Trung tâm Y tế {city_name[:1].lower()}{city_name[1:]}",
            units=units,
            neighbourhood=options["neighbourhood"],
            support_phone=options["support_phone"],
        )
        admin = User(username=options["admin"], full_name=options["admin_name"], roles=[Role.ADMIN])
        admin.set_password(self._password(admin, options["password_stdin"]))
        with transaction.atomic():
            offices = city_setup.make_offices(plan)
            admin.organisation = offices.city_committee
            admin.save()
            Assignment.objects.create(user=admin, organisation=offices.city_committee)
            city_setup.write_installation(plan)
        self._say_what_next(plan, admin)

    def _units(self, options) -> list[AdministrativeUnit]:
        found = AdministrativeUnit.objects.in_force(clock.today())
        if options["units"]:
            if options["province"] or options["district"]:
                raise CommandError("Give --units, or --province and --district, not both.", returncode=2)
            codes = [code.strip() for code in options["units"].split(",") if code.strip()]
            units = list(found.filter(code__in=codes))
            if missing := sorted(set(codes) - {unit.code for unit in units}):
                raise CommandError(f"Not in force today: {', '.join(missing)}.", returncode=2)
            return units
        if not (options["province"] or options["district"]):
            raise CommandError("Say which units: --units, or --province (and --district).", returncode=2)
        for name in ("province", "district"):
            if options[name]:
                found = found.filter(**{f"{name}_code": options[name]})
        if not (units := list(found)):
            raise CommandError("No unit in force today has these codes.", returncode=2)
        return units

    def _password(self, admin: User, from_stdin: bool) -> str:
        if from_stdin:
            password = sys.stdin.readline().rstrip("\r\n")
        else:
            password = getpass.getpass(f"Password for {admin.username}: ")
            if password != getpass.getpass("Once more: "):
                raise CommandError("The two passwords differ; nothing was set up.", returncode=2)
        try:
            validate_password(password, admin)
        except ValidationError as problem:
            raise CommandError(" ".join(problem.messages), returncode=2) from None
        return password

    def _say_what_next(self, plan: city_setup.CityPlan, admin: User) -> None:
        self.stdout.write(f"{plan.city_name}: {len(plan.units)} units, offices of every ward, real time.")
        for unit in plan.units:
            self.stdout.write(f"  {unit.code}  {unit.full_name}")
        self.stdout.write(
            f"Next: sign in as {admin.username}, open accounts for {plan.health_centre} and the wards,\n"
            "then let each ward read in its list of residents (Nhập từ tệp Excel)."
        )
