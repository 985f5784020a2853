"""Settings. Everything that a site may want to change comes from the environment (docs/operations.md)."""

import os
import secrets
from contextlib import suppress
from pathlib import Path

import environ

from supervisor.setup import broker_socket

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.Env()

HEADRACE_HOME = Path(env.str("HEADRACE_HOME", str(BASE_DIR / "var"))).resolve()
(HEADRACE_HOME / "static").mkdir(parents=True, exist_ok=True)


def _secret_key(path: Path) -> str:
    """The site's own key, made at the first start: nobody has to invent one, and no two sites share one."""
    if not path.exists():
        whole = path.with_name(f"{path.name}.{os.getpid()}")  # a half one would be the key for ever
        descriptor = os.open(whole, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write(secrets.token_urlsafe(50))
        with suppress(FileExistsError):  # of several processes that start together one decides
            os.link(whole, path)
        whole.unlink()
    return path.read_text()


SECRET_KEY = env.str("SECRET_KEY", "") or _secret_key(HEADRACE_HOME / "secret_key")
DEBUG = env.bool("DEBUG", False)
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["localhost", "127.0.0.1", "[::1]", "testserver"])
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django_htmx",
    "rest_framework",
    "channels",
    "wire",
    "providers",
    "providers.transfer",
    "providers.compute",
    "providers.search",
    "providers.notification",
    "library",
    "runs",
    "ide",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
]
ROOT_URLCONF = "config.urls"
ASGI_APPLICATION = "config.asgi.application"
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
            ]
        },
    }
]

DATABASES = {"default": env.db_url("DATABASE_URL", default=f"sqlite:///{HEADRACE_HOME / 'headrace.sqlite3'}")}
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    # IMMEDIATE: a deferred transaction that turns into a writer fails at once instead of waiting its turn.
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 30,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;",
    }
else:
    DATABASES["default"]["CONN_MAX_AGE"] = 600
    DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
    # A server that falls silent, as when its network is cut, is given up in half a minute.
    DATABASES["default"]["OPTIONS"] = {
        "connect_timeout": 10,
        "keepalives_idle": 10,
        "keepalives_interval": 5,
        "keepalives_count": 4,
        "tcp_user_timeout": 30_000,  # ms
        **DATABASES["default"].get("OPTIONS", {}),
    }
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_USER_MODEL = "wire.User"
LOGIN_URL = "/sign-in/"
LOGIN_REDIRECT_URL = "/"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in ("UserAttributeSimilarityValidator", "MinimumLengthValidator", "CommonPasswordValidator")
]
SESSION_COOKIE_SAMESITE = "Lax"
SECURE_CONTENT_TYPE_NOSNIFF = True
X_FRAME_OPTIONS = "DENY"

LANGUAGE_CODE = "en-us"
TIME_ZONE = "UTC"
USE_TZ = True
STATIC_URL = "/static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
STATIC_ROOT = HEADRACE_HOME / "static"
WHITENOISE_USE_FINDERS = True
WHITENOISE_MIMETYPES = {".wasm": "application/wasm", ".mjs": "text/javascript"}
DATA_UPLOAD_MAX_MEMORY_SIZE = 1_048_576
DATA_UPLOAD_MAX_NUMBER_FIELDS = 5000  # start forms of long lists

# "full": run no function without the whole sandbox; "best": the best there is.
COMPUTE_ISOLATION = env.str("COMPUTE_ISOLATION", "best")

# Whether people without an account may use the scratch editor, and how often one address may ask it:
# who types ten keys a second asks up to ten times for problems, and again for completions and help.
EDITOR_FOR_VISITORS = env.bool("EDITOR_FOR_VISITORS", True)
VISITOR_QUESTIONS_PER_MINUTE = env.int("VISITOR_QUESTIONS_PER_MINUTE", 2_400)

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["wire.auth.BearerAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["wire.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["wire.parsers.JSONParser"],
    "EXCEPTION_HANDLER": "wire.errors.exception_handler",
    "UNAUTHENTICATED_USER": None,
}

# The broker holds hints only. Without REDIS_URL it is the one that `./run` starts, behind a private socket.
REDIS_URL = env.str("REDIS_URL", "") or f"unix://{broker_socket(HEADRACE_HOME)}"
BROKER_SOCKET = None if env.str("REDIS_URL", "") else broker_socket(HEADRACE_HOME)

CELERY_BROKER_URL = REDIS_URL.replace("unix://", "redis+socket://", 1)
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TASK_PUBLISH_RETRY = False
CELERY_TASK_DEFAULT_QUEUE = "runs"
CELERY_TASK_ROUTES = {"runs.*": {"queue": "runs"}, "providers.*": {"queue": "actions"}}
CELERY_WORKER_CONSUMER = "config.consumer:Consumer"
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
# A process that grows, whatever the reason, is replaced between two tasks.
CELERY_WORKER_MAX_TASKS_PER_CHILD = 10_000
CELERY_DB_REUSE_MAX = 1_000_000  # without it, connections are closed before and after each task
CELERY_WORKER_MAX_MEMORY_PER_CHILD = 400_000  # KiB
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_CONNECTION_MAX_RETRIES = None
CELERY_BROKER_CHANNEL_ERROR_RETRY = True  # a broker that is starting or stopping answers with errors
# A hung broker must not hang whoever publishes.
CELERY_BROKER_TRANSPORT_OPTIONS = {"socket_timeout": 1.0, "socket_connect_timeout": 1.0}

EMAIL_URL = env.str("EMAIL_URL", "")
if EMAIL_URL:
    vars().update(env.email_url("EMAIL_URL"))
else:
    EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    EMAIL_FILE_PATH = HEADRACE_HOME / "mail"
EMAIL_TIMEOUT = 10  # a mail server that hangs must not hang whoever sends
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", "headrace@localhost")

# Flow definitions name hosted providers by these addresses; ours answer for them.
PROVIDER_ALIASES = {
    "https://transfer.actions.globus.org": "transfer",
    "https://actions.globus.org/transfer": "transfer",
    "https://actions.automate.globus.org/transfer": "transfer",
    "https://actions.globus.org": "",
    "https://actions.automate.globus.org": "",
    "https://compute.actions.globus.org/v3": "compute/v3",
    "https://compute.actions.globus.org/v2": "compute/v2",
    "https://compute.actions.globus.org": "compute/v2",
    "https://automate.funcx.org": "compute/v2",
    "https://api.funcx.org/automate": "compute/v2",
}
# http:// providers are for tests and private networks; Globus accepts https only.
ALLOW_HTTP_PROVIDERS = env.bool("ALLOW_HTTP_PROVIDERS", False)

# Tokens for remote providers, by the start of their address: "https://ap.example.org=TOKEN,..."
PROVIDER_TOKENS = env.dict("PROVIDER_TOKENS", default={})

WORKER_MEMORY_MB = env.int("WORKER_MEMORY_MB", 2048)  # address space of a process that carries runs on
# Of one person's runs so many are carried on like everybody's, and so many more may wait.
MAX_ACTIVE_RUNS = env.int("MAX_ACTIVE_RUNS", 100)
MAX_WAITING_RUNS = env.int("MAX_WAITING_RUNS", 2000)
LEASE_SECONDS = env.float("LEASE_SECONDS", 15.0)
FIRST_POLL_SECONDS = env.float("FIRST_POLL_SECONDS", 1.0)
MAX_POLL_SECONDS = env.float("MAX_POLL_SECONDS", 10.0)

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(levelname)s %(name)s: %(message)s"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": env.str("LOG_LEVEL", "WARNING")},
}
