"""The commands, one module each: parse, call one function, print a few lines that matter, exit."""
