"""Why a model gave an answer, as the example card and Try it show it."""
