"""The e-mail door: GET shows, POST acts, and a link opens no session."""
