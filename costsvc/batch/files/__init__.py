"""Files of tables: found, read and written."""
