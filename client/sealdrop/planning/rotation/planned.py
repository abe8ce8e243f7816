"""A plan from a network and the chain that carries it."""

import math

from sealdrop.planning import cost
from sealdrop.planning.precision import Privacy
from sealdrop.planning.rotation import slots
from sealdrop.planning.rotation.chain import Chain, LayerScales, Network, scales
from sealdrop.planning.rotation.response import respond
from sealdrop_core.layouts import RotationLayout
from sealdrop_core.packing.arrangement import galois_elements
from sealdrop_core.parameters import Parameters
from sealdrop_core.plan import KeyRequirement, Plan, Quote


def planned(network: Network, chain: Chain, error: float, privacy: Privacy) -> Plan:
    """Return the plan, its bytes and its error quoted."""
    parameters = Parameters(
        scheme="ckks", poly_modulus_degree=chain.degree, coeff_modulus=(*chain.primes, chain.special)
    )
    found = scales(network, chain)
    layout = _scaled(network.layout, found)
    deviation = slots.deviation(network, chain, found)
    response, reached = respond(layout, chain.degree, found[-1].values, deviation, error, privacy)
    plan = Plan(
        id=f"rotation_{parameters.name}_r{layout.rows_per_block}_{privacy}",
        parameters=parameters,
        layout=layout,
        input_scale_log2=math.log2(found[0].input),
        weight_scale_log2=math.log2(found[0].values * chain.primes[-1] / found[0].input),
        output_scale_log2=layout.layers[-1].scale_log2,
        keys=KeyRequirement(
            public=privacy == "private",
            relinearization=True,
            galois_elements=galois_elements(network.maps, layout.rows_per_block, chain.degree),
        ),
        response=response,
        quote=Quote(milliseconds=_milliseconds(network, chain, privacy), error=reached),
    )
    return plan.quoted()


def _scaled(layout: RotationLayout, found: list[LayerScales]) -> RotationLayout:
    layers = []
    for layer, own in zip(layout.layers, found, strict=True):
        scale = None if layer.activation == "none" else math.log2(own.result)
        layers.append(layer.model_copy(update={"scale_log2": math.log2(own.values), "activation_scale_log2": scale}))
    return layout.model_copy(update={"layers": tuple(layers)})


def _milliseconds(network: Network, chain: Chain, privacy: Privacy) -> float:
    degree, level = chain.degree, len(chain.primes)
    total = cost.load_milliseconds(degree, level)
    for index, map_ in enumerate(network.maps):
        total += (map_.babies + map_.giants) * cost.switch_milliseconds(degree, level)
        total += len(map_.offsets) * cost.multiply_plain_milliseconds(degree, level)
        last = index == len(network.maps) - 1
        if network.rescaled or not last:
            total += cost.rescale_milliseconds(degree, level)
            level -= 1
        total += len(map_.folds) * cost.switch_milliseconds(degree, level)
        if not last:
            total += _activation_milliseconds(network, index, degree, level)
            level -= network.depths[index]
    return total + cost.respond_milliseconds(degree, 1, private=privacy == "private")


def _activation_milliseconds(network: Network, index: int, degree: int, level: int) -> float:
    """Every level down takes a product, a relinearization and a rescaling; degree 7 has two of them at one level."""
    products = [level - step for step in range(network.depths[index])]
    if network.depths[index] == 3:
        products.append(level - 1)
    return sum(
        cost.square_milliseconds(degree, one)
        + cost.switch_milliseconds(degree, one)
        + cost.rescale_milliseconds(degree, one)
        for one in products
    )
