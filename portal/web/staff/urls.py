"""The operator's pages."""

from portal.web.staff import mail, pages

app_name = "staff"
urlpatterns = [*pages.urlpatterns, *mail.urlpatterns]
