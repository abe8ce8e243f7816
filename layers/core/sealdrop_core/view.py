"""A numpy view of the residues inside a SEAL object: saves a compressed round trip through a file.

pybind11 keeps a pointer to the C++ object behind the instance header, and SEAL's DynArray holds capacity, size and
data pointer in a row. Neither is a promise, so the layout is proved on a known object before it is used, and where it
does not hold the caller goes the long way (`available()` is False).
"""

import ctypes
import sys
import sysconfig
from typing import Any

import numpy as np
from numpy.typing import NDArray

_VALUE_POINTER = 16  # after the reference count and the type of a PyObject
_CAPACITY, _SIZE, _DATA = 16, 24, 32  # in DynArray, after its memory pool's shared pointer


def _fields(array: Any) -> tuple[int, int, int]:
    holder = ctypes.c_uint64.from_address(id(array) + _VALUE_POINTER).value
    capacity, size, data = (ctypes.c_uint64.from_address(holder + at).value for at in (_CAPACITY, _SIZE, _DATA))
    return capacity, size, data


def words(obj: Any) -> NDArray[np.uint64]:
    """Return the 64-bit words of a Ciphertext or Plaintext; valid only while `obj` lives and keeps its size."""
    array = obj.dyn_array()
    _, size, data = _fields(array)
    return np.ctypeslib.as_array((ctypes.c_uint64 * size).from_address(data))


def available(known: Any) -> bool:
    """Whether the layout holds here, found out on a plaintext whose words are 11, 7, 5 and 3."""
    if sys.implementation.name != "cpython" or sysconfig.get_config_var("Py_GIL_DISABLED"):
        return False
    capacity, size, data = _fields(known.dyn_array())
    if size != 4 or not size <= capacity <= 1 << 20 or data % 8 or not data:
        return False
    return bool((words(known) == (0xB, 7, 5, 3)).all())
