"""Report models: titles, tables, typed columns and notes, built from rows and laid out by nobody."""
