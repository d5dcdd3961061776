"""Shared answers that a sync restated: one reply in the thread of each, also after a restart."""

from __future__ import annotations

import datetime as dt
from contextlib import closing
from dataclasses import replace
from time import monotonic
from typing import TYPE_CHECKING

from bot.jobs.time_limit import UNLIMITED, TimeLimit
from bot.messages.corrections.restated_share import build_restated_message
from bot.service.analyst import Analyst
from bot.service.corrections.restated_answer import find_restated_answer
from bot.service.log import get_log
from core.errors import AccessError, NoSnapshotError, QuestionError, SlackError
from core.store.requests.handled import HandledRequests
from core.store.requests.shares import Share, SharedAnswers

if TYPE_CHECKING:
    from bot.slack.background.lookups import Lookups
    from bot.slack.client import WebClient

LOG = get_log("nrrbot.jobs")
LONGEST_TURN = 5.0  # seconds of a poll: each share is two answers to compute


def reply_to_restated_shares(
    analyst: Analyst,
    client: WebClient,
    now: dt.datetime,
    limit: TimeLimit = UNLIMITED,
    seconds: float = LONGEST_TURN,
) -> None:
    """Compare each shared answer with the newest snapshot, and reply to those that it restated.

    After some seconds the next poll compares the others.

    Raises:
        StoreError: the shares cannot be read.
        NrrbotError: the time of the run is over, and some are left.

    """
    from bot.slack.background.lookups import Lookups

    newest = analyst.find_snapshot()
    if newest is None:
        return
    with closing(HandledRequests(analyst.store.path)) as requests:
        shares, lookups, end = SharedAnswers(requests), Lookups(client, analyst.clock), monotonic() + seconds
        for share in shares.list_uncompared(newest.id, now):
            limit.check()
            try:
                state = analyst.read_state(share.state)
            except QuestionError:
                shares.forget(share)
                continue
            if state.s == newest.id:
                continue
            moved = analyst.write_state(state.move(newest.id, newest.content_hash))
            try:
                restated = find_restated_answer(analyst, state)
            except NoSnapshotError:
                restated = None
            if restated is None:
                shares.replace_state(share, moved)
            elif not _reply(share, moved, analyst, client, shares, lookups):
                return  # the next poll compares this share and the others
            if monotonic() >= end:
                return


def _reply(
    share: Share,
    moved: str,
    analyst: Analyst,
    client: WebClient,
    shares: SharedAnswers,
    lookups: Lookups,
) -> bool:
    """Reply in the thread of a share, once; nothing where others would read it, or the channel is gone.

    The restated answer is found again, as its channel may see it. Return False where Slack has trouble that may pass.
    """
    from bot.service.access.gate import Gate
    from bot.slack.background.readers import Readers, list_reader_choices
    from bot.slack.client import post_message
    from bot.slack.errors import may_pass, was_refused

    try:
        viewer = Gate(analyst.config.access, lookups, analyst.audit).admit_channel(share.channel, "reply", posts=True)
        served = analyst.serve(viewer, is_recorded=False)
        restated = find_restated_answer(served, served.read_state(share.state))
    except AccessError as error:
        LOG.warning("a restated answer has no reply", reason=str(error))
        if may_pass(error):
            return False
        shares.forget(share)
        return True
    if not shares.replace_state(share, moved) or restated is None:
        return True  # another process replies, or the channel sees no change
    translate = Readers(lookups, list_reader_choices(analyst)).find_channel(share.channel).translate
    message = build_restated_message(restated.ratios, restated.restatement, moved, translate)
    try:
        post_message(client, share.channel, message, thread=share.thread)
    except SlackError as error:
        LOG.warning("a restated answer has no reply", reason=str(error))
        if not may_pass(error):
            shares.forget(share)
            return True
        if was_refused(error):
            shares.replace_state(replace(share, state=moved), share.state)
        return False
    analyst.audit.record(viewer, "done")
    return True
