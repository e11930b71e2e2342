// `holdfast reservation attach`, `detach` and what else is said of who uses a reservation, and how long it stays.
// In a cluster that Holdfast watches itself it is said already; this is for what it does not see, and for repairs.
import { type Command, Option } from 'commander';
import { type Run, acting } from '../session/acting';
import { changingFlags } from '../flags';
import { UsageFault } from '../usage-fault';
import { POLICY, releasedText } from '../format/use-text';

export function addUserCommands(reservation: Command, run: Run): void {
  addAttach(reservation, run);
  addDetach(reservation, run);
  const primary = reservation
    .command('move-primary <subnet> <holder>')
    .description('Say to which of two users packets go: a live migration came to its end.')
    .requiredOption('--uid <uid>', "the user's UID");
  acting<{ uid: string }>(
    changingFlags(primary, run.io),
    run,
    (session, { uid }, subnet: string, holder: string) =>
      session.change(
        'MovePrimary',
        { subnet, holder, uid },
        ({ user }) => `Packets to ${holder} in subnet ${subnet} go to ${user?.object} (UID ${uid}).\n`,
      ),
  );
  addRetain(reservation, run);
  addEnds(reservation, run);
}

interface AttachFlags {
  readonly uid: string;
  readonly node?: string;
  readonly port?: string;
  readonly owner?: string;
  readonly migrates?: boolean;
}

function addAttach(reservation: Command, run: Run): void {
  const attach = reservation
    .command('attach <subnet> <holder> <object>')
    .description(
      'Say who uses what a holder has: one object, such as pod/default/web-0, and not its successor of that name.',
    )
    .requiredOption('--uid <uid>', "the object's UID")
    .option('--node <name>', 'where it runs')
    .option('--migrates', 'it is the target of a live migration, beside the user that there is')
    .option('--port <name>', "of a Vip's user: a Logical_Switch_Port to make with the Vip's addresses")
    .option('--owner <holder>', "of a Vip's user: for whose successors the Vip is kept");
  acting<AttachFlags>(
    changingFlags(attach, run.io),
    run,
    (session, flags, subnet: string, holder: string, object: string) => {
      const { uid, node = '', port = '', owner = '', migrates = false } = flags;
      return session.change(
        'AttachUser',
        { subnet, holder, object, uid, node, port, owner, migrates },
        () => `${object} (UID ${uid}) uses what ${holder} holds in subnet ${subnet}.\n`,
      );
    },
  );
}

interface DetachFlags {
  readonly uid: string;
  readonly ownerState: string;
  readonly reason?: string;
}

function addDetach(reservation: Command, run: Run): void {
  const detach = reservation
    .command('detach <subnet> <holder>')
    .description(
      'Say that a user is gone. With the last one its retention decides whether the reservation stays.',
    )
    .requiredOption('--uid <uid>', "the user's UID")
    .addOption(
      new Option('--owner-state <state>', 'whether who is behind the user will want it again')
        .choices(['exists', 'gone', 'none'])
        .default('exists'),
    )
    .option('--reason <text>', 'why, for the record');
  acting<DetachFlags>(
    changingFlags(detach, run.io),
    run,
    (session, { uid, ownerState, reason = '' }, subnet: string, holder: string) =>
      session.change('DetachUser', { subnet, holder, uid, ownerState, reason }, ({ released }) =>
        released
          ? releasedText(released, holder, subnet)
          : `UID ${uid} detached from what ${holder} holds in subnet ${subnet}.\n`,
      ),
  );
}

function addRetain(reservation: Command, run: Run): void {
  const retain = reservation
    .command('retain <subnet> <holder> [policy]')
    .description(`Say how long what a holder has stays when nobody uses it: ${POLICY}.`)
    .option('--no-policy', 'none of its own: as its subnet says, or what is usual for its kind');
  acting<{ policy: boolean }>(
    changingFlags(retain, run.io),
    run,
    (session, { policy: isOwn }, subnet: string, holder: string, policy?: string) => {
      if (isOwn === (policy === undefined)) {
        throw new UsageFault(`how long? Give one of: ${POLICY}; or --no-policy`);
      }
      const request = { subnet, holder, retention: policy ?? '', noRetention: !isOwn };
      const said = isOwn ? `retention ${policy}` : 'no retention of its own';
      return session.change('SetRetention', request, () => `${holder} has ${said} in subnet ${subnet}.\n`);
    },
  );
}

function addEnds(reservation: Command, run: Run): void {
  const owner = reservation
    .command('end-owner <subnet> <holder>')
    .description(
      'Say that the owner for whom it is kept is gone: it ends, or the time that it is kept begins.',
    )
    .option('--reason <text>', 'why, for the record');
  acting<{ reason?: string }>(
    changingFlags(owner, run.io),
    run,
    (session, { reason = '' }, subnet: string, holder: string) =>
      session.change('EndOwner', { subnet, holder, reason }, ({ released }) =>
        released
          ? releasedText(released, holder, subnet)
          : `What ${holder} holds in subnet ${subnet} stays; 'holdfast reservation get' says how long.\n`,
      ),
  );
  const expired = reservation
    .command('release-expired <subnet> <holder>')
    .description(
      'End what was kept for a time that is over. Where Holdfast watches a cluster it is done already.',
    );
  acting(changingFlags(expired, run.io), run, (session, _flags, subnet: string, holder: string) =>
    session.change('ReleaseExpired', { subnet, holder }, ({ released }) =>
      released
        ? releasedText(released, holder, subnet)
        : `Nothing of ${holder} in subnet ${subnet} is kept past its time.\n`,
    ),
  );
}
