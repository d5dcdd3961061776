"""The list of an owner as a message: whom to call first and why, what changed; all accounts at stake in its thread."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence

from bot.locale.translator import Translator
from bot.messages.digests.weekly import Footer, list_footer_buttons
from bot.messages.kit.layout import add_spans, render
from bot.messages.kit.limits import count_words, shorten
from bot.messages.kit.message import Message
from bot.messages.kit.parts import Button, Grid, Headline, MessagePart, Note, Paragraph, Timestamp
from bot.messages.kit.provenance import describe_excluded_accounts, mark_old_data, mark_stale_data
from bot.messages.kit.sentences import NAME_LIMIT, format_renewal, format_share, shorten_name
from bot.messages.outlook.account_signals import list_reasons
from core.advice.health import OPPORTUNITIES
from core.advice.renewals import Renewal
from core.digests.own_accounts import CALLED_FOR, LISTED, Departure, ListedAccount, OwnAccounts
from core.errors import N_, Sentence
from core.outlook.account_signals import Reason

WORDS = 120
# Accounts, and signs of each kind of an account, that the message names: fewer where it would be too long.
_ATTEMPTS = ((LISTED, 2), (LISTED, 1), (LISTED - 1, 1), (LISTED - 2, 1), (LISTED - 3, 1), (1, 1))
# A day without its year is this far away at most.
_NEAR = dt.timedelta(days=330)
_DEPARTURES: dict[Departure, str] = {
    "left": N_("{names} (left)"),
    "renewed": N_("{names} (renewed)"),
    "calm": N_("{names} (no call needed any more)"),
    "below": N_("{names} (further down)"),
    "other": N_("{names} (another owner)"),
    "excluded": N_("{names} (error in the sheet)"),
    "missing": N_("{names} (not in the sheet any more)"),
}


def build_own_accounts_messages(
    own: OwnAccounts, translate: Translator, footer: Footer | None = None, missed: Sentence | None = None
) -> list[Message]:
    """Return the list, and the message of its thread where there is more to say.

    Args:
        own: the list.
        translate: the owner's language.
        footer: its end; None where no one has subscribed to it.
        missed: why the list before was not posted.

    """
    for most, signs in _ATTEMPTS:
        parts = _build_parts(own, most, signs, translate, footer, missed)
        if sum(map(_count_words, parts)) <= WORDS:
            break
    shown = own.accounts[:most]
    buttons = [
        Button(
            translate(N_("Called: {name}"), name=shorten(account.signal.name, NAME_LIMIT)),
            "called",
            account.signal.id,
            str(number),
        )
        for number, account in enumerate(shown, 1)
    ]
    message = render([*parts, *buttons, *(list_footer_buttons(footer, translate) if footer else [])])
    is_cut = own.count > len(shown) or any(len(_select_reasons(account, signs)[1]) for account in shown)
    return [message, render(_build_thread(own, translate))] if is_cut else [message]


def build_called_message(name: str, account_id: str, translate: Translator) -> Message:
    """Return that an account was called, with a button that takes this back."""
    template = N_("Called: {name}. It is on none of your lists for {days} days.")
    return render(
        [
            Paragraph(translate(template, name=shorten_name(name), days=CALLED_FOR.days)),
            Button(translate(N_("Undo")), "uncalled", account_id),
        ]
    )


def build_uncalled_message(name: str, translate: Translator) -> Message:
    """Return that an account can be on the lists again."""
    return Message(translate(N_("{name} can be on your lists again."), name=shorten_name(name)))


def _count_words(part: MessagePart) -> int:
    return count_words(" ".join((getattr(part, "lead", ""), getattr(part, "text", ""))))


def _build_parts(
    own: OwnAccounts, most: int, signs: int, translate: Translator, footer: Footer | None, missed: Sentence | None
) -> list[MessagePart]:
    parts: list[MessagePart] = [Headline(_write_headline(own, most, translate))]
    for number, account in enumerate(own.accounts[:most], 1):
        lead = f"{number}. {shorten(account.signal.name, NAME_LIMIT)}"
        parts.append(Paragraph(_describe_account(account, own, signs, translate), lead))
    if not own.has_renewals:
        parts.append(Paragraph(translate(N_("The sheet has no renewal dates, so renewals are not listed."))))
    if own.since:
        template = N_("Off the list since {day}:") if own.departed else N_("Since {day}:")
        lead = translate(template, day=_format_day(own.since, own, translate))
        parts.append(Paragraph(_describe_departed(own, translate), lead))
    if missed:
        parts.append(Paragraph(translate.format_sentence(missed)))
    parts.append(_build_note(own, translate, footer))
    origin = own.origin
    marked = mark_stale_data(mark_old_data(parts, own.ledger, own.day, translate), origin, translate)
    return add_spans(marked, [Timestamp(translate.format_moment(origin.synced_at), origin.synced_at)])


def _write_headline(own: OwnAccounts, most: int, translate: Translator) -> str:
    arr = translate.format_short_money(own.arr, own.ledger.currency)
    if own.count:
        text = translate.plural(
            N_("{count} of your accounts is at stake, {arr} ARR"),
            N_("{count} of your accounts are at stake, {arr} ARR"),
            own.count,
            arr=arr,
        )
        if own.count <= most:
            return text
        return translate(N_("{accounts}: call these {shown} first"), accounts=text, shown=most)
    if not own.paying:
        return translate(N_("None of your accounts pays at the end of {month}"), month=own.ledger.last)
    if own.called:
        return translate.plural(
            N_("No account to call: {count} is at stake, and you called it"),
            N_("No account to call: {count} are at stake, and you called them"),
            own.called,
        )
    text = translate.plural(
        N_("Your {count} account needs no call: no sign of leaving"),
        N_("Your {count} accounts need no call: no sign of leaving"),
        own.paying,
    )
    return translate(N_("{text}, no renewal in {days} days"), text=text, days=own.days) if own.has_renewals else text


def _describe_account(account: ListedAccount, own: OwnAccounts, signs: int, translate: Translator) -> str:
    """Return the ARR, the renewal, the signs and the changes of an account."""
    signal = account.signal
    facts = [translate(N_("{arr} ARR"), arr=translate.format_short_money(signal.arr, own.ledger.currency))]
    if signal.renewal:
        facts.append(_describe_renewal(signal.renewal, account, own, translate))
    text = translate(N_("{facts}: {signs}."), facts=", ".join(facts), signs=_describe_signs(account, signs, translate))
    return " ".join((text, *_list_changes(account, own, translate)))


def _describe_renewal(renewal: Renewal, account: ListedAccount, own: OwnAccounts, translate: Translator) -> str:
    if renewal.month:
        return translate(N_("renews in {month}"), month=renewal.month)
    template = N_("its renewal on {day} has passed") if account.is_overdue else N_("renews on {day}")
    return translate(template, day=_format_day(renewal.day, own, translate))


def _format_renewal(renewal: Renewal, own: OwnAccounts, translate: Translator) -> str:
    return format_renewal(renewal, translate) if renewal.month else _format_day(renewal.day, own, translate)


def _format_day(day: dt.date, own: OwnAccounts, translate: Translator) -> str:
    """Return a day, without its year where only one is meant."""
    is_near = abs(day - own.day) < _NEAR
    return translate.format_short_date(day) if is_near else translate.format_date(day)


def _select_reasons(account: ListedAccount, most: int) -> tuple[list[Reason], list[Reason]]:
    """Return the first signs of risk and of growth, `most` of each, and the others."""
    reasons = account.signal.reasons
    kinds = ([reason for reason in reasons if (reason.code in OPPORTUNITIES) == grows] for grows in (False, True))
    first = [reason for kind in kinds for reason in kind[:most]]
    return first, [reason for reason in reasons if reason not in first]


def _describe_signs(account: ListedAccount, most: int, translate: Translator) -> str:
    first, others = _select_reasons(account, most)
    if not any(reason.code not in OPPORTUNITIES for reason in first):
        quiet = translate(N_("no sign of leaving"))
        return f"{quiet}, {list_reasons(first, translate)}" if first else quiet
    more = [translate.plural(N_("{count} more sign"), N_("{count} more signs"), len(others))] if others else []
    return ", ".join((list_reasons(first, translate), *more))


def _list_changes(account: ListedAccount, own: OwnAccounts, translate: Translator) -> Iterator[str]:
    if account.is_new:
        yield translate(N_("New."))
    if account.mrr_change is not None:
        template = N_("ARR up {share}.") if account.mrr_change > 0 else N_("ARR down {share}.")
        yield translate(template, share=format_share(abs(account.mrr_change), translate))
    if account.renewed_from:
        yield translate(N_("Renewal was {day}."), day=_format_renewal(account.renewed_from, own, translate))


def _describe_departed(own: OwnAccounts, translate: Translator) -> str:
    """Return the accounts that have left the list, by their reason."""
    if own.is_unchanged:
        return translate(N_("no change."))
    if not own.departed:
        return translate(N_("no account has left the list."))
    names = {why: [shorten(name, NAME_LIMIT) for name, reason in own.departed if reason == why] for why in _DEPARTURES}
    texts = (translate(_DEPARTURES[why], names=translate.format_list(some)) for why, some in names.items() if some)
    return ", ".join(texts) + "."


def _build_note(own: OwnAccounts, translate: Translator, footer: Footer | None) -> Note:
    called = translate.plural(
        N_("{count} account that you called is left out."),
        N_("{count} accounts that you called are left out."),
        own.called,
    )
    read = translate(
        N_("Data to {month}, synced {moment}."),
        month=own.ledger.last,
        moment=translate.format_moment(own.origin.synced_at),
    )
    sentences: Sequence[str] = (
        describe_excluded_accounts(own.excluded, own.origin, translate),
        called if own.called and own.count else "",
        translate(N_("A blank in the sheet is never a sign.")) if not own.count else "",
        read,
        footer.text if footer else "",
    )
    return Note(" ".join(filter(None, sentences)))


def _build_thread(own: OwnAccounts, translate: Translator) -> list[MessagePart]:
    """Return the table of the accounts at stake, with all of their signs."""
    title = translate(N_("Your accounts at stake"))
    rows = [[translate(N_("account")), translate(N_("ARR")), translate(N_("renews")), translate(N_("why"))]]
    for account in own.accounts:
        signal = account.signal
        rows.append(
            [
                shorten_name(signal.name),
                translate.format_money(signal.arr, own.ledger.currency),
                format_renewal(signal.renewal, translate) if signal.renewal else "",
                list_reasons(signal.reasons, translate) or translate(N_("no sign of leaving")),
            ]
        )
    parts: list[MessagePart] = [Headline(title), Grid(rows, "lrll", heading=True, caption=title)]
    if (more := own.count - len(own.accounts)) > 0:
        text = translate.plural(N_("{count} more"), N_("{count} more"), more)
        parts.append(Note(f"{text}.", "/nrr my risks"))
    return parts
