"""The demo: an invented cast and everything it needs, made by the project itself."""
