"""``python -m worker``: the background process."""

from __future__ import annotations

import uvloop

from hotline.bootstrap import gateway_config, open_store
from hotline.process import settle
from worker.main import Worker, serve


def main() -> None:
    settings, store = open_store("worker", pool_size=10)

    async def run() -> None:
        worker = Worker(gateway_config(settings), store)
        settle()
        await serve(worker, settings.worker_port)

    try:
        uvloop.run(run())
    finally:
        store.close()


if __name__ == "__main__":
    main()
