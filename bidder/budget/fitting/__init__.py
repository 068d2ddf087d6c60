"""Response curves from history: a media-mix regression with saturation and carryover.

The result of a period is explained by trend, season, given controls and, for every campaign, a Hill
curve of its carried-over spend (Jin, Wang, Sun, Chan and Koehler 2017, "Bayesian Methods for Media
Mix Modeling with Carryover and Shape Effects", Google). Nothing is imported here, so that the
specification can be read without scipy.
"""
