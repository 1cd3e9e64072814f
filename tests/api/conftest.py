"""A program that asks the API: tokens for officials, and a client that speaks JSON."""

import json
from collections.abc import Collection
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from lib import clock
from wards import api_tokens
from wards.models import ApiToken, TokenScope, User

EVERY_SCOPE = [scope.value for scope in TokenScope]


def make_token(user: User, scopes: Collection[str] = tuple(EVERY_SCOPE), **fields: Any) -> str:
    """A secret for the user, whatever their roles; a token never has more power than these."""
    now = clock.real_now()
    secret = api_tokens.MARK + f"test-{user.pk}-{ApiToken.objects.count()}"
    ApiToken.objects.create(
        user=user, name="thử", scopes=list(scopes), prefix=secret[:12], digest=api_tokens.digest_of(secret),
        **{"created_at": now - timedelta(minutes=1), "expires_at": now + timedelta(days=7)} | fields,
    )  # fmt: skip
    return secret


class Program:
    """Sends and receives JSON with a token; `problem` also checks the one shape of refusals."""

    def __init__(self, secret: str = "", **headers: str) -> None:
        self.client = Client(raise_request_exception=False)
        self.headers = ({"Authorization": f"Bearer {secret}"} if secret else {}) | headers

    def ask(self, method: str, path: str, sent: Any = None, **headers: str):
        body = {} if sent is None else {"data": json.dumps(sent), "content_type": "application/json"}
        url = path if path.startswith(("/", "http")) else f"/api/v1/{path}"
        return self.client.generic(method, url, **body, headers=self.headers | headers)

    def get(self, path: str, **headers: str):
        return self.ask("GET", path, **headers)

    def post(self, path: str, sent: Any = None, **headers: str):
        return self.ask("POST", path, {} if sent is None else sent, **headers)

    def patch(self, path: str, sent: Any, **headers: str):
        return self.ask("PATCH", path, sent, **headers)

    def walk(self, path: str, meanwhile=lambda body: None) -> list[dict]:
        """Every row of a list, page by page."""
        rows, following = [], path
        while following:
            response = self.get(following)
            assert response.status_code == 200, response.content
            rows += response.json()["results"]
            meanwhile(response.json())
            following = response.json()["next"]
        return rows


def problem(response, status: int, code: str) -> dict:
    """The body of a refusal, checked to be one."""
    assert response.status_code == status, (response.status_code, response.content)
    assert response["Content-Type"] == "application/problem+json"
    body = response.json()
    assert (body["status"], body["code"]) == (status, code), body
    assert body["type"].endswith(code)
    assert body["title"]
    assert body["detail"]
    assert "Traceback" not in response.content.decode()
    return body


@pytest.fixture
def program_of():
    """A program with a token of this user."""

    def make(user: User, scopes: Collection[str] = tuple(EVERY_SCOPE), **headers: str) -> Program:
        return Program(make_token(user, scopes), **headers)

    return make
