"""From a source text to its numbered items and sentences; knows no register and no database."""
