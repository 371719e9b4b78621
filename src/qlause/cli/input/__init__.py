"""Files and streams to documents: JSON, NDJSON and CSV, plain or compressed."""
