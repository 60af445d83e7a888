"""The performer's room."""

from portal.web.performer import (
    counter,
    grants,
    history,
    home,
    onboarding,
    pause,
    preferences,
    representatives,
    requests,
    uploads,
    vault,
)

app_name = "performer"
urlpatterns = [
    *uploads.urlpatterns,  # before the vault's own pages: their vault/<ref>/ would take vault/uploads/ for an item
    *home.urlpatterns,
    *requests.urlpatterns,
    *counter.urlpatterns,
    *preferences.urlpatterns,
    *grants.urlpatterns,
    *pause.urlpatterns,
    *history.urlpatterns,
    *onboarding.urlpatterns,
    *representatives.urlpatterns,
    *vault.urlpatterns,
]
