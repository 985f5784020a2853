"""Addresses of the wire."""

from django.urls import URLPattern, URLResolver, path

from wire import views

pages: list[URLPattern | URLResolver] = [
    path("sign-in/", views.sign_in, name="sign-in"),
    path("sign-in/<str:secret>", views.sign_in_link, name="sign-in-link"),
    path("sign-out/", views.sign_out, name="sign-out"),
    path("account/", views.account, name="account"),
    path("account/password", views.set_password, name="set-password"),
    path("account/tokens", views.make_token, name="make-token"),
    path("account/tokens/<int:token_id>/revoke", views.revoke_token, name="revoke-token"),
]
