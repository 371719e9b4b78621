from .parser import parse, parse_fields, parse_sort
