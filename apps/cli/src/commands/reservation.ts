// `holdfast reserve`, `move`, `release` and `reservation`: addresses and who holds them.
import type { v1 } from '@holdfast/api';
import type { Command } from 'commander';
import { type Run, acting } from '../session/acting';
import { type FamilyFlag, familiesOption, toFamilies } from '../family';
import { askingFlags, changingFlags, heldFlags } from '../flags';
import { tellTimestamp } from '../format/moment';
import { type TableColumn, inWide, table } from '../format/table';
import { LABELS, type LabelFlags, type SelectorFlags, labelFlag, selectorFlag } from './label-flags';
import { addUserCommands } from './reservation-user';
import { keptText, releasedText, retentionText, usedText, useText } from '../format/use-text';

const HOLDERS = `
A holder is kind/namespace/name, statefulset/namespace/name/ordinal or node/name, then @nic for any but the first
interface: pod/default/web-0, statefulset/default/db/0, pod/default/web-0@net1.`;

interface HeldFlags {
  readonly v4?: string;
  readonly v6?: string;
  readonly mac?: string;
}

interface ReserveFlags extends HeldFlags, LabelFlags {
  readonly port?: string;
  readonly portSecurity?: boolean;
  readonly pool?: string;
  readonly preferFormer?: boolean;
  readonly family?: FamilyFlag | 'dual';
}

export function addReservationCommands(program: Command, run: Run): void {
  const reserve = program
    .command('reserve <subnet> <holder>')
    .description(
      'Reserve an address, or one of each family, for a holder: those named, else the next free ones.',
    )
    .addHelpText('after', HOLDERS);
  heldFlags(reserve)
    .addOption(familiesOption())
    .option('--port <name>', 'a Logical_Switch_Port to make for the holder (none)')
    .option('--port-security', 'that port may send and receive only what is its own')
    .option('--pool <name>', 'the pool that addresses which are not named come from (none of the pools)')
    .option('--prefer-former', 'what it last had here, if that is free still');
  acting<ReserveFlags>(
    changingFlags(labelFlag(reserve), run.io),
    run,
    (session, flags, subnet: string, holder: string) => {
      const {
        family,
        port = '',
        portSecurity = false,
        pool = '',
        preferFormer: prefersFormer = false,
        label: labels = {},
      } = flags;
      const where = { families: toFamilies(family), pool, prefersFormer };
      const requested = { ...toHeld(flags), ...where, port, portSecurity, labels };
      return session.change('ReserveAddress', { subnet, holder, ...requested }, heldTable);
    },
  );

  const move = program
    .command('move <subnet> <holder>')
    .description('Give a holder other addresses. What is left out stays; when they are refused, all stays.');
  acting<HeldFlags>(
    changingFlags(heldFlags(move), run.io),
    run,
    (session, flags, subnet: string, holder: string) =>
      session.change('MoveAddress', { subnet, holder, ...toHeld(flags) }, heldTable),
  );

  const release = program
    .command('release <subnet> <holder>')
    .description('Take back what a holder has in a subnet.')
    .option('--reason <text>', 'why, for the record');
  acting<{ reason?: string }>(
    changingFlags(release, run.io),
    run,
    (session, { reason = '' }, subnet: string, holder: string) =>
      session.change('ReleaseAddress', { subnet, holder, reason }, ({ reservation }) =>
        releasedText(reservation, holder, subnet),
      ),
  );
  addReservationQueries(program, run);
}

function addReservationQueries(program: Command, run: Run): void {
  const reservation = program
    .command('reservation')
    .alias('reservations')
    .summary('who holds which addresses now')
    .description(
      'Reservations: who holds which addresses now, who uses them, and how long they stay when nobody does. ' +
        "To change what is held: reserve, move, release. A Vip's holder is vip/NAME.",
    );
  addUserCommands(reservation, run);
  const get = reservation
    .command('get <subnet> <holder>')
    .description('Show what a holder has in a subnet, who uses it, and how long it stays.');
  acting(askingFlags(get), run, (session, _flags, subnet: string, holder: string) =>
    session.ask('GetReservation', { subnet, holder }, ({ reservation: found }, isWide) =>
      found ? table([...COLUMNS, RETENTION, LABELS], [found], isWide) + useText(found) : '',
    ),
  );
  const list = reservation
    .command('list')
    .alias('ls')
    .description("Show all reservations, Vips' among them.")
    .option('--subnet <name>', 'only in this subnet')
    .option('--kind <kind>', 'only holders of this kind, such as pod')
    .option('--namespace <name>', 'only holders in this namespace');
  interface ListFlags extends SelectorFlags {
    readonly subnet?: string;
    readonly kind?: string;
    readonly namespace?: string;
  }
  acting<ListFlags>(askingFlags(selectorFlag(list)), run, (session, flags) => {
    const { subnet = '', kind = '', namespace = '', selector: labelSelector = '' } = flags;
    const request = { subnet, kind, namespace, labelSelector };
    return session.askAll('ListReservations', request, ({ reservations }, isWide) =>
      reservations.length > 0
        ? table(LIST_COLUMNS, reservations, isWide)
        : { nothing: 'There are no such reservations.' },
    );
  });
}

const toHeld = ({ v4 = '', v6 = '', mac = '' }: HeldFlags) => ({ v4, v6, mac });

const COLUMNS: readonly TableColumn<v1.Reservation>[] = [
  { head: 'SUBNET', text: ({ subnet }) => subnet },
  { head: 'HOLDER', text: ({ holder }) => holder },
  { head: 'V4', text: ({ v4 }) => v4 },
  { head: 'V6', text: ({ v6 }) => v6 },
  { head: 'MAC', text: ({ mac }) => mac },
  {
    head: 'PORT',
    text: ({ port, portSecurity }) => port && `${port}${portSecurity ? ' (secured)' : ''}`,
    isShown: (_isWide, rows) => rows.some(({ port }) => port !== undefined),
  },
  {
    head: 'SINCE',
    text: ({ since }) => since && tellTimestamp(since),
    // Replies to commands don't say.
    isShown: (_isWide, rows) => rows.some(({ since }) => since !== undefined),
  },
];

const RETENTION: TableColumn<v1.Reservation> = { head: 'RETENTION', text: retentionText };

const LIST_COLUMNS: readonly TableColumn<v1.Reservation>[] = [
  ...COLUMNS,
  { head: 'USED BY', text: usedText, isShown: (_isWide, rows) => rows.some(({ users }) => users.length > 0) },
  { head: 'KEPT', text: keptText, isShown: (_isWide, rows) => rows.some(({ retained }) => retained) },
  { ...RETENTION, isShown: inWide },
  LABELS,
];

const heldTable = ({ reservation }: { readonly reservation?: v1.Reservation }, isWide: boolean): string =>
  table([...COLUMNS, LABELS], reservation ? [reservation] : [], isWide);
