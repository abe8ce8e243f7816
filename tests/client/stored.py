"""A job in memory, and how the API shows it and its parts."""

import hashlib
from collections import Counter
from dataclasses import dataclass, field

from tests.client.objects import Objects


@dataclass
class StoredJob:
    """A job as it was submitted, and what is known of its parts."""

    request: dict
    parts: dict[int, dict] = field(default_factory=dict)

    def record(self, job: str) -> dict:
        """Return the job as the API shows it."""
        states = Counter(part["state"] for part in self.parts.values())
        done = states["succeeded"] + states["failed"] == self.request["parts"]
        state = ("failed" if states["failed"] else "succeeded") if done else "evaluating"
        named = {name: self.request[name] for name in ("model", "manifest", "plan", "key", "rows", "parts")}
        times = {"created": "2026-01-01T00:00:00Z", "expires": "2100-01-01T00:00:00Z"}
        counts = {"succeeded": states["succeeded"], "failed": states["failed"]}
        return {"id": job, "state": state, **named, **counts, **times, "error": None}

    def part(self, job: str, number: int, objects: Objects, hidden: bool) -> dict:
        """Return a part as the API shows it, under way as long as it is hidden."""
        part, name = self.parts[number], f"results/t/{job}/{number:06d}"
        shown = {"part": number, "state": part["state"], "rows": part["rows"], "bytes": part["bytes"]}
        shown |= {"milliseconds": 2, "error": part.get("error"), "download": None}
        if hidden:
            return shown | {"state": "evaluating"}
        if part["state"] == "succeeded":
            result = objects[name]
            shown["download"] = {
                "url": objects.link(name),
                "bytes": len(result),
                "sha256": hashlib.sha256(result).hexdigest(),
                "expires": "2100-01-01T00:00:00Z",
            }
        return shown
