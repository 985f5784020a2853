"""The flow language: parsing, checking and interpreting definitions. No framework, no I/O, no clock."""
