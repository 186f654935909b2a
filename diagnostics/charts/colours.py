"""The one colour code, legible in light and dark and to the colour-blind (Okabe and Ito)."""

RIGHT = "#009E73"
WRONG = "#D55E00"
OTHER = "#8C98A6"
#: The true label has the colour of right answers, a wrong answer's label that of mistakes.
TRUE_LABEL = RIGHT
PREDICTED_LABEL = WRONG
#: Material names of the same for badges, which take no other colours.
BADGES = {"true": "green", "predicted": "red", "right": "green", "wrong": "red", "neutral": "gray"}
#: What was chosen among others that stay grey.
CHOSEN = "#2F7FD6"
#: Figures in charts, which no theme reaches: on light, on dark, and passable on both.
TEXT_ON_LIGHT = "#515B69"
TEXT_ON_DARK = "#A3AFBF"
TEXT = "#737E8C"
