"""Whole stories, told through pages and mails only."""
