"""What section 2 of the contract asks for: packed residues, transforms, seeds."""

import hashlib
import struct
from functools import cache
from math import isqrt, prod

MASK = 2**64 - 1
IV = tuple(isqrt(prime << 128) & MASK for prime in (2, 3, 5, 7, 11, 13, 17, 19))
SIGMA = (
    "0123456789abcdefea489fd61c02b753b8c052fdae3671947931dcbe265a40f8905724afe1bc683d"
    "2c6a0b834d75fe19c51fed4a0763928bdb7ec13950f4862a6fe9b308c2d714a5a2847615fb9e3cd0"
)
ROUNDS = [[int(digit, 16) for digit in SIGMA[16 * (index % 10) :][:16]] for index in range(12)]
STEPS = [(0, 4, 8, 12), (1, 5, 9, 13), (2, 6, 10, 14), (3, 7, 11, 15)]
STEPS += [(0, 5, 10, 15), (1, 6, 11, 12), (2, 7, 8, 13), (3, 4, 9, 14)]


def pack(values, bits):
    """Return the packed residues."""
    number = sum(value << index * bits for index, value in enumerate(values))
    return number.to_bytes((len(values) * bits + 7) // 8, "little")


def unpack(data, count, bits):
    """Return the residues, or None if padding is set."""
    number = int.from_bytes(data, "little")
    return None if number >> count * bits else [number >> index * bits & (1 << bits) - 1 for index in range(count)]


@cache
def root(q, degree):
    """Return the smallest primitive 2N-th root of unity."""
    candidates = (pow(g, (q - 1) // (2 * degree), q) for g in range(2, q))
    one = next(candidate for candidate in candidates if pow(candidate, degree, q) == q - 1)
    return min(pow(one, odd, q) for odd in range(1, 2 * degree, 2))


@cache
def reversal(degree):
    """Return rev(0) to rev(N - 1)."""
    width = degree.bit_length() - 1
    return [int(f"{index:0{width}b}"[::-1], 2) for index in range(degree)]


def fourier(values, w, q):
    """Return the values of a polynomial at w^0, w^1, ..."""
    half = len(values) // 2
    if not half:
        return values
    even, odd = (fourier(values[start::2], w * w % q, q) for start in (0, 1))
    turned, power = [], 1
    for value in odd:
        turned.append(value * power % q)
        power = power * w % q
    pairs = list(zip(even, turned, strict=True))
    return [(a + b) % q for a, b in pairs] + [(a - b) % q for a, b in pairs]


def ntt(values, q):
    """Return the NTT form of a polynomial."""
    psi = root(q, len(values))
    found = fourier([value * pow(psi, index, q) % q for index, value in enumerate(values)], psi * psi % q, q)
    return [found[at] for at in reversal(len(values))]


def inverse(form, q):
    """Return the polynomial of an NTT form."""
    degree, back = len(form), pow(root(q, len(form)), -1, q)
    found = fourier([form[at] for at in reversal(degree)], back * back % q, q)
    return [value * pow(back, index, q) * pow(degree, -1, q) % q for index, value in enumerate(found)]


def product(a, b, q):
    """Return a polynomial times another, both in coefficient form."""
    return inverse([x * y % q for x, y in zip(ntt(a, q), ntt(b, q), strict=True)], q)


def join_residues(residues, primes):
    """Return the number below the product of the primes that has these residues."""
    whole = prod(primes)
    return sum(r * (whole // q) * pow(whole // q, -1, q) for r, q in zip(residues, primes, strict=True)) % whole


def node(parameters, block):
    """Return BLAKE2b of one block of at most 128 bytes, under a parameter block."""
    h = [a ^ b for a, b in zip(IV, struct.unpack("<8Q", parameters), strict=True)]
    m, v = struct.unpack("<16Q", block.ljust(128, b"\0")), [*h, *IV]
    v[12], v[14] = v[12] ^ len(block), v[14] ^ MASK
    for order in ROUNDS:
        for step, (a, b, c, d) in enumerate(STEPS):
            for word, first, second in ((order[2 * step], 32, 24), (order[2 * step + 1], 16, 63)):
                v[a] = (v[a] + v[b] + m[word]) & MASK
                x = v[d] ^ v[a]
                v[d] = (x >> first | x << 64 - first) & MASK
                v[c] = (v[c] + v[d]) & MASK
                x = v[b] ^ v[c]
                v[b] = (x >> second | x << 64 - second) & MASK
    return struct.pack("<8Q", *(h[i] ^ v[i] ^ v[i + 8] for i in range(8)))


def words(seed):
    """Yield the words of a seed's stream."""
    counter = 0
    while True:
        key = hashlib.blake2b(struct.pack("<Q", counter), key=seed, node_offset=4096 << 32).digest()
        for index in range(64):
            yield from struct.unpack("<8Q", node(struct.pack("<4B3I2B46x", 64, 0, 0, 0, 64, index, 4096, 0, 64), key))
        counter += 1


def expand(seed, degree, primes):
    """Return c1 modulo each prime."""
    stream = words(seed)
    drawn = [[next(stream) for _ in range(degree)] for _ in primes]
    for values, q in zip(drawn, primes, strict=True):
        for index, word in enumerate(values):
            while word >= MASK - MASK % q - 1:
                word = next(stream)
            values[index] = word % q
    return drawn
