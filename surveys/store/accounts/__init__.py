"""Accounts of staff: rights, invitations, sign-in."""
