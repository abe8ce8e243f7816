"""Create a template's resources, each when something first refers to it, so that order never matters."""

from collections.abc import Mapping
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from sealdrop.local.aws.account import Account
from sealdrop.local.aws.resources import CREATORS, Client
from sealdrop.local.errors import TemplateError
from sealdrop.local.template.document import Template
from sealdrop.local.template.functions import FUNCTION, exists
from sealdrop.local.template.intrinsics import Resolver, Resource

STACK = "sealdrop-local"
SERVERLESS = "AWS::Serverless::"
HTTP_API = "AWS::Serverless::HttpApi"
IMPLICIT_API = "ServerlessHttpApi"


class Provisioner:
    """Walks a template by resource type; knows no resource by name.

    `overrides` replaces properties by resource type. Types without a creator resolve to a name and an ARN only.
    """

    def __init__(
        self,
        template: Template,
        parameters: Mapping[str, Any],
        client: Client,
        *,
        account: Account,
        api_url: str,
        overrides: Mapping[str, Mapping[str, Any]],
    ) -> None:
        self._template = template
        self._client = client
        self._account = account
        self._api_url = api_url
        self._overrides = overrides
        self._created: dict[str, Resource] = {}
        self._under_way: set[str] = set()
        self.resolver = Resolver(template, {**parameters, **self._pseudo_parameters()}, self.resource)

    def provision(self) -> None:
        """Create every resource of a known type."""
        for logical, declared in self._template.resources.items():
            if declared.get("Type") in CREATORS and exists(declared, self.resolver):
                self.resource(logical)

    def resource(self, logical: str) -> Resource:
        """Return the resource of this logical id, created if need be. Raises TemplateError."""
        if logical not in self._created:
            declared = self._declared(logical)
            if logical in self._under_way:
                raise TemplateError(f"{logical} depends on itself", code="template_circular")
            self._under_way.add(logical)
            self._created[logical] = self._create(logical, declared)
        return self._created[logical]

    def outputs(self) -> dict[str, str]:
        """Return the physical names by logical id, and over them the template's outputs."""
        physical = {logical: resource.ref for logical, resource in self._created.items()}
        declared = {
            name: str(self.resolver.resolve(output["Value"])).replace(self._deployed_api_url(), self._api_url)
            for name, output in self._template.outputs.items()
            if exists(output, self.resolver)
        }
        return {**physical, **declared}

    def _declared(self, logical: str) -> Mapping[str, Any]:
        if logical in self._template.resources:
            declared: Mapping[str, Any] = self._template.resources[logical]
            return declared
        # SAM adds the implicit API, and roles and versions named after the resource they belong to.
        parents = [name for name, r in self._template.resources.items() if r.get("Type", "").startswith(SERVERLESS)]
        if logical != IMPLICIT_API and not logical.startswith(tuple(parents)):
            raise TemplateError(f"no parameter or resource {logical}", code="reference_unknown")
        return {"Type": HTTP_API if logical == IMPLICIT_API else "AWS::IAM::Role"}

    def _create(self, logical: str, declared: Mapping[str, Any]) -> Resource:
        kind = declared.get("Type", "")
        name = f"{STACK}-{self._account.number}-{logical}".lower()
        if kind not in CREATORS:
            return self._placeholder(logical, kind)
        properties = self.resolver.resolve(declared.get("Properties", {})) | self._overrides.get(kind, {})
        try:
            return CREATORS[kind](self._client, name, properties)
        except (BotoCoreError, ClientError, AttributeError, KeyError, TypeError) as error:
            raise TemplateError(f"cannot create {logical}: {error}", code="resource_refused") from error

    def _placeholder(self, logical: str, kind: str) -> Resource:
        service = "lambda:function" if kind == FUNCTION else kind.partition("::")[2].replace("::", ":").lower()
        arn = f"arn:aws:{service.replace(':', f':{self._account.region}:{self._account.number}:', 1)}:{logical}"
        return Resource(logical, {"Arn": arn, "ApiEndpoint": self._api_url})

    def _pseudo_parameters(self) -> dict[str, str]:
        return {
            "AWS::AccountId": self._account.number,
            "AWS::Region": self._account.region,
            "AWS::Partition": "aws",
            "AWS::StackName": STACK,
            "AWS::StackId": f"arn:aws:cloudformation:{self._account.region}:{self._account.number}:stack/{STACK}/local",
            "AWS::URLSuffix": "amazonaws.com",
        }

    def _deployed_api_url(self) -> str:
        apis = [name for name, declared in self._template.resources.items() if declared.get("Type") == HTTP_API]
        return f"https://{[*apis, IMPLICIT_API][0]}.execute-api.{self._account.region}.amazonaws.com"
