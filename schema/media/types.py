"""What the API says of uploads."""

from datetime import datetime

import strawberry

from app.core.settings import settings
from app.media import models, queries
from app.media.states import UploadPurpose
from schema.scalars import NameValue, Node, public_id

strawberry.enum(UploadPurpose)

#: As the door reads it.
FILE_FIELD = "file"


@strawberry.type(description="Leave to POST one picture to url as multipart: formData, then the file in fileField.")
class UploadTicket(Node):
    """Leave to hand in one picture."""

    id: strawberry.ID = strawberry.field(description="What other mutations take as uploadId.")
    url: str
    file_field: str
    form_data: list[NameValue]
    expires_at: datetime

    @classmethod
    def of(cls, upload: models.Upload) -> "UploadTicket":
        """The API's form of a ticket."""
        ticket = public_id("upload", upload.id)
        form = queries.form_of(upload.id)
        return cls(
            id=ticket,
            url=f"{settings().public_origin.rstrip('/')}/uploads/{ticket}",
            file_field=FILE_FIELD,
            form_data=[NameValue(name=name, value=value) for name, value in form.items()],
            expires_at=upload.expires_at or upload.created_at,
        )
