"""What people call splits, in columns and in names of files, scores and reports."""

from __future__ import annotations

#: Words whose meaning no place changes; readers add those that mean a split only where they look.
SPLIT_WORDS = {
    **dict.fromkeys(("train", "training"), "train"),
    **dict.fromkeys(("val", "valid", "validation", "dev"), "validation"),
    **dict.fromkeys(("test", "testing"), "test"),
}
