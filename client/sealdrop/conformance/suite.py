"""What the checks are run against: a deployment, its tenants and its models."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack
from types import TracebackType
from typing import Self

from sealdrop.conformance.owner import Case, Owner
from sealdrop.conformance.peer import Peer
from sealdrop.conformance.violations import NotApplicable, Violation
from sealdrop.transport.credentials import Credentials
from sealdrop_core.manifest import Manifest

Clock = Callable[[float], AbstractContextManager[None]]


class Suite:
    """A deployment, one or two tenants, and the models they ask for. A context manager that tidies up.

    `model` limits the checks to one model. `move_clock(seconds)` puts the clock of the deployment's storage forward
    for as long as its context lasts; only a deployment on this machine has such a clock.
    """

    def __init__(
        self,
        url: str,
        credentials: Credentials,
        other: Credentials | None = None,
        *,
        model: str | None = None,
        patience: float = 60.0,
        move_clock: Clock | None = None,
    ) -> None:
        self._exits = ExitStack()
        self.nobody = self._exits.enter_context(Peer(url, None))
        self.owner = Owner(self._exits.enter_context(Peer(url, credentials)), patience)
        self._other = Owner(self._exits.enter_context(Peer(url, other)), patience) if other is not None else None
        self._model = model
        self._move_clock = move_clock
        self._manifests: list[Manifest] | None = None

    @property
    def other(self) -> Owner:
        """The second tenant. Raises NotApplicable if there is none."""
        if self._other is None:
            raise NotApplicable("there is no second tenant's token")
        return self._other

    @property
    def move_clock(self) -> Clock:
        """What moves the clock of storage. Raises NotApplicable if nothing does."""
        if self._move_clock is None:
            raise NotApplicable("the deployment's clock cannot be moved")
        return self._move_clock

    @property
    def manifests(self) -> Sequence[Manifest]:
        """The models that are asked for, read once. Raises NotApplicable if there are none."""
        if self._manifests is None:
            listed = self.owner.peer.call("GET", "/v1/models").require(200).json["models"]
            names = [one["reference"] for one in listed if not one["retired"] and self._wanted(one)]
            self._manifests = [self._described(name) for name in names]
        if not self._manifests:
            raise NotApplicable("no model is published here")
        return self._manifests

    def cases(self) -> Iterator[Case]:
        """Yield every plan of every model."""
        for manifest in self.manifests:
            yield from (Case(manifest, plan) for plan in manifest.plans)

    def case(self, *, keys: bool) -> Case:
        """Return the smallest plan that needs keys, or needs none. Raises NotApplicable if there is none."""
        found = [case for case in self.cases() if case.plan.keys.needed == keys]
        if not found:
            raise NotApplicable(f"no plan here needs {'' if keys else 'no '}keys")
        return min(found, key=lambda case: case.plan.key_bytes + case.plan.input_bytes(1))

    def smallest(self) -> tuple[Case, str | None]:
        """Return the smallest plan, preferably without keys, and the id of its enrolled keys."""
        try:
            return self.case(keys=False), None
        except NotApplicable:
            case = self.case(keys=True)
            return case, self.owner.enroll(case)

    def _wanted(self, listed: dict[str, object]) -> bool:
        return self._model is None or self._model in (listed["name"], listed["reference"])

    def _described(self, reference: str) -> Manifest:
        found = self.owner.peer.call("GET", f"/v1/models/{reference}").require(200).json
        try:
            return Manifest.model_validate(found["manifest"])
        except ValueError:
            raise Violation(f"the manifest of {reference} is none") from None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with self._exits:
            self.owner.tidy()
            if self._other is not None:
                self._other.tidy()
