"""What is answered to which path."""

import asyncio

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from casepost import __version__
from casepost.web.health import Health
from casepost.web.metrics import Metrics

_METRICS_TYPE = "text/plain; version=0.0.4; charset=utf-8"  # Prometheus' exposition format
_NOT_KEPT = {"Cache-Control": "no-store"}


def make_site(health: Health, metrics: Metrics) -> Starlette:
    """The site: what is open to everybody who reaches the port."""

    async def healthz(_: Request) -> Response:
        return JSONResponse({"status": "ok", "version": __version__}, headers=_NOT_KEPT)

    async def readyz(_: Request) -> Response:
        readiness = await health.look()
        body = {"status": "ready" if readiness.is_ready else "not ready", "checks": readiness.checks}
        return JSONResponse(body, status_code=200 if readiness.is_ready else 503, headers=_NOT_KEPT)

    async def scrape(_: Request) -> Response:
        return Response(await asyncio.to_thread(metrics.text), media_type=_METRICS_TYPE, headers=_NOT_KEPT)

    async def not_found(_: Request, __: Exception) -> Response:
        return PlainTextResponse("Nothing is here. /healthz, /readyz and /metrics are.\n", status_code=404)

    routes = [Route("/healthz", healthz), Route("/readyz", readyz), Route("/metrics", scrape)]
    return Starlette(routes=routes, exception_handlers={404: not_found})
