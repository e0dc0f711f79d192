"""The web server, run by `streamlit run app.py`, and the engine that starts and stops with it."""

import logging
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import streamlit as st
from starlette.formparsers import MultiPartParser
from starlette.middleware import Middleware
from streamlit import config

from meddx.config import check_settings, max_upload_bytes
from meddx.engine import local
from pages.ui.common import exposure, image_route
from pages.ui.common.allowed_hosts import AllowedHosts
from pages.ui.common.browser_cookie import BrowserCookie
from pages.ui.common.page_addresses import page_routes
from pages.ui.common.security_headers import SecurityHeaders
from pages.ui.common.upload_limit import max_upload_mb
from pages.ui.sign_in.form import sign_in_routes
from pages.ui.sign_in.gate import SignInGate

try:
    check_settings()
except ValueError as error:
    sys.exit(f"meddx does not start: {error}")

# A thread that copies megabytes yields after 1 ms, not 5: a click of another session waits for it several times.
sys.setswitchinterval(0.001)

# One limit for one file and for all that a session holds.
config.set_option("server.maxUploadSize", max_upload_mb())

# Uploads stay in memory: above 1 MB Starlette would spool them, patient data, to a file on disk.
MultiPartParser.spool_max_size = max_upload_bytes()


@asynccontextmanager
async def lifespan(_: st.App) -> AsyncIterator[None]:
    """Start the engine, which loads its models in a process of its own while pages are served; stop it at the end."""
    if warning := exposure.warning():
        logging.getLogger("meddx").warning(warning)
    local.start()
    try:
        yield
    finally:
        local.stop()


app = st.App(
    "pages/navigation.py",
    lifespan=lifespan,
    middleware=[
        Middleware(SecurityHeaders),
        Middleware(AllowedHosts),
        Middleware(SignInGate),
        Middleware(BrowserCookie),
    ],
    routes=[image_route.image_route(), *sign_in_routes(), *page_routes()],
)
