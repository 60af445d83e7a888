"""Words and documents: codes and values in, sentences and bytes out. Knows no rows."""
