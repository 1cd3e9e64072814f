"""The API's nouns of this app: the lists that people work from."""
