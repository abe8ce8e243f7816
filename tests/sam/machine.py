"""What of Docker and the SAM CLI is on this machine."""

import json
import platform
import shutil
import subprocess
from ipaddress import ip_network

IMAGE = "public.ecr.aws/lambda/python:3.13"
ARCHITECTURES = {"x86_64": "x86_64", "amd64": "x86_64", "aarch64": "arm64", "arm64": "arm64"}


def architecture() -> str:
    """Return this machine's architecture as Lambda calls it."""
    return ARCHITECTURES[platform.machine().lower()]


def missing() -> str | None:
    """Say what `sam local` lacks here, or None: a SAM CLI, a running Docker engine, the runtime's image."""
    if shutil.which("sam") is None:
        return "no SAM CLI on PATH"
    if shutil.which("docker") is None or subprocess.run(["docker", "info"], capture_output=True).returncode:
        return "no Docker engine is running"
    image = f"{IMAGE}-{architecture()}"
    if subprocess.run(["docker", "image", "inspect", image], capture_output=True).returncode:
        return f"the runtime's image is not here: docker pull {IMAGE} && docker tag {IMAGE} {image}"
    return None


def bridge() -> str:
    """Return the address at which containers and this machine both reach what listens here."""
    inspect = ["docker", "network", "inspect", "bridge", "--format", "{{json (index .IPAM.Config 0)}}"]
    told = json.loads(subprocess.run(inspect, capture_output=True, text=True, check=True).stdout)
    # a bridge that no container has used yet does not always name its gateway
    return str(told.get("Gateway") or ip_network(told["Subnet"])[1])
