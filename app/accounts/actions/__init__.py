"""What accounts does: each of these is one transaction."""

from app.accounts.actions.addresses import Written as Written
from app.accounts.actions.addresses import delete_address as delete_address
from app.accounts.actions.addresses import save_address as save_address
from app.accounts.actions.profiles import profile_of as profile_of
from app.accounts.actions.purchases import lock as lock
from app.accounts.actions.sessions import begin_session as begin_session
from app.accounts.actions.sessions import block_user as block_user
from app.accounts.actions.sessions import refresh as refresh
from app.accounts.actions.sessions import sign_out as sign_out
from app.accounts.actions.sessions import unblock_user as unblock_user
from app.accounts.actions.staff import Attempt as Attempt
from app.accounts.actions.staff import begin_staff_session as begin_staff_session
from app.accounts.actions.staff import count_attempt as count_attempt
from app.accounts.actions.staffing import change_roles as change_roles
from app.accounts.actions.staffing import create_staff as create_staff
from app.accounts.actions.staffing import disable_staff as disable_staff
from app.accounts.actions.staffing import enable_staff as enable_staff
from app.accounts.actions.staffing import reset_password as reset_password
