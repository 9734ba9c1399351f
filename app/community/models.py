"""Communities, what is written in them, and who follows whom."""

from uuid import UUID

from tortoise import fields
from tortoise.migrations.constraints import CheckConstraint
from tortoise.models import Model

from app.community.states import CommunityKind, PostStatus, Reaction
from app.core.ids import CommentId, CommunityId, PostId, UserId, new_id
from app.core.targets import Target


class Community(Model):
    """A place for people. Its row is what joining and leaving queue behind."""

    id: CommunityId = fields.UUIDField(primary_key=True, default=new_id)  # type: ignore[assignment]  # Tortoise types a key as UUID
    name = fields.CharField(max_length=40)
    kind = fields.CharEnumField(CommunityKind, max_length=8)
    about = fields.CharField(max_length=500)
    #: Below the media folder.
    cover_path = fields.CharField(max_length=200, null=True)
    member_count = fields.IntField(default=0)
    #: Grows with each change that staff make.
    version = fields.IntField(default=1)
    created_at = fields.DatetimeField()

    class Meta:
        table = "communities"
        constraints = (CheckConstraint("member_count >= 0", "communities_count_their_members"),)


class Member(Model):
    """Somebody who belongs to a community."""

    id: UUID = fields.UUIDField(primary_key=True, default=new_id)
    community_id: CommunityId = fields.UUIDField()  # type: ignore[assignment]  # as above
    user_id: UserId = fields.UUIDField()  # type: ignore[assignment]  # as above
    joined_at = fields.DatetimeField()

    class Meta:
        table = "community_members"


class Post(Model):
    """One post. Its row is what its checks, decisions and comments queue behind."""

    id: PostId = fields.UUIDField(primary_key=True, default=new_id)  # type: ignore[assignment]  # as above
    community: fields.ForeignKeyRelation[Community] = fields.ForeignKeyField(
        "pintuan.Community", on_delete=fields.OnDelete.RESTRICT
    )
    community_id: CommunityId
    author_id: UserId = fields.UUIDField()  # type: ignore[assignment]  # as above
    client_id = fields.CharField(max_length=100)
    text = fields.TextField()
    topics: list[str] = fields.JSONField()
    #: What it is about.
    attached_kind = fields.CharField(max_length=32, null=True)
    attached_id = fields.UUIDField(null=True)
    status = fields.CharEnumField(PostStatus, max_length=12, default=PostStatus.IN_REVIEW)
    #: The check of its text, or a person, has let it pass.
    text_passed = fields.BooleanField()
    comment_count = fields.IntField(default=0)
    #: When it was published first; its place in lists.
    published_at = fields.DatetimeField(null=True)
    created_at = fields.DatetimeField()

    class Meta:
        table = "posts"
        constraints = (
            CheckConstraint("comment_count >= 0", "posts_count_their_comments"),
            CheckConstraint("status <> 'PUBLISHED' OR published_at IS NOT NULL", "posts_know_when_they_were_published"),
        )

    @property
    def attached(self) -> Target | None:
        """What it is about."""
        return Target(self.attached_kind, self.attached_id) if self.attached_kind and self.attached_id else None


class Comment(Model):
    """One comment below a post."""

    id: CommentId = fields.UUIDField(primary_key=True, default=new_id)  # type: ignore[assignment]  # as above
    post: fields.ForeignKeyRelation[Post] = fields.ForeignKeyField("pintuan.Post", on_delete=fields.OnDelete.RESTRICT)
    post_id: PostId
    author_id: UserId = fields.UUIDField()  # type: ignore[assignment]  # as above
    client_id = fields.CharField(max_length=100)
    text = fields.TextField()
    status = fields.CharEnumField(PostStatus, max_length=12)
    created_at = fields.DatetimeField()

    class Meta:
        table = "post_comments"


class GivenReaction(Model):
    """What one person feels about one thing."""

    id: UUID = fields.UUIDField(primary_key=True, default=new_id)
    target_kind = fields.CharField(max_length=32)
    target_id = fields.UUIDField()
    user_id: UserId = fields.UUIDField()  # type: ignore[assignment]  # as above
    reaction = fields.CharEnumField(Reaction, max_length=8)
    created_at = fields.DatetimeField()

    class Meta:
        table = "reactions"


class ReactionCount(Model):
    """How many react to a thing: changed with each row of `reactions`, in the same transaction."""

    id: UUID = fields.UUIDField(primary_key=True, default=new_id)
    target_kind = fields.CharField(max_length=32)
    target_id = fields.UUIDField()
    total = fields.IntField()

    class Meta:
        table = "reaction_counts"
        constraints = (CheckConstraint("total >= 0", "reaction_counts_are_not_negative"),)


class Follow(Model):
    """Somebody follows somebody."""

    id: UUID = fields.UUIDField(primary_key=True, default=new_id)
    follower_id: UserId = fields.UUIDField()  # type: ignore[assignment]  # as above
    followed_id: UserId = fields.UUIDField()  # type: ignore[assignment]  # as above
    created_at = fields.DatetimeField()

    class Meta:
        table = "follows"
        constraints = (CheckConstraint("follower_id <> followed_id", "follows_lead_to_others"),)
