"""The API's own description (OpenAPI 3): for tokens and for whoever is signed in to the pages, and for nobody else."""

from functools import lru_cache
from typing import Any

from django.http import HttpResponseBase
from django.utils import translation
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.renderers import (
    OpenApiJsonRenderer,
    OpenApiJsonRenderer2,
    OpenApiYamlRenderer,
    OpenApiYamlRenderer2,
)
from rest_framework.permissions import IsAuthenticated
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from wards.api.authentication import BearerToken, SignedInReader


class Operation(AutoSchema):
    """REST framework's habit is that `list` answers with rows; here it answers with a page that holds them."""

    def _is_list_view(self, serializer: Any = None) -> bool:
        return serializer is None and super()._is_list_view()


def close_bodies(result: dict, **_context: Any) -> dict:
    """Says of every body that it has no other members than those described: `operations.read_body` refuses them."""
    shapes = result.get("components", {}).get("schemas", {})
    for operations in result["paths"].values():
        for operation in operations.values():
            for content in operation.get("requestBody", {}).get("content", {}).values():
                shape = shapes.get(content["schema"].get("$ref", "").rpartition("/")[2])
                if shape is not None:
                    shape["additionalProperties"] = False
    return result


class BearerTokenScheme(OpenApiAuthenticationExtension):
    target_class = BearerToken
    name = "token"

    def get_security_definition(self, auto_schema: Any) -> dict:
        return {
            "type": "http",
            "scheme": "bearer",
            "description": "A token made on the account page; it has scopes and an end.",
        }


class Description(APIView):
    """Nothing personal stands in it."""

    authentication_classes = [BearerToken, SignedInReader]
    permission_classes = [IsAuthenticated]
    renderer_classes = [
        OpenApiJsonRenderer2,
        OpenApiJsonRenderer,
        OpenApiYamlRenderer2,
        OpenApiYamlRenderer,
        JSONRenderer,
    ]
    schema = None

    def get(self, request: Request) -> HttpResponseBase:
        return Response(described())


@lru_cache(1)
def described() -> dict[str, Any]:
    """In English, once per process: it does not depend on who reads it."""
    with translation.override("en"):
        return SchemaGenerator(api_version="1").get_schema(request=None, public=True)
