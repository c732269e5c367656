"""The memory that a zygote has free when it begins.

It is in small pieces between what is used. A child that was given those would have a copy of a page for each piece;
whoever is given fresh memory instead has one page after the other. So a zygote takes all the pieces, and keeps them.
"""

import ctypes

_SIZES = range(1024, 23, -16)
_UNBROKEN = 100 * 1000
"""Bytes that are free in one piece only behind all that is used: a little less than what the C library maps on its own."""
_MOST = 16 * 1024 * 1024
"""Bytes: where so many are not enough, the C library gives them out in another way than this expects."""


def use_up():
    """To be called where nothing is to be given back any more."""
    allocate = ctypes.PyDLL(None).malloc
    allocate.restype, allocate.argtypes = ctypes.c_void_p, (ctypes.c_size_t,)
    end, left = allocate(_UNBROKEN), _MOST
    for size in _SIZES if end else ():
        while left > 0 and 0 < (allocate(size) or 0) < end:
            left -= size
