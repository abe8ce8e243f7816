"""How long a network takes: every operation at the number of primes it is computed at."""

from sealdrop.planning import cost
from sealdrop.planning.precision import Privacy
from sealdrop.planning.rotation.chain import Network


def milliseconds(network: Network, degree: int, privacy: Privacy) -> float:
    """Return the milliseconds of one core for one block, from sealed to sealed."""
    level, total = network.descent.primes, 0.0
    total += cost.load_milliseconds(degree, level)
    for index, depth in enumerate(network.descent.activations):
        total += _map_milliseconds(network, index, degree, level, rescaled=True)
        total += _activation_milliseconds(network, index, degree, level - 1)
        level -= 1 + depth
    total += _map_milliseconds(network, len(network.maps) - 1, degree, level, rescaled=network.descent.last)
    return total + cost.respond_milliseconds(degree, 1, private=privacy == "private")


def _map_milliseconds(network: Network, index: int, degree: int, level: int, *, rescaled: bool) -> float:
    map_, early = network.maps[index], len(network.early_folds(index))
    products = len(map_.offsets) * cost.multiply_plain_milliseconds(degree, level)
    rotations = (map_.babies + map_.giants + early) * cost.switch_milliseconds(degree, level)
    folds = (len(map_.folds) - early) * cost.switch_milliseconds(degree, level - rescaled)
    return products + rotations + folds + rescaled * cost.rescale_milliseconds(degree, level)


def _activation_milliseconds(network: Network, index: int, degree: int, level: int) -> float:
    """A product and a relinearization each, as late as may be; degree 4 and more have two of them at one level."""
    power, depth = network.degrees[index], network.descent.activations[index]
    products = [level - step for step in range(depth)]
    if network.layout.layers[index].activation != "polynomial":
        products = [level - max(0, step - (power - 1 - depth)) for step in range(power - 1)]
    elif depth == 3:
        products.append(level - 1)
    return depth * cost.rescale_milliseconds(degree, level) + sum(
        cost.square_milliseconds(degree, one) + cost.switch_milliseconds(degree, one) for one in products
    )
