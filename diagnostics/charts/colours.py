"""The one colour code, legible in light and dark and to the colour-blind (Okabe and Ito)."""

RIGHT = "#009E73"
WRONG = "#D55E00"
OTHER = "#8793A1"
#: The true label has the colour of right answers, a wrong answer's label that of mistakes.
TRUE_LABEL = RIGHT
PREDICTED_LABEL = WRONG
#: Material names of the same for badges, which take no other colours.
BADGES = {"true": "green", "predicted": "red", "right": "green", "wrong": "red", "neutral": "gray"}
#: Figures of a class, none of which means right or wrong.
FIGURES = {"Precision": "#736BED", "Recall": "#A88E3F", "F1": "#BF418E"}
#: What was chosen among others that stay grey.
CHOSEN = "#2F7FD6"
#: Figures in charts, which no theme reaches: on light, on dark, and passable on both.
TEXT_ON_LIGHT = "#515B69"
TEXT_ON_DARK = "#A3AFBF"
TEXT = "#737E8C"
#: Runs laid over one another, the chosen one first: any two at least 36 apart in CIELAB, also with
#: red-, green- and blue-blindness (Machado et al. 2009), and legible on light and dark.
RUNS = (CHOSEN, "#AF8E17", "#8516FA", "#AB3768")
#: Dashes of the same lines, for those who see or print no colours.
RUN_DASHES = ([1, 0], [6, 3], [2, 2], [8, 3, 2, 3])
#: What speaks for the label that is explained, and what for the other: blue and gold, which every
#: eye tells apart, and which mean neither right nor wrong.
TOWARDS = CHOSEN
AWAY = RUNS[1]
