"""Run `meddx users`: add, list and remove who may use the server, and set their passwords."""

import argparse
import getpass
import sys

from meddx.accounts.accounts import ACCOUNT_ROLES, Accounts
from meddx.audit.record import record
from meddx.errors import MeddxError

HELP = "who may use the server: add, list, remove, set passwords"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options of `meddx users`."""
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    add = actions.add_parser("add", help="add an account; from the first one on everybody has to sign in")
    add.add_argument("name", metavar="NAME")
    add.add_argument(
        "--role", choices=ACCOUNT_ROLES, default="reader", help="evaluator: also Evaluate; admin: also add models"
    )
    actions.add_parser("list", help="list the accounts")
    actions.add_parser("remove", help="remove an account and end its sign-ins").add_argument("name", metavar="NAME")
    password = actions.add_parser("password", help="set a password, lift a lock, and end the account's sign-ins")
    password.add_argument("name", metavar="NAME")


def run(arguments: argparse.Namespace) -> int:
    """Do it and return 0.

    A password is asked for twice on a terminal, and read from the first line of stdin elsewhere. Raises MeddxError.
    """
    accounts = Accounts()
    if arguments.action == "list":
        for account in accounts.all():
            print(f"{account.name}\t{account.role}" + ("" if account.local else "\tthrough the provider"))
    elif arguments.action == "remove":
        accounts.remove(arguments.name)
        _record(arguments.name, "account removed")
    elif arguments.action == "add":
        account = accounts.add(arguments.name, arguments.role, _password())
        _record(account.name, f"account added: {account.role}")
    else:
        accounts.set_password(arguments.name, _password())
        _record(arguments.name, "password set")
    return 0


def _record(name: str, what: str) -> None:
    record("setting", who=getpass.getuser(), subject=name.strip().lower(), detail=what)


def _password() -> str:
    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\r\n")
    password = getpass.getpass("Password: ")
    if getpass.getpass("The same again: ") != password:
        raise MeddxError("the two passwords differ; nothing was changed, try again")
    return password
