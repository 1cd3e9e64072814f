"""Signing in as people do, by password and code: for tests of the gate, where `force_login` would walk around it."""

from allauth.mfa.totp.internal import auth
from django.core.cache import cache

from tests.factories import make_user
from wards.models import User

PASSWORD = "bèo-dạt-mây-trôi-1"
LOGIN = "/accounts/login/"


def make_official(role, ward=None, username: str = "canbo.vocuong", **fields) -> User:
    user = make_user(role, ward, username=username, **fields)
    user.set_password(PASSWORD)
    user.save()
    return user


def sign_in(
    client, user: User | str = "canbo.vocuong", password: str = PASSWORD, address: str = "10.0.0.1", **data
):
    username = getattr(user, "username", user)
    return client.post(LOGIN, {"login": username, "password": password} | data, REMOTE_ADDR=address)


def code_now(secret: str) -> str:
    return auth.format_hotp_value(auth.hotp_value(secret, next(iter(auth.yield_hotp_counters_from_time()))))


def enrol(client) -> str:
    """The signed-in account of `client` turns the app on; returns the app's secret."""
    page = client.get("/accounts/2fa/totp/activate/")
    assert page.status_code == 200, page.headers.get("Location")
    secret = page.context["form"].secret
    answer = client.post("/accounts/2fa/totp/activate/", {"code": code_now(secret)})
    assert answer.status_code == 302, answer.content.decode()
    cache.clear()  # a code is good once
    return secret
