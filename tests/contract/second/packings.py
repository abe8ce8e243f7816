"""What sections 3 and 4 of the contract say of each packing: where values stand, and where scores do."""

from math import cos, pi

from tests.contract.second.arithmetic import inverse, reversal, root


class Packing:
    """The plan's own words, and its slots."""

    polynomials = 2

    def __init__(self, plan):
        self.plan, self.layout = plan, plan["layout"]
        self.degree, self.plain = plan["parameters"]["poly_modulus_degree"], plan["parameters"]["plain_modulus"]
        self.outputs, self.inputs = self.layout["outputs"], 1

    def fixed(self, value):
        """Return a value as an integer, at the scale of the input."""
        return round(value * 2 ** self.plan["input_scale_log2"])

    def score(self, value):
        """Return an integer as a score."""
        return value / 2 ** self.plan["output_scale_log2"]

    def from_slots(self, values):
        """Return the polynomial that has these values in its first slots, and 0 in the others."""
        if self.plain:
            form = [0] * self.degree
            for slot, value in enumerate(values):
                form[reversal(self.degree)[self.exponent(slot, self.degree) // 2]] = self.fixed(value) % self.plain
            return inverse(form, self.plain)
        waves = [2 / self.degree * cos(pi * step / self.degree) for step in range(2 * self.degree)]
        found = [0.0] * self.degree
        for slot, value in enumerate(values):
            if value:
                e = self.exponent(slot, self.degree)
                found = [x + value * waves[at * e % (2 * self.degree)] for at, x in enumerate(found)]
        return [self.fixed(x) for x in found]

    def slot(self, message, slot):
        """Return what a slot of a polynomial holds, as a score."""
        degree = len(message)
        e = self.exponent(slot, degree)
        if self.plain:
            z = pow(root(self.plain, degree), e, self.plain)
            value = sum(x * pow(z, at, self.plain) for at, x in enumerate(message)) % self.plain
            return self.score(value - self.plain if 2 * value > self.plain else value)
        return self.score(sum(x * cos(pi * (at * e % (2 * degree)) / degree) for at, x in enumerate(message)))

    @staticmethod
    def exponent(slot, degree):
        """Return the odd power of the root of unity at which a slot is the polynomial's value."""
        power = pow(3, slot % (degree // 2), 2 * degree)
        return 2 * degree - power if slot >= degree // 2 else power


class Coefficient(Packing):
    """Features in coefficients."""

    def __init__(self, plan):
        super().__init__(plan)
        self.chunk, self.each = self.layout["chunk"], self.layout["outputs_per_result"]
        self.inputs = -(-(self.layout["features"] + len(self.layout["monomials"])) // self.chunk)

    def messages(self, rows):
        """Return the polynomials of a block."""
        polynomials = [[0] * self.degree for _ in range(self.inputs)]
        for row, values in enumerate(rows):
            lifted = [*values, *(values[i] * values[j] for i, j in self.layout["monomials"])]
            for index, value in enumerate(map(self.fixed, lifted)):
                at = row * self.each * self.chunk - index % self.chunk
                polynomials[index // self.chunk][at % self.degree] = -value if at < 0 else value
        return polynomials

    def kept(self, rows):
        """Return the coefficients of c0 that each ciphertext of a block's result sends."""
        held = [range(min(self.each, self.outputs - first)) for first in range(0, self.outputs, self.each)]
        return [[(row * self.each + j) * self.chunk for row in range(rows) for j in js] for js in held]

    def scores(self, opened, rows):
        """Return the scores of a block."""
        each = [len(message) // rows for message in opened]
        cut = [[m[row * n : row * n + n] for m, n in zip(opened, each, strict=True)] for row in range(rows)]
        return [[self.score(value) for values in row for value in values] for row in cut]


class Column(Packing):
    """One ciphertext for each feature."""

    def __init__(self, plan):
        super().__init__(plan)
        self.inputs, self.polynomials = self.layout["features"], self.layout["result_polynomials"]
        self.slots = self.layout["encoding"] == "slot"

    def messages(self, rows):
        """Return the polynomials of a block."""
        lines = [[row[i] for row in rows] for i in range(self.inputs)]
        if self.slots:
            return [self.from_slots(line) for line in lines]
        return [[*map(self.fixed, line), *[0] * (self.degree - len(rows))] for line in lines]

    def kept(self, rows):
        """Return the coefficients of c0 that each ciphertext of a block's result sends."""
        return [range(self.degree if self.slots else rows)] * self.outputs

    def scores(self, opened, rows):
        """Return the scores of a block."""
        if self.slots:
            return [[self.slot(message, row) for message in opened] for row in range(rows)]
        return [[self.score(message[row]) for message in opened] for row in range(rows)]


class Rotation(Packing):
    """Whole rows in slots."""

    def messages(self, rows):
        """Return the polynomial of a block."""
        held, block, period = self.layout["rows_per_block"], self.layout["block"], self.layout["period"]
        padded = [[*row, *[0.0] * (period - len(row))] for row in rows]
        padded += [[0.0] * period] * (held - len(rows))
        slots = []
        for slot in range(self.degree // 2):
            p = slot // held % (block * self.layout["copies"])
            slots.append(padded[slot % held][(p + p // block * self.layout["shift"]) % period])
        return [self.from_slots(slots)]

    def kept(self, rows):
        """Return the coefficients of c0 that each ciphertext of a block's result sends."""
        count = 2 * self.layout["rows_per_block"] * self.layout["layers"][-1]["period"]
        return [range(0, self.degree, self.degree // count)]

    def scores(self, opened, rows):
        """Return the scores of a block."""
        held = self.layout["rows_per_block"]
        return [[self.slot(opened[0], j * held + row) for j in range(self.outputs)] for row in range(rows)]


def packing_of(plan):
    """Return the packing of a plan."""
    return {"coefficient": Coefficient, "column": Column, "rotation": Rotation}[plan["layout"]["packing"]](plan)
