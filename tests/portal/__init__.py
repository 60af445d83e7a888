"""Tests of the face: settings, health, pages."""
