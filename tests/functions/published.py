"""A model as its owner publishes it."""

from dataclasses import dataclass

import numpy as np

from sealdrop.keyring import Keyring
from sealdrop.planning import plan
from sealdrop.publish.store import Store
from sealdrop_core.circuit import Affine, Circuit
from sealdrop_core.manifest import Manifest
from sealdrop_core.plan import Plan
from tests.engine.twin import manifest_of
from tests.functions.events import BUCKET, TABLE


@dataclass(frozen=True)
class Published:
    """A circuit, its manifest, and a keyring for each of its plans."""

    circuit: Circuit
    weights: bytes
    manifest: Manifest
    keyrings: dict[str, Keyring]

    @classmethod
    def linear(cls):
        """Return a linear model with an open and a private plan, each for single rows and for many."""
        random = np.random.default_rng(0)
        circuit = Circuit([Affine(random.normal(size=(3, 8)), random.normal(size=3))])
        calibration = random.uniform(-1, 1, size=(50, 8))
        plans = [found for response in ("open", "private") for found in plan(circuit, calibration, response=response)]
        manifest = manifest_of(circuit, plans, "linear")
        return cls(circuit, circuit.to_bytes(), manifest, {found.id: Keyring.generate(found) for found in plans})

    def publish(self, s3, dynamodb):
        """Store the model as its owner does."""
        stored = Store(BUCKET, TABLE, s3, dynamodb).add(self.manifest, self.weights)
        assert stored == self.manifest

    def plan(self, *, private=False, many=False) -> Plan:
        """Return one of the plans: with a private response or an open one, for single rows or for many."""
        return next(
            found
            for found in self.manifest.plans
            if found.response.private == private and (found.layout.rows_per_block > 1) == many
        )
