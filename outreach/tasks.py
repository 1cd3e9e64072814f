"""Recurring and queued work above the wards: each task calls one domain function and may safely run twice."""
