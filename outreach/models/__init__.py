from outreach.models.exports import ListExport
from outreach.models.saved_filters import SavedFilter

__all__ = ["ListExport", "SavedFilter"]
