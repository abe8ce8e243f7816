"""A plan from a network and the chain that carries it."""

import math

from sealdrop.planning.precision import Privacy
from sealdrop.planning.rotation.chain import Chain, LayerScales, Network, scales
from sealdrop.planning.rotation.deviation import deviation
from sealdrop.planning.rotation.duration import milliseconds
from sealdrop.planning.rotation.response import respond
from sealdrop_core.layouts import RotationLayout
from sealdrop_core.packing.arrangement import galois_elements
from sealdrop_core.parameters import Parameters
from sealdrop_core.plan import KeyRequirement, Plan, Quote

NAMED_PRIMES = 12  # one by one: an id has room for no more


def planned(network: Network, chain: Chain, error: float, privacy: Privacy) -> Plan:
    """Return the plan, its bytes and its error quoted."""
    parameters = Parameters(
        scheme="ckks", poly_modulus_degree=chain.degree, coeff_modulus=(*chain.primes, chain.special)
    )
    found = scales(network, chain)
    layout = _scaled(network, found)
    response, reached = respond(
        layout, chain.degree, found[-1].values, deviation(network, chain, found), error, privacy
    )
    plan = Plan(
        id=f"rotation_{_name(parameters)}_r{layout.rows_per_block}_{privacy}",
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
        quote=Quote(milliseconds=milliseconds(network, chain.degree, privacy), error=reached),
    )
    return plan.quoted()


def _name(parameters: Parameters) -> str:
    """Return the parameters' name or, of many primes, how many there are and how many bits they have together."""
    if len(parameters.coeff_modulus) <= NAMED_PRIMES:
        return parameters.name
    return f"ckks_n{parameters.poly_modulus_degree}_q{parameters.total_bits}_in_{len(parameters.coeff_modulus)}"


def _scaled(network: Network, found: list[LayerScales]) -> RotationLayout:
    """Return the layout with levels and scales."""
    layers = []
    for index, (layer, own) in enumerate(zip(network.layout.layers, found, strict=True)):
        early = len(network.early_folds(index))
        known = {"early_folds": early, "level": own.level, "scale_log2": math.log2(own.values)}
        if own.inside is not None:
            known |= {"activation_level": own.inside.after, "activation_scale_log2": math.log2(own.inside.target)}
        layers.append(layer.model_copy(update=known))
    return network.layout.model_copy(update={"layers": tuple(layers)})
