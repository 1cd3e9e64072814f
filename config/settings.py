"""Every setting, read from the environment; a bad or missing value stops the start with a sentence that says which.

Profiles: `development` (plain HTTP on loopback, embedded servers), `test`, and `production` (HTTPS only, every secret and
server named by the environment).
"""

import base64
import sys
from pathlib import Path

import environ
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured

from config import embedded
from lib.keyring import KeyRing, KeyRingError

BASE_DIR = Path(__file__).resolve().parent.parent

# Name → what it is for. `docker-compose.yml` is held to this table by tests/test_house.py.
ENVIRONMENT = {
    "PROFILE": "development, test or production",
    "DATABASE_URL": "PostgreSQL as the application's role, which owns nothing",
    "DATABASE_OWNER_URL": "PostgreSQL as the owner's role, which migrates",
    "REDIS_URL": "Valkey or Redis: broker (database 0) and cache (database 1)",
    "SECRET_KEY": "signs sessions and links; 50 characters or more",
    "IDENTITY_KEYS": "key ring for identity numbers: id:base64 of 32 bytes, comma separated, the first one encrypts",
    "IDENTITY_HASH_KEY": "base64 of 32 bytes: keyed hash by which identity numbers are matched",
    "ALLOWED_HOSTS": "host names served, comma separated",
    "CSRF_TRUSTED_ORIGINS": "origins with scheme, comma separated, when behind a proxy under another name",
    "DATA_DIR": "folder for uploads, finished files and, when trying out, the embedded servers",
    "PORT": "port of the web server",
    "DEMO_RESIDENTS": "size of the demonstration city that `make run` makes in an empty database",
    "TRUSTED_PROXIES": "how many proxies stand in front of the web server; their forwarded addresses are believed (0)",
    "LOG_LEVEL": "DEBUG, INFO, WARNING or ERROR",
}

env = environ.Env()


def _one_of(name: str, allowed: set[str], default: str) -> str:
    value = env.str(name, default)
    if value not in allowed:
        raise ImproperlyConfigured(f"{name}={value!r}: must be one of {', '.join(sorted(allowed))}.")
    return value


PROFILE = _one_of("PROFILE", {"development", "test", "production"}, "development")
PRODUCTION = PROFILE == "production"
TESTING = PROFILE == "test"
DATA_DIR = Path(env.str("DATA_DIR", str(BASE_DIR / "var"))).absolute()

if PRODUCTION:
    for _name in (
        "DATABASE_URL",
        "DATABASE_OWNER_URL",
        "REDIS_URL",
        "SECRET_KEY",
        "IDENTITY_KEYS",
        "IDENTITY_HASH_KEY",
        "ALLOWED_HOSTS",
    ):
        if not env.str(_name, ""):
            raise ImproperlyConfigured(f"{_name} is not set; production needs it: {ENVIRONMENT[_name]}.")
else:
    for _name, _value in embedded.environment(DATA_DIR).items():
        env.ENVIRON.setdefault(_name, _value)

SECRET_KEY = env.str("SECRET_KEY")
if len(SECRET_KEY) < 50:
    raise ImproperlyConfigured("SECRET_KEY is shorter than 50 characters.")


def _key_of_32_bytes(name: str, text: str) -> bytes:
    try:
        key = base64.b64decode(text, validate=True)
    except ValueError:
        raise ImproperlyConfigured(f"{name} holds a key that is not base64.") from None
    if len(key) != 32:
        raise ImproperlyConfigured(f"{name} holds a key of {len(key)} bytes; 32 are needed.")
    return key


def _key_ring(name: str) -> str:
    try:
        KeyRing.from_env(env.str(name))
    except KeyRingError as error:
        raise ImproperlyConfigured(f"{name}: {error}.") from None
    return env.str(name)


IDENTITY_KEYS = _key_ring("IDENTITY_KEYS")
IDENTITY_HASH_KEY = _key_of_32_bytes("IDENTITY_HASH_KEY", env.str("IDENTITY_HASH_KEY"))

DEBUG = False
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["127.0.0.1", "localhost", "[::1]", "testserver"])
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])
PORT = env.int("PORT", 8000)
DEMO_RESIDENTS = env.int("DEMO_RESIDENTS", 30_000)

INSTALLED_APPS = [
    "config.apps.TungNhaConfig",
    "outreach",
    "vaccination",
    "wards",
    "config.apps.TechnicalAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django.contrib.humanize",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "pgtrigger",
    "pghistory",
    "csp",
    "django_htmx",
    "django_filters",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "import_export",
]

MIDDLEWARE = [
    "config.headers.HeadersMiddleware",
    "csp.middleware.CSPMiddleware",  # static files too
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.middleware.gzip.GZipMiddleware",  # a ward's line is slow; its random padding answers BREACH
    "wards.api.problem.ProblemMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "config.language.ChosenLanguageMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "config.refusals.SignInRequiredMiddleware",
    "wards.gate.GateMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "wards.audit.HistoryContextMiddleware",
    "config.refusals.RefusedMethodMiddleware",
]

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "wards.installation.context",
                "outreach.navigation.context",
            ],
        },
    }
]

DATABASES = {"default": env.db("DATABASE_URL"), "owner": env.db("DATABASE_OWNER_URL")}
for _database in DATABASES.values():
    if _database["ENGINE"] != "django.db.backends.postgresql":
        raise ImproperlyConfigured("DATABASE_URL and DATABASE_OWNER_URL must name PostgreSQL.")
    _database.setdefault("CONN_MAX_AGE", 60)
    _database["CONN_HEALTH_CHECKS"] = True
    _database.setdefault("OPTIONS", {}).setdefault("connect_timeout", 5)
DATABASES["owner"]["TEST"] = {"MIRROR": "default"}

REDIS_URL = env.str("REDIS_URL")


def _redis_database(number: int) -> str:
    if REDIS_URL.startswith("unix:"):
        return f"{REDIS_URL}{'&' if '?' in REDIS_URL else '?'}db={number}"
    return f"{REDIS_URL.rstrip('/')}/{number}"


BROKER_URL = _redis_database(0).replace("unix:", "redis+socket:", 1).replace("?db=", "?virtual_host=")
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": _redis_database(1),
        # a cache that hangs must not hang a sign-in
        "OPTIONS": {"socket_connect_timeout": 1, "socket_timeout": 2},
    }
}

AUTH_USER_MODEL = "wards.User"
AUTHENTICATION_BACKENDS = ["wards.accounts.OfficialBackend"]
PASSWORD_HASHERS = ["wards.passwords.TunedArgon2Hasher"]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ("username", "full_name", "phone")},
    },
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
    {"NAME": "wards.passwords.EasilyGuessedPasswordValidator"},
]
LOGIN_URL = "account_login"
CSRF_FAILURE_VIEW = "wards.views.form_expired.form_expired"
LOGIN_REDIRECT_URL = "/"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_LOGOUT_REDIRECT_URL = LOGIN_URL
ACCOUNT_ADAPTER = "wards.accounts.AccountAdapter"
MFA_ADAPTER = "wards.accounts.MFAAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_FORMS = {
    "authenticate": "wards.forms.sign_in.CodeForm",
    "reauthenticate": "wards.forms.sign_in.CodeAgainForm",
}
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not PRODUCTION  # plain HTTP on loopback
# allauth's own counters lock an account for everybody and an address for all colleagues: wards.throttling counts instead.
ACCOUNT_RATE_LIMITS = {"login": None, "login_failed": None, "reauthenticate": None}
ACCOUNT_SESSION_REMEMBER = False
ALLAUTH_TRUSTED_PROXY_COUNT = env.int("TRUSTED_PROXIES", 0)
SESSION_COOKIE_AGE = 12 * 60 * 60
SESSION_ENGINE = "django.contrib.sessions.backends.db"
DEVICE_COOKIE_NAME = "device"

LANGUAGE_CODE = "vi"
LANGUAGES = [("vi", "Tiếng Việt"), ("en", "English")]
LOCALE_PATHS = [BASE_DIR / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "Asia/Ho_Chi_Minh"
FORMAT_MODULE_PATH = ["config.formats"]
USE_THOUSAND_SEPARATOR = True

STATIC_URL = "/static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
STATIC_ROOT = (
    BASE_DIR / "staticfiles" if PRODUCTION else None
)  # part of the image; else files come from static/
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"
        if PRODUCTION
        else "django.contrib.staticfiles.storage.StaticFilesStorage"
    },
}
WHITENOISE_USE_FINDERS = not PRODUCTION
WHITENOISE_ALLOW_ALL_ORIGINS = False
MEDIA_ROOT = DATA_DIR / "files"
FILE_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024
DATA_UPLOAD_MAX_MEMORY_SIZE = 10 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2_000  # 200 pasted officials, seven fields each
IMPORT_MAX_BYTES = 100 * 1024 * 1024

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "manifest-src": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "object-src": [NONE],
        "base-uri": [NONE],
    }
}
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
SESSION_COOKIE_HTTPONLY = True
MESSAGE_STORAGE = (
    "django.contrib.messages.storage.session.SessionStorage"  # a message may name somebody: no cookie
)
CSRF_COOKIE_HTTPONLY = True  # scripts take the token from the page
LANGUAGE_COOKIE_HTTPONLY = True
LANGUAGE_COOKIE_SAMESITE = "Lax"
if PRODUCTION:
    SECURE_SSL_REDIRECT = True
    SECURE_REDIRECT_EXEMPT = [r"^healthz$"]
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    SECURE_HSTS_SECONDS = 365 * 24 * 60 * 60
    SECURE_HSTS_INCLUDE_SUBDOMAINS = True
    SECURE_HSTS_PRELOAD = True
    SESSION_COOKIE_SECURE = True
    CSRF_COOKIE_SECURE = True
    LANGUAGE_COOKIE_SECURE = True
    # browsers take a cookie of this name only over HTTPS, from this host itself, for every path
    SESSION_COOKIE_NAME = "__Host-sessionid"
    CSRF_COOKIE_NAME = "__Host-csrftoken"
    DEVICE_COOKIE_NAME = "__Host-device"
    LANGUAGE_COOKIE_NAME = "__Host-language"

PGHISTORY_APPEND_ONLY = (
    False  # the owner revokes UPDATE and DELETE on history from the application's role instead
)
PGTRIGGER_MIGRATIONS = True

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["wards.api.authentication.BearerToken"],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["wards.api.parsing.StrictJson"],
    "DEFAULT_SCHEMA_CLASS": "wards.api.description.Operation",
    "EXCEPTION_HANDLER": "wards.api.problem.handler",
    "URL_FORMAT_OVERRIDE": None,
    "TEST_REQUEST_DEFAULT_FORMAT": "json",
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Từng Nhà",
    "VERSION": "1",
    "DESCRIPTION": "Who lives where, who is due for which dose and why, and what is done about it. See docs/api.md.",
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "COMPONENT_SPLIT_REQUEST": True,
    "COMPONENT_SPLIT_PATCH": False,  # a change needs its version
    "ENUM_GENERATE_CHOICE_DESCRIPTION": False,
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "wards.api.description.close_bodies",
    ],
    "ENUM_NAME_OVERRIDES": {
        "DoseSource": "vaccination.api.doses.ON_RECORD",
        "EnteredDoseSource": "vaccination.api.doses.SOURCES",
        "ForecastState": "vaccination.api.forecasts.STATES",
    },
}

LOG_LEVEL = _one_of("LOG_LEVEL", {"DEBUG", "INFO", "WARNING", "ERROR"}, "INFO")
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {
            "()": "config.logs.DiscreetFormatter",
            "format": "%(asctime)s %(levelname)s %(name)s: %(message)s",
        }
    },
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line", "stream": sys.stderr}},
    "root": {"handlers": ["stderr"], "level": LOG_LEVEL},
}
SILENCED_SYSTEM_CHECKS: list[str] = []
