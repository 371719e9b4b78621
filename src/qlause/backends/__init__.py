"""Compilers of bound trees, one package for each storage. None imports another one, or the parser."""
