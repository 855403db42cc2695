"""``/docs`` and ``/redoc``: the API described for people.

Their scripts come from the package ``fastapi-offline``, which only carries them, and not from
FastAPI's default, another host.
"""

from fastapi import FastAPI
from fastapi.openapi.docs import get_redoc_html, get_swagger_ui_html
from fastapi.responses import HTMLResponse
from fastapi.staticfiles import StaticFiles

ASSETS = "/docs/assets"

# Addresses without a leading slash stay right below another path of a proxy.
_DESCRIPTION, _ICON = "openapi.json", "favicon"
# Both pages write scripts and styles into themselves, and ReDoc searches in a worker of its own.
# The logo of its maker, on another host, is refused.
_POLICY = (
    "default-src 'self' 'unsafe-inline'; img-src 'self' data:; worker-src blob:; "
    "frame-ancestors 'none'; object-src 'none'; base-uri 'self'"
)


def add_docs(api: FastAPI) -> None:
    """Add both pages, and below ``ASSETS`` their scripts and styles."""

    @api.get("/docs", include_in_schema=False)
    async def swagger() -> HTMLResponse:
        return _guard(
            get_swagger_ui_html(
                openapi_url=_DESCRIPTION,
                title=api.title,
                swagger_js_url=_asset("swagger-ui-bundle.js"),
                swagger_css_url=_asset("swagger-ui.css"),
                swagger_favicon_url=_ICON,
            )
        )

    @api.get("/redoc", include_in_schema=False)
    async def redoc() -> HTMLResponse:
        return _guard(
            get_redoc_html(
                openapi_url=_DESCRIPTION,
                title=api.title,
                redoc_js_url=_asset("redoc.standalone.js"),
                redoc_favicon_url=_ICON,
                with_google_fonts=False,
            )
        )

    api.mount(ASSETS, StaticFiles(packages=[("fastapi_offline", "static")]))


def _asset(name: str) -> str:
    return f"{ASSETS.removeprefix('/')}/{name}"


def _guard(page: HTMLResponse) -> HTMLResponse:
    page.headers["content-security-policy"] = _POLICY
    return page
