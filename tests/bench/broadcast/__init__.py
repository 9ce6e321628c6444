"""Announcements under load, under kills and over a platform that fails."""
