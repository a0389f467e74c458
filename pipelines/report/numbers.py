"""Numbers as a reader wants them."""


def score(value: float) -> str:
    """A score from 0 to 1, four places: a step in the last one is what a stack is fought for."""
    return f"{value:.4f}"


def percent(share: float) -> str:
    """A share as a percentage, one place."""
    return f"{100 * share:.1f}\N{NO-BREAK SPACE}%"


def whole(count: int) -> str:
    """A whole number, thousands apart."""
    return f"{count:,}"


def duration(seconds: float) -> str:
    """Seconds, minutes or hours, two units at most."""
    if seconds < 10:
        return f"{seconds:.1f} s"
    if seconds < 120:
        return f"{seconds:.0f} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 60 else f"{minutes // 60} h {minutes % 60} min"


def size(count: float) -> str:
    """Bytes in the unit that leaves one to three digits before the point."""
    for unit in ("bytes", "kB", "MB", "GB"):
        if count < 1000:
            return f"{count:.0f} {unit}" if unit == "bytes" else f"{count:.1f} {unit}"
        count /= 1000
    return f"{count:.1f} TB"


def ticks(low: float, high: float, about: int = 5) -> list[float]:
    """Round values from `low` to `high`, some `about` of them, a step of 1, 2 or 5 times a power of ten apart."""
    span = max(high - low, 1e-9)
    rough = span / about
    power = 10.0 ** _floor_log10(rough)
    step = next(times * power for times in (1, 2, 5, 10) if times * power >= rough * 0.999)
    first = round(low / step)
    values = [(first + number) * step for number in range(-1, 3 * about)]
    return [round(value, 10) for value in values if low - 1e-9 * span <= value <= high + 1e-9 * span]


def _floor_log10(value: float) -> int:
    return int(f"{value:e}".split("e")[1])
