"""The gate: every call the functions make, and every URL they sign, is judged by the policies of their own role."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from typing import Any

from botocore.exceptions import ClientError

from tests.aws.asks import Names, asks, missing_object
from tests.aws.policy import Ask, Grant, is_allowed


class Gate:
    """Stands before the AWS clients. Remembers what each role asked for, and what it was refused."""

    def __init__(self, roles: Mapping[str, Iterable[Grant]], names: Names, key_policy: Iterable[Grant] = ()) -> None:
        self.roles = {role: tuple(held) for role, held in roles.items()}
        self.key_policy = tuple(key_policy)
        self.names = names
        self.asked: defaultdict[str, set[Ask]] = defaultdict(set)
        self.refused: list[tuple[str, Ask]] = []
        self._role: str | None = None

    @contextmanager
    def guarding(self, clients: Iterable[Any]) -> Iterator[None]:
        """Judge all calls of boto3 clients that are made inside; presigning is a call, too."""
        with ExitStack() as guarded:
            for client in clients:
                events, service = client.meta.events, client.meta.service_model.service_name
                for name, judge in (
                    (f"before-parameter-build.{service}", self._before),
                    (f"after-call.{service}", self._after),
                ):
                    events.register(name, judge)
                    guarded.callback(events.unregister, name, judge)
            yield

    @contextmanager
    def acting(self, role: str) -> Iterator[None]:
        """Everything that happens inside is done by this role; outside nobody is judged."""
        before, self._role = self._role, role
        try:
            yield
        finally:
            self._role = before

    def judge(self, role: str, asked: Iterable[Ask], operation: str) -> None:
        """Raise AccessDenied, as boto3 does, unless the role may do all of it."""
        for ask in asked:
            self.asked[role].add(ask)
            if not self.allows(self.roles[role], ask):
                self.refused.append((role, ask))
                message = f"{role} may not {ask.action} on {ask.resource}"
                raise ClientError({"Error": {"Code": "AccessDenied", "Message": message}}, operation)

    def spare(self, role: str) -> list[Grant]:
        """Return the grants without which nothing the role has asked for would be refused."""

        def needed(grant: Grant) -> bool:
            left = [other for other in self.roles[role] if other is not grant]
            return not all(self.allows(left, ask) for ask in self.asked[role])

        return [grant for grant in self.roles[role] if not needed(grant)]

    def allows(self, held: Iterable[Grant], ask: Ask) -> bool:
        """Whether a role with these grants may, by its own or by what the key's policy gives to all."""
        return is_allowed(held, ask) or (ask.action.startswith("kms:") and is_allowed(self.key_policy, ask))

    def _before(self, params: Mapping[str, Any], model: Any, context: Mapping[str, Any], **_: Any) -> None:
        if self._role is not None:
            service, presigned = model.service_model.service_name, bool(context.get("is_presign_request"))
            self.judge(self._role, asks(service, model.name, params, self.names, presigned=presigned), model.name)

    def _after(self, parsed: Mapping[str, Any], model: Any, **_: Any) -> None:
        """S3 admits that an object is not there only to those who may list the bucket."""
        if self._role is not None and parsed.get("Error", {}).get("Code") in {"NoSuchKey", "NoSuchVersion"}:
            self.judge(self._role, [missing_object(self.names)], model.name)
