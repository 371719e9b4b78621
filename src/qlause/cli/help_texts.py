"""What ``--help`` explains below the options. Lines fit a terminal of 80 columns."""

from __future__ import annotations

from typing import Final

__all__ = [
    "CHECK_DETAILS",
    "DESCRIPTION",
    "EXPLAIN_DETAILS",
    "FILTER_DETAILS",
    "OVERVIEW_DETAILS",
    "SCHEMA_DETAILS",
    "SERVE_DETAILS",
]

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
  object per line), CSV or TSV (with a header line) or Parquet; plain or
  compressed with gzip, bzip2, xz or Zstandard. A folder stands for its files,
  a pattern in quotes for those that match. Without FILE, or with -, qlause
  reads the standard input. *.csv, *.tsv, *.ndjson, *.jsonl and *.parquet are
  read as what they say; for other names the content decides. --input overrides
  both. --records results takes the documents from an object that holds them.

  Files of any size are read as a stream. --sort keeps about 128 MiB in memory;
  more waits in a temporary file without a name, in the folder of TMPDIR.

  A large file of NDJSON is filtered by one process for each core, by default on
  Linux only. The output is the same. --jobs 1 starts none.

  A line of NDJSON that cannot match is not parsed: qlause checks only that it
  starts with { and ends with }; of an element of a JSON array, only that quotes
  and brackets have ends. Use --validate to find all that is invalid.

CSV:
  The names in the header are paths: metadata.createdAt becomes a nested value.
  An empty cell is a missing value. A cell that is a number or a boolean of JSON
  is that, others are text. --type declares single columns, --text none at all.
  A cell that is not of its declared type breaks its row only where the request
  asks about it.

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
  qlause filter 'qty:>20' stock.csv --type createdAt=date-time -o table
"""

EXPLAIN_DETAILS: Final = """\
qlause prints the canonical text of the query, the syntax tree, what it selects
in plain words (with --schema: by the declared types), and which backends can
run it. --backend NAME shows what one of them gets.

exit status:
  0  the query was accepted
  2  the query was refused

examples:
  qlause explain 'name:("John","Jack") OR qty:>20'
  qlause explain 'name:~jo' --sort name:desc --backend sqlite
  qlause explain 'createdAt:>=now-7d' --now 2024-06-01
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

SERVE_DETAILS: Final = """\
Each file and each table is a list endpoint of its name: orders.csv is /orders,
one of its items /orders/1. /openapi.json describes them, and / is a page to
try them. Everything is read-only, and a request is limited in size and time.

input:
  Files are those that qlause filter reads: JSON, NDJSON, CSV, TSV or Parquet,
  plain or compressed. They are read once, at the start. --database keeps what
  was read; a file that has not changed is not read again.
  A database is a URL: sqlite:///shop.db, postgresql://user@host/shop,
  mariadb://user@host/shop or mysql://user@host/shop. Without --table, all its
  tables are served that have a primary key of one column.

  Of several files or tables, NAME= says which one --schema, --id or --hide is
  about, as in --hide users=password.

host:
  Only this machine can reach the server, unless --host names another address.
  Then everybody who can reach that address can read all that is served: there
  is no login.

exit status:
  0  the server was stopped
  2  it could not start

examples:
  qlause serve orders.csv
  qlause serve big.ndjson.zst --database big.sqlite
  qlause serve sqlite:///shop.db --table orders --hide customer_email
"""

SCHEMA_DETAILS: Final = """\
qlause schema infer prints the JSON Schema that all documents of the files have:
types, date-times and dates, enums of few values, maps of languages to texts,
and which fields are always there. Edit it, and give it to --schema.

exit status:
  0  the schema was printed
  2  a file could not be read, or a line was invalid; the schema is of the rest

examples:
  qlause schema infer stock.csv
  cat people.ndjson | qlause schema infer
"""
