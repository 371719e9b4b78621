"""What ``--help`` explains below the options. Lines fit a terminal of 80 columns."""

from __future__ import annotations

from typing import Final

__all__ = ["CHECK_DETAILS", "DESCRIPTION", "EXPLAIN_DETAILS", "FILTER_DETAILS", "OVERVIEW_DETAILS"]

DESCRIPTION: Final = "Filter documents with the q, sort and fields parameters of a list endpoint."

OVERVIEW_DETAILS: Final = """\
examples:
  echo '{"name":"John","age":30}' | qlause filter 'name:~jo age:>=18'
  qlause explain 'qty:(>=10 AND <=20) NOT type:BILLING'
  qlause check 'name:John surname:~Smith' --sort name,age:desc

'qlause COMMAND --help' explains a command and shows more examples.
"""

FILTER_DETAILS: Final = """\
input:
  FILE is JSON (an array of objects, or objects one after another), NDJSON (one
  object per line) or CSV (commas, with a header line), in UTF-8, plain or
  gzipped. Without FILE, or with -, qlause reads the standard input. *.csv is
  read as CSV, *.ndjson and *.jsonl as NDJSON, also with .gz; for other names
  the content decides. --input overrides both.

  Files of any size are read as a stream. Only --sort without --limit or --page
  keeps all selected documents in memory.

  A line of NDJSON that cannot match is not parsed: qlause checks only that it
  starts with { and ends with }. Use --validate to find every invalid line.

CSV:
  The names in the header are paths: metadata.createdAt becomes a nested value.
  An empty cell is a missing value. Cells are text unless --schema declares the
  column as integer, number or boolean.

exit status:
  0  something was selected
  1  nothing was selected
  2  an error: the query was refused, a file could not be read, or a line was
     invalid. Problems in the input are printed on the standard error as
     file:line: reason, and the other lines are still filtered unless --strict
     is given.

examples:
  echo '{"name":"John","age":30}' | qlause filter 'name:~jo age:>=18'
  qlause filter 'email:missing' people.ndjson --sort name --fields id,name
  qlause filter 'qty:>20' stock.csv --schema stock.schema.json --output table
"""

EXPLAIN_DETAILS: Final = """\
qlause prints the canonical text of the query, the syntax tree, what it selects
in plain words (with --schema: by the declared types), and what each backend
compiles it to.

exit status:
  0  the query was accepted
  2  the query was refused

examples:
  qlause explain 'name:("John","Jack") OR qty:>20'
  qlause explain 'name:~jo' --sort name:desc --fields id,name
  qlause explain 'createdAt:now-7d' --schema stock.schema.json --now 2024-06-01
"""

CHECK_DETAILS: Final = """\
qlause prints the canonical texts of the parameters, or why one is refused.

--output json prints one JSON object. It has ok and canonical (q, sort, fields),
or ok, parameter and error: code and message, and where they are known hint,
offset, length, line, column, snippet and expected.

exit status:
  0  the query was accepted
  2  the query was refused

examples:
  qlause check 'name:John surname:~Smith' --sort name,age:desc
  qlause check 'qty:>20' --schema stock.schema.json --output json
  qlause check 'name: John'   # refused, with a hint
"""
