"""Addresses behind a mail link; the token itself appears in the first one only."""

from django.urls import path

from portal.web.links import views

app_name = "links"
urlpatterns = [
    path("r/<uuid:link_id>/", views.read, name="read"),
    path("r/<uuid:link_id>/answer/", views.answer, name="answer"),
    path("r/<uuid:link_id>/ask/", views.ask, name="ask"),
    path("r/<uuid:link_id>/not-now/", views.not_now, name="not_now"),
    path("r/<uuid:link_id>/take-back/", views.take_back, name="take_back"),
    path("r/<uuid:link_id>/reopen/", views.reopen, name="reopen"),
    path("r/<uuid:link_id>/not-me/", views.not_me, name="not_me"),
    path("r/<uuid:link_id>/new-link/", views.new_link, name="new_link"),
    path("<str:token>/", views.enter, name="enter"),
]
