"""Announcements on their way: who gets them, when, how fast, and what became of each."""
