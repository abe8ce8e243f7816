"""What the product encrypts is, decrypted by the second implementation, what the contract says it is."""

import pytest

from tests.contract import again
from tests.contract.product import accepted
from tests.contract.second.arithmetic import expand, inverse, ntt, product
from tests.contract.vectors.models import MANIFESTS

PLANS = [plan for manifest in MANIFESTS.values() for plan in manifest.plans]
ERROR = 21  # the largest number of ones in 21 bits


@pytest.mark.parametrize("plan", PLANS, ids=lambda plan: plan.id)
def test_inputs_encrypt_the_packed_rows(plan):
    golden = accepted("input", plan.id)
    form, rows, step = again.form(golden), again.normalized(golden), plan.layout.rows_per_block
    blocks = [form.packing.messages(rows[start : start + step]) for start in range(0, len(rows), step)]
    messages = [message for block in blocks for message in block]
    for (seed, c0), message in zip(again.read(golden), messages, strict=True):
        opened = decrypted(seed, c0, again.secret_of(golden), form.data_primes, in_ntt_form=not form.plain)
        lifted = [form.lifted(value) for value in message]
        assert all(near(one, lifted, q, ERROR + 1) for one, q in zip(opened, form.data_primes, strict=True))  # rounding


@pytest.mark.parametrize("plan", [plan for plan in PLANS if plan.keys.needed], ids=lambda plan: plan.id)
def test_keys_encrypt_zero_and_the_digits(plan):
    golden = accepted("keys", plan.id)
    form, secret = again.form(golden), again.secret_of(golden)
    found = list(zip(again.read(golden), digits(plan, secret, form), strict=True))
    for (seed, c0), (digit, target) in found[:: len(form.data_primes) + 1]:  # another digit of each key
        opened = decrypted(seed, c0, secret, form.primes)
        for index, q in enumerate(form.primes):
            carried = target if index == digit else [0] * form.degree
            assert near(opened[index], carried, q, ERROR)


def digits(plan, secret, form):
    """Yield which residue each key carries something in, and what: nothing, or P times a polynomial of the secret."""
    if plan.keys.public:
        yield None, []
    first, special = form.primes[0], form.primes[-1]
    squared = [centered(value, first) for value in product(secret, secret, first)]
    targets = [squared] * plan.keys.relinearization + [turned(secret, g) for g in sorted(plan.keys.galois_elements)]
    for target in targets:
        for digit in range(len(form.data_primes)):
            yield digit, [special * value for value in target]


def decrypted(seed, c0, secret, primes, in_ntt_form=True):
    """Return c0 + c1 s modulo each prime, as coefficients."""
    c1 = expand(seed, len(secret), primes)
    if not in_ntt_form:
        masks = (product(mask, secret, q) for mask, q in zip(c1, primes, strict=True))
        return [[a + b for a, b in zip(one, mask, strict=True)] for one, mask in zip(c0, masks, strict=True)]
    turned = [ntt(secret, q) for q in primes]
    return [
        inverse([a + b * s for a, b, s in zip(*three, strict=True)], q)
        for three, q in zip(zip(c0, c1, turned, strict=True), primes, strict=True)
    ]


def turned(secret, element):
    """Return s(X^g)."""
    degree, found = len(secret), [0] * len(secret)
    for at, coefficient in enumerate(secret):
        power = at * element % (2 * degree)
        found[power % degree] += coefficient if power < degree else -coefficient
    return found


def centered(value, q):
    return (value + q // 2) % q - q // 2


def near(values, wanted, q, distance):
    return all(abs(centered(a - b, q)) <= distance for a, b in zip(values, wanted, strict=True))
