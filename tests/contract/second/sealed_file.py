"""Sealed files: read, written, refused."""

import os
import re
from math import prod

from tests.contract.second.arithmetic import expand, join_residues, ntt, pack, product, unpack
from tests.contract.second.packings import packing_of

HEX, COUNT = r"[0-9a-f]{64}", r"0|[1-9][0-9]{0,11}"
FORMS = {"model": r"[a-z0-9][a-z0-9._-]{0,62}@[1-9][0-9]{0,5}", "plan": r"[a-z0-9][a-z0-9_-]{0,79}"}
FORMS |= {"manifest": HEX, "configuration": HEX, "input": HEX, "key": f"{HEX}|none", "job": r"[a-z0-9]{1,40}"}
FORMS |= {"part": COUNT, "rows": COUNT, "bytes": COUNT}
FIELDS = {
    "input": ["model", "manifest", "plan", "key", "rows", "bytes"],
    "keys": ["configuration", "bytes"],
    "result": ["model", "manifest", "plan", "key", "job", "part", "input", "rows", "bytes"],
}
CODES = {"model": "wrong_model", "manifest": "wrong_model", "plan": "wrong_plan", "key": "wrong_key"}
CODES |= {"configuration": "wrong_key", "rows": "wrong_rows"}


class Refused(Exception):
    """The contract says to refuse this; the message is the code."""


def need(condition, code):
    """Refuse unless the condition holds."""
    if not condition:
        raise Refused(code)


def split(data, kind):
    """Return the fields and the body of a sealed file."""
    end = data[:1024].find(b"\n\n")
    need(end >= 0 and data[:end].isascii(), "malformed_header")
    first, *lines = data[:end].decode().split("\n")
    words = re.fullmatch(r"sealdrop/([1-9][0-9]{0,2}) (input|keys|result)", first)
    need(words, "malformed_header")
    need(words[1] == "1", "unsupported_version")
    found = [line.partition(": ") for line in lines]
    need([name for name, _, _ in found] == FIELDS[words[2]], "malformed_header")
    need(all(re.fullmatch(FORMS[name], value) for name, _, value in found), "malformed_header")
    need(words[2] == kind, "wrong_kind")
    fields = {name: value for name, _, value in found}
    need(len(data) - end - 2 == int(fields["bytes"]), "wrong_length")
    return fields, data[end + 2 :]


def join(kind, fields, body):
    """Return a sealed file."""
    fields = fields | {"bytes": len(body)}
    lines = [f"sealdrop/1 {kind}", *(f"{name}: {fields[name]}" for name in FIELDS[kind])]
    return "\n".join([*lines, "", ""]).encode() + body


class Body:
    """A body, read from front to back."""

    def __init__(self, data):
        self.data, self.at = data, 0

    def take(self, length):
        """Return the next bytes."""
        self.at += length
        return self.data[self.at - length : self.at]

    def residues(self, count, bits, bound):
        """Return the next packed residues."""
        values = unpack(self.take((count * bits + 7) // 8), count, bits)
        need(values is not None and max(values) < bound, "residue_out_of_range")
        return values

    def seeded(self, degree, primes):
        """Return the seed and c0 of the next seeded ciphertext, modulo each prime."""
        return self.take(64), [self.residues(degree, q.bit_length(), q) for q in primes]


class Format:
    """Sealed files of one plan, as parsed JSON."""

    def __init__(self, plan):
        self.plan, self.packing = plan, packing_of(plan)
        self.degree, self.plain = plan["parameters"]["poly_modulus_degree"], plan["parameters"]["plain_modulus"]
        self.primes = [int(prime) for prime in plan["parameters"]["coeff_modulus"]]
        self.data_primes = self.primes[:-1] or self.primes
        self.dropped, self.left = plan["response"]["dropped_bits"], self.data_primes[: plan["response"]["level"]]

    def read(self, data, kind, expected):
        """Return the fields and the body of a file whose header is the expected one."""
        fields, body = split(data, kind)
        for name, value in expected.items():
            need(fields[name] == value, "wrong_result" if kind == "result" else CODES[name])
        return fields, Body(body)

    def blocks(self, rows):
        """Return the rows of each block."""
        step = self.plan["layout"]["rows_per_block"]
        return [min(step, rows - start) for start in range(0, rows, step)]

    def size(self, primes):
        """Return the bytes of a seeded ciphertext."""
        return 64 + sum(self.degree * q.bit_length() // 8 for q in primes)

    def read_input(self, data, expected):
        """Return the seeded ciphertexts of a sealed input, in order."""
        fields, body = self.read(data, "input", expected)
        count = len(self.blocks(int(fields["rows"]))) * self.packing.inputs
        need(len(body.data) == count * self.size(self.data_primes), "wrong_length")
        return [body.seeded(self.degree, self.data_primes) for _ in range(count)]

    def read_keys(self, data, expected):
        """Return the seeded ciphertexts of a keys file, in order."""
        _, body = self.read(data, "keys", expected)
        asked = self.plan["keys"]
        switching = asked["relinearization"] + len(asked["galois_elements"])
        count = asked["public"] + switching * len(self.data_primes)
        need(len(body.data) == count * self.size(self.primes), "key_malformed")
        try:
            return [body.seeded(self.degree, self.primes) for _ in range(count)]
        except Refused:
            raise Refused("key_malformed") from None

    def seal(self, fields, rows, secret, draw=os.urandom):
        """Return a sealed input of normalised rows."""
        body, done = b"", 0
        for held in self.blocks(len(rows)):
            for message in self.packing.messages(rows[done : done + held]):
                body += self.encrypt(message, secret, draw)
            done += held
        return join("input", fields | {"rows": len(rows)}, body)

    def encrypt(self, message, secret, draw):
        """Return a seeded ciphertext."""
        seed, noisy = draw(64), []
        for value in map(self.lifted, message):
            bits = int.from_bytes(draw(6), "little")
            noisy.append(value + (bits & 0x1FFFFF).bit_count() - (bits >> 21 & 0x1FFFFF).bit_count())
        sealed = seed
        for q, c1 in zip(self.data_primes, expand(seed, self.degree, self.data_primes), strict=True):
            if self.plain:
                c0 = [(m - a) % q for m, a in zip(noisy, product(c1, secret, q), strict=True)]
            else:
                c0 = [(m - a * s) % q for m, a, s in zip(ntt(noisy, q), c1, ntt(secret, q), strict=True)]
            sealed += pack(c0, q.bit_length())
        return sealed

    def lifted(self, value):
        """Return what is encrypted for a coefficient of a message."""
        return (2 * prod(self.data_primes) * (value % self.plain) // self.plain + 1) // 2 if self.plain else value

    def open(self, data, expected, secret):
        """Return the scores in a sealed result, row by row."""
        fields, body = self.read(data, "result", expected)
        largest = [q - 1 + (1 << self.dropped) // 2 >> self.dropped for q in self.left]
        blocks = [(rows, self.packing.kept(rows)) for rows in self.blocks(int(fields["rows"]))]
        more = self.packing.polynomials - 1
        counts = [n for _, kept in blocks for n in (sum(map(len, kept)), len(kept) * more * self.degree)]
        lengths = [(count * top.bit_length() + 7) // 8 for count in counts for top in largest]
        need(len(body.data) == sum(lengths), "wrong_length")
        scores, counts = [], iter(counts)
        for rows, kept in blocks:
            c0, rest = (
                [body.residues(n, top.bit_length(), top + 1) for top in largest] for n in (next(counts), next(counts))
            )
            opened = [self.opened(c0, rest, kept, index, secret) for index in range(len(kept))]
            scores += self.packing.scores(opened, rows)
        return scores

    def opened(self, c0, rest, kept, index, secret):
        """Return the message in one ciphertext of a result, at the coefficients that were kept."""
        start, each, found = sum(map(len, kept[:index])), self.degree * (self.packing.polynomials - 1), []
        for q, first, others in zip(self.left, c0, rest, strict=True):
            power, total = secret, [0] * self.degree
            for at in range(index * each, (index + 1) * each, self.degree):
                hidden = product([t << self.dropped for t in others[at : at + self.degree]], power, q)
                total, power = [a + b for a, b in zip(total, hidden, strict=True)], product(power, secret, q)
            found.append([(first[start + k] << self.dropped) + total[place] for k, place in enumerate(kept[index])])
        whole = prod(self.left)
        values = [join_residues(residues, self.left) for residues in zip(*found, strict=True)]
        if self.plain:
            values = [(2 * self.plain * value + whole) // (2 * whole) % self.plain for value in values]
            whole = self.plain
        return [value - whole if 2 * value > whole else value for value in values]
