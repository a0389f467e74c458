"""Several neighbouring pixels at once: LLVM's vectors with the signs of arithmetic, for numba's intrinsics.

LLVM turns them into what the machine has, wide or narrow. Every operation is the IEEE one, so the results are those
of a loop over single pixels, on all machines. numba's own vectoriser leaves loops over a few pixels as they are.
Numbers are float32: the error is below 0.01 of a level of 0 to 255, and a register holds twice as many as of float64.
"""

from typing import Any

from llvmlite import ir
from numba.core import cgutils

BYTE, NUMBER, PLACE = ir.IntType(8), ir.FloatType(), ir.IntType(32)


class Lanes:
    """`count` float32 numbers in one LLVM value; a plain number beside them stands for as many equal ones."""

    def __init__(self, builder: Any, value: Any) -> None:
        self.builder, self.value, self.count = builder, value, value.type.count

    @classmethod
    def of(cls, builder: Any, count: int, number: Any) -> "Lanes":
        """The same number, an LLVM integer, float64 or float32, in every lane."""
        if isinstance(number.type, ir.IntType):
            number = builder.sitofp(number, NUMBER)
        elif number.type != NUMBER:
            number = builder.fptrunc(number, NUMBER)
        nothing = ir.Constant(ir.VectorType(NUMBER, count), ir.Undefined)
        first = builder.insert_element(nothing, number, PLACE(0))
        everywhere = ir.Constant(ir.VectorType(PLACE, count), [0] * count)
        return cls(builder, builder.shuffle_vector(first, nothing, everywhere))

    @classmethod
    def counting(cls, builder: Any, count: int) -> "Lanes":
        """0, 1, 2 and so on."""
        return cls(builder, ir.Constant(ir.VectorType(NUMBER, count), [float(lane) for lane in range(count)]))

    def __add__(self, other: "Lanes | float") -> "Lanes":
        return Lanes(self.builder, self.builder.fadd(self.value, self._value(other)))

    def __sub__(self, other: "Lanes | float") -> "Lanes":
        return Lanes(self.builder, self.builder.fsub(self.value, self._value(other)))

    def __mul__(self, other: "Lanes | float") -> "Lanes":
        return Lanes(self.builder, self.builder.fmul(self.value, self._value(other)))

    def __abs__(self) -> "Lanes":
        return self._by("fabs")

    def sqrt(self) -> "Lanes":
        """The square roots."""
        return self._by("sqrt")

    def compared(self, sign: str, other: "Lanes | float") -> Any:
        """Which lanes are `sign` (such as "<=") to the other's, as an LLVM vector of bits."""
        return self.builder.fcmp_ordered(sign, self.value, self._value(other))

    def between(self, lowest: "Lanes | float", highest: "Lanes | float") -> "Lanes":
        """The nearest numbers from lowest to highest."""
        low = self._chosen(self.compared("<", highest), highest)
        return low._chosen(low.compared(">", lowest), lowest)

    def rounded(self, where: Any) -> Any:
        """Numbers of 0 to 255 as an LLVM vector of bytes, 0 in the lanes outside `where`."""
        whole = self.builder.fptosi((self + 0.5).value, ir.VectorType(PLACE, self.count))
        kind = ir.VectorType(BYTE, self.count)
        return self.builder.select(where, self.builder.trunc(whole, kind), ir.Constant(kind, [0] * self.count))

    def _value(self, other: "Lanes | float") -> Any:
        return other.value if isinstance(other, Lanes) else ir.Constant(self.value.type, [other] * self.count)

    def _chosen(self, where: Any, other: "Lanes | float") -> "Lanes":
        return Lanes(self.builder, self.builder.select(where, self.value, self._value(other)))

    def _by(self, function: str) -> "Lanes":
        """Through one of LLVM's own functions of a number."""
        kind = ir.FunctionType(self.value.type, [self.value.type])
        name = f"llvm.{function}.v{self.count}f32"
        return Lanes(
            self.builder,
            self.builder.call(cgutils.get_or_insert_function(self.builder.module, kind, name), [self.value]),
        )


def interleaved(builder: Any, red: Any, green: Any, blue: Any) -> Any:
    """Three LLVM vectors of bytes as one: the first of each, then the second of each, and so on."""
    count = red.type.count
    both = _shuffled(builder, red, green, list(range(2 * count)))
    third = _shuffled(builder, blue, blue, list(range(2 * count)))  # twice, to be as long
    order = [channel * count + lane for lane in range(count) for channel in range(3)]
    return _shuffled(builder, both, third, order)


def raise_bytes(builder: Any, address: Any, new: Any) -> None:
    """Store, from an address on, those of the new bytes that are more than what lies there."""
    address = builder.bitcast(address, new.type.as_pointer())
    old = builder.load(address, align=1)
    builder.store(builder.select(builder.icmp_unsigned(">", new, old), new, old), address, align=1)


def _shuffled(builder: Any, first: Any, second: Any, order: list[int]) -> Any:
    return builder.shuffle_vector(first, second, ir.Constant(ir.VectorType(PLACE, len(order)), order))
