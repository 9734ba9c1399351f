"""What is done with stories: each of these is one transaction, or runs in the caller's."""

from app.stories.actions.consenting import answer as answer
from app.stories.actions.consenting import ask as ask
from app.stories.actions.consenting import withdraw as withdraw
from app.stories.actions.consenting import withdraw_all_of as withdraw_all_of
from app.stories.actions.publishing import announce_due as announce_due
from app.stories.actions.publishing import restore as restore
from app.stories.actions.publishing import review as review
from app.stories.actions.publishing import take_down as take_down
from app.stories.actions.publishing import unschedule as unschedule
from app.stories.actions.writing import Edit as Edit
from app.stories.actions.writing import NewStory as NewStory
from app.stories.actions.writing import edit as edit
from app.stories.actions.writing import submit as submit
from app.stories.actions.writing import write as write
