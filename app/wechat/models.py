"""The one thing of WeChat's that all our processes share."""

from tortoise import fields
from tortoise.models import Model


class AccessTokenRow(Model):
    """The access token that is agreed on, one row per mini-program."""

    app_id = fields.CharField(max_length=64, primary_key=True)
    value = fields.CharField(max_length=1024)
    expires_at = fields.DatetimeField()

    class Meta:
        table = "access_tokens"
