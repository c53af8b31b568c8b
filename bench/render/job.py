"""The job that all contenders do: one picture in, three variants out."""

SIDES = {"thumbnail": 300, "icon": 128}
DISPLAY = 1600
QUALITY = 80
OWNER = "Example Photos"
TEXT = f"© {OWNER}"


def need(width: int, height: int) -> float:
    """Return the scale at which the picture must be decoded."""
    display = min(1.0, DISPLAY / max(width, height))
    return max(display, min(1.0, max(SIDES.values()) / min(width, height)))
