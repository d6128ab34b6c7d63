"""The least that Django REST Framework with SimpleJWT needs; what is not here is a default of theirs."""

import os

SECRET_KEY = os.environ["SIGNING_SECRET"]
ALLOWED_HOSTS = ["127.0.0.1"]
ROOT_URLCONF = "api"
USE_TZ = True
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "rest_framework",
    "rest_framework_simplejwt.token_blacklist",
]
MIDDLEWARE = ["django.middleware.common.CommonMiddleware"]
REST_FRAMEWORK = {
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "rest_framework_simplejwt.authentication.JWTAuthentication"
    ],
}
DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.mysql",
        "NAME": os.environ["DATABASE_NAME"],
        "USER": "bench",
        "PASSWORD": "bench",
        "HOST": os.environ["DATABASE_SOCKET"],
        "CONN_MAX_AGE": None,
    }
}
# The same work for all: Argon2id, 19 MiB, two passes.
PASSWORD_HASHERS = ["hasher.Argon2idHasher"]
EMAIL_BACKEND = "django.core.mail.backends.dummy.EmailBackend"
