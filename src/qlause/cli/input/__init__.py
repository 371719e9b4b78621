"""Files and the standard input as documents: JSON, NDJSON and CSV, plain or compressed."""
