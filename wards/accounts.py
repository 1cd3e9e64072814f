"""Sign-in by allauth, under our rules: nobody signs up; accounts are opened by a ward lead or the health centre."""

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest


class AccountAdapter(DefaultAccountAdapter):
    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False
