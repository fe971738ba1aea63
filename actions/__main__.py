"""The action server: ``python -m actions``, on loopback alone."""

from __future__ import annotations

import os
import warnings

os.environ.setdefault("SANIC_HOST", "127.0.0.1")

from hotline.process import open_store, settle


def main() -> None:
    """One process, one event loop; database work in its threads."""
    warnings.filterwarnings("ignore")
    from rasa_sdk.executor import ActionExecutor

    from actions.converse import Converse
    from actions.server import create_app
    from actions.turn import Surroundings
    from actions.understanding import EngineUnderstanding
    from feedback_store.guards import opinion
    from hotline.keys import Keys

    settings, store = open_store("actions", pool_size=8)
    links = {"privacy": f"{settings.base_url}/quyen-rieng-tu", "lookup": f"{settings.base_url}/tra-cuu"}
    keys = Keys(settings.keys)
    executor = ActionExecutor()
    area = frozenset(code.strip() for code in settings.service_area.split(",") if code.strip())
    around = Surroundings(links, EngineUnderstanding(settings.engine_url, keys.engine_token()), area)
    executor.register_action(Converse(store, around))
    app = create_app(executor, keys.actions_token())
    opinion.load(settings.models)
    settle()
    app.run(host="127.0.0.1", port=settings.actions_port, single_process=True, access_log=False, motd=False)


if __name__ == "__main__":
    main()
