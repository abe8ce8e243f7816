"""The only code that knows AWS: settings, objects, the table, messages."""
