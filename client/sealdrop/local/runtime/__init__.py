"""Where functions run: in this process, or each in a real Lambda runtime of its own."""
