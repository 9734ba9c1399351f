"""The states of an export. Pure."""

from enum import StrEnum


class ExportStatus(StrEnum):
    """PREPARING until the file is there; FETCHED once it was given, or was there too long."""

    PREPARING = "PREPARING"
    READY = "READY"
    FETCHED = "FETCHED"
