"""Object storage in memory: it takes exactly what was granted, once, and evaluates sealed inputs as they arrive."""

import base64
import hashlib
from collections.abc import Mapping

import httpx

from sealdrop_core.evaluation import Program
from sealdrop_core.manifest import Manifest
from sealdrop_core.sealed import MEDIA_TYPE, Header, split

STORAGE = "https://storage.test"


class Objects(dict[str, bytes]):
    """Objects by key, as keys/t/<id>, inputs/t/<job>/<part> and results/t/<job>/<part>."""

    def __init__(self, models: Mapping[str, tuple[Manifest, bytes]]) -> None:
        super().__init__()
        self._models = models
        self._links = 0
        self._expected: dict[str, dict[str, str]] = {}
        self._programs: dict[tuple[str, str], Program] = {}

    def link(self, name: str) -> str:
        """Return a new presigned URL."""
        self._links += 1
        return f"{STORAGE}/{name}?signature={self._links}"

    def grant(self, name: str, sha256: str, size: int) -> dict:
        """Grant an upload."""
        headers = {
            "x-amz-checksum-sha256": base64.b64encode(bytes.fromhex(sha256)).decode(),
            "content-length": str(size),
            "content-type": MEDIA_TYPE,
            "if-none-match": "*",
        }
        self._expected[name] = headers
        return {"method": "PUT", "url": self.link(name), "headers": headers, "expires": "2100-01-01T00:00:00Z"}

    def answer(self, request: httpx.Request) -> httpx.Response:
        """Answer an upload or a download."""
        name = request.url.path[1:]
        if "authorization" in request.headers:
            return httpx.Response(400)
        if request.method == "GET":
            return httpx.Response(200, content=self[name]) if name in self else httpx.Response(404)
        if name in self:
            return httpx.Response(412)
        if not self._is_granted(name, request):
            return httpx.Response(400)
        self[name] = request.content
        if name.startswith("inputs/"):
            self._evaluate(name)
        return httpx.Response(200)

    def _is_granted(self, name: str, request: httpx.Request) -> bool:
        expected = self._expected[name]
        checksum = base64.b64encode(hashlib.sha256(request.content).digest()).decode()
        return (
            all(request.headers.get(header) == value for header, value in expected.items())
            and checksum == expected["x-amz-checksum-sha256"]
            and "transfer-encoding" not in request.headers
        )

    def _evaluate(self, name: str) -> None:
        _, _, job, number = name.split("/")
        sealed = self[name]
        header, body = split(sealed, "input")
        manifest, weights = self._models[header.fields["model"]]
        plan = manifest.plan(header.fields["plan"])
        assert plan is not None
        program = self._programs.setdefault((manifest.digest, plan.id), Program.load(weights, plan))
        keys = None
        if plan.keys.needed:
            keys = program.load_keys(split(self[f"keys/t/{header.fields['key']}"], "keys")[1])
        result = program.answer(body, header.rows, keys)
        fields = {field: header.fields[field] for field in ("model", "manifest", "plan", "key", "rows")}
        fields |= {"job": job, "part": str(int(number)), "input": hashlib.sha256(sealed).hexdigest()}
        rendered = Header("result", {**fields, "bytes": str(len(result))}).render()
        self[f"results/t/{job}/{number}"] = rendered + result
