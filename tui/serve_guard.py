"""Who is let in to a served designer: whoever has the token, at this address, from this very page.

A page of any site can send requests to 127.0.0.1 and open websockets there, and a name of its own can be made to mean
127.0.0.1. So every request names our own host, a websocket comes from our own page, and all of them carry the token.
"""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from aiohttp import hdrs, web
from aiohttp.typedefs import Middleware

HOST = "127.0.0.1"
TOKEN_BYTES = 32
TABS = 8
"""At most so many designers at once, about 50 MB each."""
WAY_IN = "Open the address that `netloom serve` printed: the token is in it.\n"
MOVED_IN = """<!DOCTYPE html><meta charset="utf-8"><title>netloom</title><link rel="icon" href="data:,">
<meta http-equiv="refresh" content="0;url=/">
<a href="/">Open the designer</a>
"""
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@dataclass(slots=True)
class Guard:
    """The token of one server, on one port, and how many tabs are open of those that may be."""

    port: int
    tabs: int = TABS
    token: str = field(default_factory=lambda: secrets.token_urlsafe(TOKEN_BYTES), repr=False)
    taken: int = 0

    @property
    def url(self) -> str:
        """The address with the token in it: for the terminal of whoever started the server, and nowhere else."""
        return f"http://{HOST}:{self.port}/?token={self.token}"

    @property
    def cookie(self) -> str:
        """Cookies know no ports: two servers have two names."""
        return f"netloom-{self.port}"

    @property
    def hosts(self) -> tuple[str, ...]:
        """What a request may call us."""
        return f"{HOST}:{self.port}", f"localhost:{self.port}"

    def protect(self, app: web.Application) -> None:
        """Stand before every answer of an application."""
        app.middlewares.append(self._middleware())
        app.on_response_prepare.append(self._add_headers)

    def _middleware(self) -> Middleware:
        @web.middleware
        async def let_in(request: web.Request, handler: Handler) -> web.StreamResponse:
            self._check_place(request)
            given = request.query.get("token")
            if given is not None and self._fits(given):
                return self._moved_in()
            if not self._fits(request.cookies.get(self.cookie, "")):
                raise web.HTTPUnauthorized(text=WAY_IN)
            return await handler(request)

        return let_in

    def _check_place(self, request: web.Request) -> None:
        """Refuse what comes under another name, and from another page."""
        host, origin = request.headers.get(hdrs.HOST, ""), request.headers.get(hdrs.ORIGIN)
        if host not in self.hosts:
            raise web.HTTPForbidden(text=f"This is {self.hosts[0]}, and answers under no other name.\n")
        asks_for_socket = request.headers.get(hdrs.UPGRADE) is not None
        if (asks_for_socket or origin is not None) and origin != f"http://{host}":
            raise web.HTTPForbidden(text="This came from another page.\n")

    def _fits(self, given: str) -> bool:
        return hmac.compare_digest(given.encode("utf-8", "surrogateescape"), self.token.encode())

    def _moved_in(self) -> web.Response:
        """The token moves from the address into a cookie. A page of our own goes on, not a redirect: a browser that
        followed a link of another site would leave a strict cookie out of a redirect."""
        response = web.Response(text=MOVED_IN, content_type="text/html")
        response.set_cookie(self.cookie, self.token, httponly=True, samesite="Strict", path="/")
        return response

    async def _add_headers(self, request: web.Request, response: web.StreamResponse) -> None:
        """Nothing of elsewhere in our page, our page in nothing of elsewhere."""
        response.headers.update({
            "Content-Security-Policy": "; ".join((
                "default-src 'none'",
                "script-src 'self'",
                # xterm writes its own style elements
                "style-src 'self' 'unsafe-inline'",
                "font-src 'self'",
                "img-src 'self' data:",
                f"connect-src 'self' {' '.join(f'ws://{host}' for host in self.hosts)}",
                "base-uri 'none'",
                "form-action 'none'",
                "frame-ancestors 'none'",
            )),
            "X-Frame-Options": "DENY",
            "X-Content-Type-Options": "nosniff",
            "Referrer-Policy": "no-referrer",
            "Cross-Origin-Opener-Policy": "same-origin",
            "Cross-Origin-Resource-Policy": "same-origin",
            "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
            "Cache-Control": "no-store",
        })  # fmt: skip
        response.headers.popall(hdrs.SERVER, None)
