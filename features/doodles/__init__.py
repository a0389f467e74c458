"""Doodles that nobody drew: a small competition for a first run without any data.

catalogue.py    the classes; recipes/ draws each with the strokes of figures.py, as a person's taste.py has it
hands.py        what sets people apart; motion.py lets them draw, with time, on a screen
collecting.py   asks people, some of whom misunderstand; writing.py makes Kaggle's files of it
"""

from features.doodles.writing import write_doodles

__all__ = ["write_doodles"]
