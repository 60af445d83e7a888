"""The representative's desk."""

from portal.web.desk import pages

app_name = "desk"
urlpatterns = pages.urlpatterns
