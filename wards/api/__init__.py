"""The REST API: what every part of it shares (who asks, what may be asked, how it is refused), and the nouns of this app.

The nouns of the other apps stand in `vaccination/api` and `outreach/api`; `config/api_urls.py` puts them together.
"""
