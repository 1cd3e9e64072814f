"""The API's own description (OpenAPI): who may read it, and how tokens stand in it."""

from drf_spectacular.extensions import OpenApiAuthenticationExtension

from wards.api.authentication import BearerToken


class BearerTokenScheme(OpenApiAuthenticationExtension):
    target_class = BearerToken
    name = "token"

    def get_security_definition(self, auto_schema) -> dict:
        return {
            "type": "http",
            "scheme": "bearer",
            "description": "A token made on the account page; it has scopes and an end.",
        }
