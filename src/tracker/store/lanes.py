"""The lanes in which a server numbers what is recorded at the same time; a file that was no server's has one."""

# The first lane has the numbers to here, each of those behind it so many (migration 0011).
FIRST_ENDS = 1_000_000_000
_SIZE = 10_000_000


def beginning(number: int) -> int:
    """The first number of the lane that a number lies in."""
    return 1 if number <= FIRST_ENDS else (number - 1) // _SIZE * _SIZE + 1
