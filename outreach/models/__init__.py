from outreach.models.exports import ListExport

__all__ = ["ListExport"]
