"""The studio's room."""

from portal.web.studio import board, grants, members, performers, productions, request_new, requests

app_name = "studio"
urlpatterns = [
    *board.urlpatterns,
    *members.urlpatterns,
    *productions.urlpatterns,
    *grants.urlpatterns,
    *performers.urlpatterns,
    *request_new.urlpatterns,
    *requests.urlpatterns,
]
