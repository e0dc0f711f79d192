"""The web server, run by `streamlit run app.py`, and the engine that starts and stops with it."""

import logging
import sys
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import pydicom  # noqa: F401  # whole, before the first pages of two readers import it on two threads at once and fail
import streamlit as st
from starlette.formparsers import MultiPartParser
from starlette.middleware import Middleware
from streamlit import config

from meddx.accounts.provider import require_oidc_packages
from meddx.audit.log import AuditLog
from meddx.audit.record import record
from meddx.audit.syslog import SyslogForwarder
from meddx.config import audit_file, audit_syslog, check_settings, max_upload_bytes, node_file, settings_given
from meddx.deidentification_settings import reading_policy
from meddx.engine import local
from meddx.errors import Refused
from meddx.free_memory import return_large_blocks
from meddx.imaging.deidentification.on_reading import reading_key
from meddx.oidc_settings import oidc_settings
from meddx.records.access import records, records_on
from meddx.records.retention import purge_old, watch_retention
from pages.ui.common import ended_tabs, exposure, image_route, image_stack
from pages.ui.common.allowed_hosts import AllowedHosts
from pages.ui.common.answers_at_once import send_at_once
from pages.ui.common.browser_cookie import BrowserCookie
from pages.ui.common.download.download_route import download_route
from pages.ui.common.language.request_language import RequestLanguage
from pages.ui.common.page_addresses import page_routes
from pages.ui.common.security_headers import SecurityHeaders
from pages.ui.common.upload_limit import max_upload_mb
from pages.ui.common.upload_share import UploadShare
from pages.ui.sign_in.form import sign_in_routes
from pages.ui.sign_in.gate import SignInGate
from pages.ui.sign_in.own_tabs import OwnTabs, tell_streamlit

try:
    check_settings()
    if oidc_settings() is not None:
        require_oidc_packages()
    if reading_policy() != "off":
        reading_key()  # before the engine starts, which is to have the same
        if node_file() is not None:
            raise ValueError(
                "MEDDX_NODE and MEDDX_DEIDENTIFY exclude each other: the worklist shows whose films they are. Set one."
            )
except (ValueError, Refused) as error:
    sys.exit(f"meddx does not start: {error}")

# A thread that copies megabytes yields after 1 ms, not 5: a click of another session waits for it several times.
sys.setswitchinterval(0.001)

tell_streamlit()

# One limit for one file and for all that a session holds.
config.set_option("server.maxUploadSize", max_upload_mb())

# Uploads stay in memory: above 1 MB Starlette would spool them, patient data, to a file on disk.
MultiPartParser.spool_max_size = max_upload_bytes()

_LAST_SECONDS = 5.0
"""Longest wait at the end for the audit log to be sent."""


@asynccontextmanager
async def lifespan(_: st.App) -> AsyncIterator[None]:
    """Start the engine, which loads its models in a process of its own while pages are served; stop it at the end."""
    if warning := exposure.warning():
        logging.getLogger("meddx").warning(warning)
    ended = threading.Event()
    try:
        record("start", detail=" ".join(f"{name}={value}" for name, value in settings_given().items()))
    except Refused as refused:
        sys.exit(f"meddx does not start. {refused.reason}")
    if records_on():
        _begin_records(ended)
    forwarding = _forward_audit_log(ended)
    return_large_blocks()
    if not send_at_once(int(config.get_option("server.port"))):
        logging.getLogger("meddx").warning("The server's socket was not found: each file may come 40 ms later.")
    local.start()
    ended_tabs.watch(ended)
    try:
        yield
    finally:
        local.stop()
        with suppress(Refused):  # it ends all the same
            record("stop")
        ended.set()
        if forwarding is not None:
            forwarding.join(_LAST_SECONDS)


def _begin_records(ended: threading.Event) -> None:
    """Check the records and remove what is too old, now and every hour; the server does not start where that fails."""
    try:
        records().check()
        purge_old()
    except Refused as refused:
        sys.exit(f"meddx does not start. {refused.reason}")
    watch_retention(ended)


def _forward_audit_log(ended: threading.Event) -> threading.Thread | None:
    target = audit_syslog()
    if target is None:
        return None
    forwarder = SyslogForwarder(AuditLog(audit_file()), target)
    thread = threading.Thread(target=forwarder.run, args=(ended,), name="audit-forwarder", daemon=True)
    thread.start()
    return thread


app = st.App(
    "pages/navigation.py",
    lifespan=lifespan,
    middleware=[
        Middleware(SecurityHeaders),
        Middleware(RequestLanguage),
        Middleware(AllowedHosts),
        Middleware(SignInGate),
        Middleware(OwnTabs),
        Middleware(UploadShare),
        Middleware(BrowserCookie),
    ],
    routes=[image_route.image_route(), image_stack.stack_route(), download_route(), *sign_in_routes(), *page_routes()],
)
