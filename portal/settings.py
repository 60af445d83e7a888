"""The settings of Sayso in one file: three modes (production, demo, test), every value typed by ``portal.env``."""

from datetime import timedelta
from pathlib import Path

from csp.constants import NONCE, NONE, SELF
from kombu.entity import Exchange, Queue

from portal import devkeys, embedded, env, schedule

BASE_DIR = Path(__file__).resolve().parent.parent

# --- Mode and place ------------------------------------------------------------------------------------------------

MODE = env.choice(
    "SAYSO_MODE", ("production", "demo", "test"), default="production" if env.text("DATABASE_URL") else "demo"
)
PRODUCTION = MODE == "production"
DEBUG = False

VAR = env.data_folder()
MEDIA_ROOT_ENCRYPTED = VAR / "media"
UPLOAD_ROOT = VAR / "uploads"
MAILBOX_ROOT = VAR / "mailbox"
BACKUP_KEY_FOLDER = Path(env.text("BACKUP_KEY_FOLDER") or VAR / "backup-keys")
MAX_UPLOAD_BYTES = env.number("MAX_UPLOAD_BYTES", 20 * 10**9, least=1)
VAULT_QUOTA_BYTES = env.number("VAULT_QUOTA_BYTES", 50 * 2**30, least=1)

if PRODUCTION:
    SITE_URL = env.required("SITE_URL", "the public address of this site, such as https://sayso.example").rstrip("/")
else:
    SITE_URL = env.text("SITE_URL", f"http://localhost:{env.number('PORT', 8000, least=1)}").rstrip("/")
ALLOWED_HOSTS, CSRF_TRUSTED_ORIGINS = env.hosts(
    "ALLOWED_HOSTS", SITE_URL, open_on_loopback=not PRODUCTION, https_only=PRODUCTION
)

# --- Keys ----------------------------------------------------------------------------------------------------------

_made = {} if PRODUCTION else devkeys.load(VAR)


def _key(name: str) -> str:
    return env.text(name) or _made.get(name) or env.required(name, "see docs/OPERATIONS.md, Keys")


SECRET_KEY = env.secret("SECRET_KEY", _key("SECRET_KEY"))
SECRET_KEY_FALLBACKS = env.listing("SECRET_KEY_FALLBACKS")
LINK_KEYS = env.key_ring("LINK_KEYS", _key("LINK_KEYS"))
LEDGER_KEYS = env.key_ring("LEDGER_KEYS", _key("LEDGER_KEYS"))
MEDIA_KEYS = env.key_ring("MEDIA_KEYS", _key("MEDIA_KEYS"))
env.apart(LINK_KEYS=LINK_KEYS, LEDGER_KEYS=LEDGER_KEYS, MEDIA_KEYS=MEDIA_KEYS)

# --- Applications ----------------------------------------------------------------------------------------------------

INSTALLED_APPS = [
    "portal",
    "notifications",
    "consent",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django.contrib.humanize",
    "django.forms",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "csp",
    "django_htmx",
    "lucide",
]

MIDDLEWARE = [
    "portal.middleware.RequestId",
    "django.middleware.security.SecurityMiddleware",
    "portal.middleware.FixedHeaders",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "portal.middleware.WholeText",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "portal.middleware.OwnLanguage",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "portal.middleware.SessionActivity",
    "django_htmx.middleware.HtmxMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "portal.middleware.BusyDatabase",
    "portal.doors.Doors",
]

ROOT_URLCONF = "portal.urls"
WSGI_APPLICATION = "portal.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "csp.context_processors.nonce",
                "portal.context.chrome",
            ],
        },
    },
]
FORM_RENDERER = "portal.forms_renderer.Renderer"

# --- Servers ---------------------------------------------------------------------------------------------------------

_local = embedded.addresses(VAR)
DATABASE_URL = env.text("DATABASE_URL") or (
    env.required("DATABASE_URL", "production needs a PostgreSQL server") if PRODUCTION else _local.database_url
)
REDIS_URL = env.redis(
    "REDIS_URL",
    env.text("REDIS_URL")
    or (env.required("REDIS_URL", "production needs a Redis server") if PRODUCTION else _local.redis_url),
)

DATABASES = {"default": env.database("DATABASE_URL", DATABASE_URL)}
DATABASES["default"]["CONN_MAX_AGE"] = 60
DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
# A lock that is not free within 3 s is answered with 503 (portal.middleware.BusyDatabase), not with a hanging page.
DATABASES["default"]["OPTIONS"].setdefault(
    "options", "-c lock_timeout=3000 -c idle_in_transaction_session_timeout=60000"
)
DATABASES["default"]["OPTIONS"].setdefault("connect_timeout", "5")
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# Clearing a cache empties its whole database, so it must not be the broker's.
CACHES = {
    "default": {
        "BACKEND": "portal.cache.ForgivingRedisCache",
        "LOCATION": env.text("CACHE_URL") or env.redis_database(REDIS_URL, 1),
        "KEY_PREFIX": "sayso",
        "OPTIONS": {"socket_connect_timeout": 1, "socket_timeout": 1, "retry": None},
    }
}

# --- People and sessions ---------------------------------------------------------------------------------------------

AUTH_USER_MODEL = "consent.User"
AUTHENTICATION_BACKENDS = [
    "portal.accounts.Backend",
    "django.contrib.auth.backends.ModelBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
if MODE == "test":
    PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]

LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"

ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_ADAPTER = "portal.accounts.AccountAdapter"
ACCOUNT_SIGNUP_FORM_CLASS = "portal.web.forms.accounts.SignupForm"
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_CONFIRM_EMAIL_ON_GET = False  # a mail scanner that follows the link confirms nothing
ACCOUNT_LOGIN_BY_CODE_ENABLED = True
ACCOUNT_LOGIN_ON_PASSWORD_RESET = False
ACCOUNT_LOGOUT_ON_PASSWORD_CHANGE = True
ACCOUNT_REAUTHENTICATION_REQUIRED = True
ACCOUNT_REAUTHENTICATION_TIMEOUT = 300
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_DEFAULT_HTTP_PROTOCOL = "https" if SITE_URL.startswith("https:") else "http"

MFA_SUPPORTED_TYPES = ["totp", "recovery_codes", "webauthn"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_TOTP_ISSUER = "Sayso"
MFA_ADAPTER = "portal.second_factor.SecondFactors"  # secrets are sealed before they are stored
MFA_TOTP_TOLERANCE = 1  # a code may be one period old: people type, and clocks differ
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not PRODUCTION

USERSESSIONS_TRACK_ACTIVITY = True
SESSION_ENGINE = "django.contrib.sessions.backends.db"
SESSION_COOKIE_AGE = int(timedelta(days=14).total_seconds())
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_SAMESITE = "Lax"
# Two copies on one machine share the host "localhost", and cookies know no port: each checkout names its own.
SESSION_COOKIE_NAME = "__Host-sayso_session" if PRODUCTION else f"sayso_session_{embedded.mark(VAR)}"
CSRF_COOKIE_NAME = "__Host-sayso_csrf" if PRODUCTION else f"sayso_csrf_{embedded.mark(VAR)}"

# --- Browser safety --------------------------------------------------------------------------------------------------

SECURE_SSL_REDIRECT = PRODUCTION and env.flag("SECURE_SSL_REDIRECT", default=True)
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$", r"^metrics$"]  # probes ask the process itself, inside the network
if PRODUCTION and env.flag("BEHIND_PROXY", default=True):
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    ALLAUTH_TRUSTED_PROXY_COUNT = 1  # else everybody shares the proxy's address, and one attacker their limits
SECURE_HSTS_SECONDS = int(timedelta(days=365).total_seconds()) if PRODUCTION else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = PRODUCTION
SECURE_HSTS_PRELOAD = PRODUCTION
SESSION_COOKIE_SECURE = PRODUCTION
LANGUAGE_COOKIE_SECURE = PRODUCTION
CSRF_COOKIE_SECURE = PRODUCTION
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF, NONCE],
        "style-src": [SELF, NONCE],
        "img-src": [SELF, "data:", "blob:"],
        "media-src": [SELF, "blob:"],
        "object-src": [NONE],
        "frame-ancestors": [NONE],
        "form-action": [SELF],
        "base-uri": [NONE],
    }
}

# --- Files -----------------------------------------------------------------------------------------------------------

STATIC_URL = "/static/"
STATIC_ROOT = VAR / "static"
STATICFILES_DIRS = [path for path in [BASE_DIR / "static"] if path.is_dir()]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": VAR / "files"}},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if MODE == "test"
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}
WHITENOISE_USE_FINDERS = MODE == "test"
WHITENOISE_AUTOREFRESH = False

# --- Language and time -----------------------------------------------------------------------------------------------

USE_I18N = True
LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("es", "Español"), ("fr", "Français")]  # each in its own words
LOCALE_PATHS = [BASE_DIR / "portal" / "locale"]
USE_TZ = True
TIME_ZONE = "UTC"

# --- Mail ------------------------------------------------------------------------------------------------------------

DEFAULT_FROM_EMAIL = env.text("DEFAULT_FROM_EMAIL", "Sayso <no-reply@sayso.localhost>")
SERVER_EMAIL = DEFAULT_FROM_EMAIL
SECURITY_CONTACT = env.text("SECURITY_CONTACT", "operator@sayso.localhost")
EMAIL_TIMEOUT = 20
EMAIL_URL = env.text("EMAIL_URL") or (
    env.required("EMAIL_URL", "production needs a mail server, such as smtp+tls://user:password@host:587")
    if PRODUCTION
    else ""
)
MAILBOX = not PRODUCTION
if EMAIL_URL:
    EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    vars().update(env.email("EMAIL_URL", EMAIL_URL))
else:
    EMAIL_BACKEND = "portal.mailbox.backend.MailboxBackend"

# --- Background work -------------------------------------------------------------------------------------------------

CELERY_BROKER_URL = env.broker(REDIS_URL)
CELERY_BROKER_CONNECTION_TIMEOUT = 1
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_CONNECTION_MAX_RETRIES = None  # a worker waits for its broker for as long as it takes
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "socket_connect_timeout": 1,
    "socket_timeout": 3,
    "max_retries": 1,
    "interval_start": 0,
    "interval_step": 0.1,
    "interval_max": 0.1,
    "visibility_timeout": 3600,
}
CELERY_TASK_PUBLISH_RETRY = False
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TASK_SOFT_TIME_LIMIT = 840
CELERY_TASK_TIME_LIMIT = 900
CELERY_TASK_DEFAULT_QUEUE = "default"
CELERY_TASK_QUEUES = tuple(Queue(name, Exchange(name), routing_key=name) for name in schedule.QUEUES)
CELERY_TASK_CREATE_MISSING_QUEUES = False
CELERY_TASK_ROUTES = schedule.ROUTES
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_SEND_TASK_EVENTS = False
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_BEAT_SCHEDULE = schedule.beat_schedule()
CELERY_BEAT_SCHEDULE_FILENAME = str(VAR / "run" / "beat")
CELERY_TIMEZONE = "UTC"

# --- Figures for the operator's own monitoring ------------------------------------------------------------------------

METRICS_TOKEN = env.bearer("METRICS_TOKEN")  # without one there is no such page

# --- Logs ------------------------------------------------------------------------------------------------------------

_FORMATS = {"json": "portal.logs.JsonLine", "plain": "portal.logs.Plain"}
LOG_FORMAT = env.choice("LOG_FORMAT", tuple(_FORMATS), default="json" if PRODUCTION else "plain")
LOGGING_CONFIG = "logging.config.dictConfig"
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"()": _FORMATS[LOG_FORMAT], "private": PRODUCTION}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": "WARNING"},
    "loggers": {
        "django": {"handlers": [], "level": "WARNING", "propagate": True},
        "portal": {"level": "INFO"},
        "notifications": {"level": "INFO"},
        "consent": {"level": "INFO"},
        # Celery's own lines (a task begins, a task ends) name tasks and ids, never arguments worth hiding.
        "celery": {"level": "INFO"},
    },
}
