"""Pages for everybody."""

from portal.web.public import pages

app_name = "public"
urlpatterns = pages.urlpatterns
