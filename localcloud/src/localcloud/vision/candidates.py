"""Candidate boxes of a detector, as rows of left, top, right, bottom, score."""

import numpy as np
from numpy.typing import NDArray

Rows = NDArray[np.float32]


def without_overlaps(rows: Rows, limit: float, *, by_smaller: bool = False) -> Rows:
    """Return the best of each heap of overlapping boxes, best first.

    Overlap is intersection over union, or over the smaller box.
    """
    rows = rows[rows[:, 4].argsort()[::-1]]
    kept = []
    while len(rows):
        best, rows = rows[0], rows[1:]
        kept.append(best)
        rows = rows[_overlap(best, rows, by_smaller=by_smaller) <= limit]
    return np.stack(kept) if kept else rows


def _overlap(best: Rows, rows: Rows, *, by_smaller: bool) -> Rows:
    width = np.minimum(best[2], rows[:, 2]) - np.maximum(best[0], rows[:, 0])
    height = np.minimum(best[3], rows[:, 3]) - np.maximum(best[1], rows[:, 1])
    common = np.maximum(width, 0) * np.maximum(height, 0)
    area = (best[2] - best[0]) * (best[3] - best[1])
    areas = (rows[:, 2] - rows[:, 0]) * (rows[:, 3] - rows[:, 1])
    whole = np.minimum(area, areas) if by_smaller else area + areas - common
    overlap: Rows = common / np.maximum(whole, 1e-9)
    return overlap


def squared(rows: Rows) -> Rows:
    """Return the boxes grown to squares around their centres."""
    width, height = rows[:, 2] - rows[:, 0], rows[:, 3] - rows[:, 1]
    side = np.maximum(width, height)
    grown = rows.copy()
    grown[:, 0] += (width - side) / 2
    grown[:, 1] += (height - side) / 2
    grown[:, 2] = grown[:, 0] + side
    grown[:, 3] = grown[:, 1] + side
    return grown


def corrected(rows: Rows, offsets: Rows, scores: Rows) -> Rows:
    """Return the boxes moved by a network's offsets (shares of their size), scored anew."""
    width = rows[:, 2] - rows[:, 0] + 1
    height = rows[:, 3] - rows[:, 1] + 1
    moved = rows.copy()
    moved[:, :4] += offsets * np.stack([width, height, width, height], axis=1)
    moved[:, 4] = scores
    return moved
