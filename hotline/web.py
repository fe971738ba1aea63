"""The public process: ``python -m hotline.web`` serves gateway and console on one port."""

from __future__ import annotations

import sys

import uvicorn

from feedback_store.guards import opinion
from hotline.bootstrap import create_app, split
from hotline.connections import guarded, raise_file_limit
from hotline.process import open_store


def main() -> int:
    """Listen until SIGTERM; open streams get five seconds to end."""
    settings, store = open_store("web", pool_size=24)
    raise_file_limit()
    opinion.load(settings.models)
    app = create_app(settings, store)
    uvicorn.run(
        app,
        host=settings.host,
        port=settings.port,
        loop="uvloop",
        http=guarded(trusted=split(settings.trusted_proxies)),
        ws="none",
        access_log=False,
        log_config=None,
        server_header=False,
        date_header=True,
        lifespan="on",
        proxy_headers=True,
        forwarded_allow_ips=settings.trusted_proxies,
        timeout_graceful_shutdown=5,
        timeout_keep_alive=30,
        h11_max_incomplete_event_size=64 * 1024,
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
