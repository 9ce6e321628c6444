"""The history of the database, numbered; each step says why and can be taken back."""
