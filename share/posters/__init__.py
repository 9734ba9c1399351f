"""Posters: one picture to be saved and sent, drawn when asked so that it says how things are now."""

from share.posters.poster import Poster as Poster
from share.posters.poster import draw_poster as draw_poster
