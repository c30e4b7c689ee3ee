"""Django's settings, all from the environment (portal/config.py). Starts nothing: entry points hold the lease."""

from pathlib import Path
from typing import Any

import structlog
from csp.constants import NONE, SELF
from django.utils.translation import gettext_lazy as _

from portal import config
from portal.database import app_password, app_role
from portal.embedded.places import Places

ENV = config.read()
BASE_DIR = config.ROOT
DATA_DIR: Path = ENV.data_dir
MODE = ENV.mode
DEBUG = False
MISSING_IN_PRODUCTION = ENV.missing

SECRET_KEY = ENV.get("SECRET_KEY")
FIELD_KEYS = ENV.get("FIELD_KEYS")
LEDGER_KEY = ENV.get("LEDGER_KEY")
LEDGER_RETIRED_KEYS = [key for key in ENV.get("LEDGER_RETIRED_KEYS").split(",") if key]
SIGNING_KEY = ENV.get("SIGNING_KEY")
SIGNING_CERTIFICATE = ENV.get("SIGNING_CERTIFICATE")
SIGNING_CHAIN = ENV.get("SIGNING_CHAIN")
SIGNING_PASSPHRASE = ENV.get("SIGNING_PASSPHRASE")
SIGNING_TRUST = ENV.get("SIGNING_TRUST")

ALLOWED_HOSTS = [host for host in ENV.get("ALLOWED_HOSTS", "127.0.0.1,localhost,[::1]").split(",") if host]
CSRF_TRUSTED_ORIGINS = [origin for origin in ENV.get("CSRF_TRUSTED_ORIGINS").split(",") if origin]
PORT = ENV.number("PORT", 8000, highest=65535)
BASE_URL = ENV.get("BASE_URL", f"http://127.0.0.1:{PORT}")

SERVICES = Places(DATA_DIR).announced()
_database_url = ENV.get("DATABASE_URL") or (
    SERVICES.database_url if SERVICES else "postgresql://plainmark@%2Fnonexistent/plainmark"
)
REDIS_URL = ENV.get("REDIS_URL") or (SERVICES.redis_url if SERVICES else "redis://127.0.0.1:1/0")
_owner: dict[str, Any] = config.database_settings(_database_url)
DATABASE_OWNER = {"USER": _owner["USER"], "PASSWORD": _owner["PASSWORD"]}
DATABASES: dict[str, dict[str, Any]] = {
    "default": _owner
    | {
        "USER": app_role(_owner["NAME"]),
        "PASSWORD": app_password(SECRET_KEY, _owner["NAME"]),
        "CONN_MAX_AGE": 600,
        "CONN_HEALTH_CHECKS": True,
        "ATOMIC_REQUESTS": False,
        "OPTIONS": {"connect_timeout": 3, "application_name": "plainmark", **_owner.get("OPTIONS", {})},
    }
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": REDIS_URL,
        "KEY_PREFIX": _owner["NAME"],
        "OPTIONS": {"socket_connect_timeout": 2, "socket_timeout": 5},
    }
}

_broker = ENV.get("CELERY_BROKER_URL") or REDIS_URL
CELERY: dict[str, Any] = {
    "broker_url": _broker,
    "result_backend": None,
    "accept_content": ["json"],
    "task_serializer": "json",
    "task_ignore_result": True,
    "task_acks_late": True,
    "task_reject_on_worker_lost": True,
    "task_publish_retry": False,
    "task_time_limit": 600,
    "task_soft_time_limit": 540,
    "worker_prefetch_multiplier": 1,
    "worker_hijack_root_logger": False,
    "worker_cancel_long_running_tasks_on_connection_loss": True,
    "broker_connection_retry_on_startup": True,
    # Two portals on one broker never take each other's tasks.
    "task_default_queue": f"plainmark.{_owner['NAME']}",
    "timezone": "UTC",
}
if _broker.startswith("amqp"):
    CELERY["task_default_queue_type"] = "quorum"
else:
    CELERY["broker_transport_options"] = {
        "global_keyprefix": f"{_owner['NAME']}:",
        "visibility_timeout": 900,  # above the hard time limit: a task that still runs isn't given to another worker
        "socket_connect_timeout": 2,
        "socket_timeout": 5,
    }

INSTALLED_APPS = [
    "portal.apps.PortalConfig",
    "portal.pages",
    "credit.reports",
    "credit.disputes",
    "credit.measures",
    "credit.scoring",
    "credit.records",
    "credit.access",
    "credit.subjects",
    "credit.identity",
    "credit.ledger",
    "credit.vault",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "allauth.idp.oidc",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.humanize",
    "django.contrib.messages",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
    "django.forms",
    "csp",
    "django_htmx",
]

MIDDLEWARE = [
    "portal.middleware.Machines",
    "portal.middleware.ServicesGone",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "portal.middleware.NoSlash",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "portal.middleware.Private",
    "portal.middleware.Refusals",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "credit.access.doors.DoorMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "allauth.usersessions.middleware.UserSessionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
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
                "portal.context.site",
            ],
        },
    }
]
FORM_RENDERER = "portal.forms.GovukRenderer"

FONTS_DIR = BASE_DIR / ".fonts"
STATIC_URL = "static/"
STATIC_ROOT = BASE_DIR / ".static"
STATICFILES_DIRS = [("build", BASE_DIR / "static" / "build")]
STORAGES = {
    "default": {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": str(DATA_DIR / "files")},
    },
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.ManifestStaticFilesStorage"},
}

AUTH_USER_MODEL = "identity.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
# Argon2id first, as OWASP's cheat sheet on storing passwords asks; the other for passwords of before, until next used.
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
ACCOUNT_ADAPTER = "portal.accounts.AccountAdapter"
ACCOUNT_FORMS = {"signup": "portal.accounts.SignupForm"}
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_EMAIL_VERIFICATION_BY_CODE_ENABLED = True
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_LOGOUT_REDIRECT_URL = "/"
ACCOUNT_DEFAULT_HTTP_PROTOCOL = "https" if ENV.production else "http"
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_TOTP_ISSUER = "Plainmark"
MFA_TOTP_TOLERANCE = 1  # RFC 6238, section 5.2: one step for whoever types slowly; a code still works only once
MFA_ADAPTER = "portal.accounts.MFAAdapter"

# Agencies' programs get opaque tokens for client credentials and nothing else: no key signs anything.
IDP_OIDC_ACCESS_TOKEN_EXPIRES_IN = 3600
IDP_OIDC_AUTH_METHODS = ["client_secret_basic", "client_secret_post"]
API_REQUESTS_A_MINUTE = int(ENV.get("API_REQUESTS_A_MINUTE", "30000"))  # of one program
API_TOKENS_A_MINUTE = int(ENV.get("API_TOKENS_A_MINUTE", "60"))  # of one address

EMAIL_URL = ENV.get("EMAIL_URL", "file:")
EMAIL_FILE_PATH = DATA_DIR / "mail"
DEFAULT_FROM_EMAIL = ENV.get("DEFAULT_FROM_EMAIL", "no-reply@plainmark.invalid")
globals().update(config.email_settings(EMAIL_URL))

LANGUAGE_CODE = "en"
LANGUAGES = [("en", _("English")), ("zh-hans", _("Simplified Chinese"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
LANGUAGE_COOKIE_SAMESITE = "Lax"
USE_I18N = True
FORMAT_MODULE_PATH = ["portal.formats"]
USE_TZ = True
TIME_ZONE = ENV.zone()

SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = 8 * 3600
SESSION_COOKIE_SECURE = ENV.production
CSRF_COOKIE_SECURE = ENV.production
LANGUAGE_COOKIE_SECURE = ENV.production
SECURE_SSL_REDIRECT = ENV.production and not ENV.flag("BEHIND_PLAIN_HTTP")
SECURE_HSTS_SECONDS = 31_536_000 if ENV.production else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = ENV.production
SECURE_HSTS_PRELOAD = ENV.production
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
SECURE_REDIRECT_EXEMPT = [r"^livez$", r"^readyz$"]
if ENV.production and ENV.get("TRUSTED_PROXY"):
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "base-uri": [NONE],
        "connect-src": [SELF],
        "font-src": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "img-src": [SELF, "data:"],
        "manifest-src": [SELF],
        "script-src": [SELF],
        "style-src": [SELF],
    }
}
DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
FILE_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024
SUBMISSION_MAX_BYTES = ENV.number("SUBMISSION_MAX_BYTES", 256 * 1024**2, highest=1024**4)
SILENCED_SYSTEM_CHECKS: list[str] = []

LOGGING: dict[str, Any] = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {
            "()": structlog.stdlib.ProcessorFormatter,
            "processor": structlog.processors.JSONRenderer(ensure_ascii=False)
            if ENV.production
            else structlog.dev.ConsoleRenderer(colors=False, exception_formatter=structlog.dev.plain_traceback),
            "foreign_pre_chain": [structlog.stdlib.add_log_level, structlog.processors.TimeStamper(fmt="iso")],
        }
    },
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": ENV.level("WARNING")},
    "loggers": {"credit": {"level": ENV.level("INFO")}, "portal": {"level": ENV.level("INFO")}},
}
structlog.configure(
    processors=[
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso"),
        structlog.processors.format_exc_info,
        structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
    ],
    logger_factory=structlog.stdlib.LoggerFactory(),
    cache_logger_on_first_use=True,
)
