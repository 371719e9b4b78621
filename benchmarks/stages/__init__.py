"""What each stage from text to result takes, and what each mechanism gains."""
