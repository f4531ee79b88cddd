"""The only package that names the solver: one door, and the steps taken through it."""
