"""Addresses of the development mailbox, mounted at /mailbox/ in demo and test runs only."""

from django.urls import path

from portal.mailbox import views

app_name = "mailbox"

urlpatterns = [
    path("", views.messages, name="list"),
    path("messages.json", views.messages_json, name="json"),
    path("<str:identifier>/", views.message, name="message"),
    path("<str:identifier>/html/", views.html_part, name="html"),
    path("<str:identifier>/source/", views.source, name="source"),
    path("<str:identifier>/attachments/<int:number>/", views.attachment, name="attachment"),
]
