"""The API's nouns of this app: doses and forecasts."""
