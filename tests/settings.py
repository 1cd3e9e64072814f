"""The settings of a test process: its own database, its own Valkey, its own folder, and nothing of the environment's.

`make test` makes the servers' folder anew; run by hand, `pytest` keeps it in var/test, where it is faster.
"""

import atexit
import os
import shutil
from pathlib import Path

from config import embedded
from config.servers import APP_ROLE, OWNER_ROLE, Postgres, Valkey

SERVERS_DIR = Path(os.environ.get("TEST_SERVERS_DIR") or embedded.ROOT / "var" / "test").absolute()
WORKER_DIR = SERVERS_DIR / "workers" / str(os.getpid())
WORKER_DATABASE = f"test_{os.getpid()}"

SERVERS_DIR.mkdir(parents=True, exist_ok=True)
(SERVERS_DIR / "volatile").touch()
WORKER_DIR.mkdir(parents=True, exist_ok=True)
atexit.register(shutil.rmtree, WORKER_DIR, ignore_errors=True)

for _name in (
    "DATABASE_URL",
    "DATABASE_OWNER_URL",
    "REDIS_URL",
    "ALLOWED_HOSTS",
    "CSRF_TRUSTED_ORIGINS",
    "PORT",
):
    os.environ.pop(_name, None)
POSTGRES = Postgres(SERVERS_DIR, embedded.installation_secrets(SERVERS_DIR))
VALKEY = Valkey(WORKER_DIR, embedded.installation_secrets(WORKER_DIR))
os.environ |= embedded.environment(WORKER_DIR) | {
    "PROFILE": "test",
    "DATA_DIR": str(WORKER_DIR),
    "DATABASE_URL": POSTGRES.url(APP_ROLE, WORKER_DATABASE),
    "DATABASE_OWNER_URL": POSTGRES.url(OWNER_ROLE, WORKER_DATABASE),
}

from config.settings import *  # noqa: F403
