"""Ways to the codes of jobs."""

from typing import Any

from tests.contract.ways.world import World, way
from tests.functions.events import load

HOUR, DAY = 3600, 86_400


def _swept(world: World, job: str, seconds: int) -> Any:
    world.later(seconds + 1)
    world.settle(load("settle-schedule"))
    return world.owner.follow(job)["job"]


@way("job", "upload_expired")
def _(world: World) -> Any:
    return _swept(world, world.submit().json["job"]["id"], HOUR)


@way("job", "upload_incomplete")
def _(world: World) -> Any:
    sealed = world.seal()
    answer = world.owner.submit(world.owner.request(world.plan, {0: (4, sealed), 1: (4, sealed)})).json
    world.owner.deliver(world.owner.put(answer["uploads"][0], sealed))
    return _swept(world, answer["job"]["id"], HOUR)


@way("job", "evaluation_timeout")
def _(world: World) -> Any:
    job, _ = world.send()
    return _swept(world, job, HOUR + DAY)
