// What recovery found and did, for people and for programs.
import { formatAddress, formatMac, type RecoveryChoice, type WithheldParty } from '@holdfast/ipam';
import {
  partyText,
  type PlaneSide,
  type RecoveryReport,
  type RecoveryRow,
  ROW_STATES,
} from '@holdfast/kube-ovn-import';
import { inWide, plain, table, type TableColumn } from '../format/table';

export function recoveryJson({ seen, steps, refused, isApplied, fenced }: RecoveryReport): object {
  return {
    applied: isApplied,
    ledger: seen.plane.ledger,
    sides: seen.plane.sides,
    rows: seen.rows.map(({ subnet, address, state, parties }) => ({
      ...{ subnet, address: formatAddress(address), state },
      parties: parties.map(partyJson),
    })),
    ifShown: {
      record: [...steps.spaces, ...steps.record].map(({ name, who, subnet, addresses }) => {
        return { operation: name, who, subnet, addresses: addresses.map(formatAddress) };
      }),
      withhold: steps.withhold.flatMap(({ subnet, addresses }) =>
        addresses.map(({ address }) => ({ subnet, address: formatAddress(address) })),
      ),
    },
    refused: refused.map(({ who, what, refusal: { code, message } }) => ({ who, what, code, message })),
    fenced,
  };
}

const partyJson = ({ holder, saidBy, v4, v6, mac }: WithheldParty): object => ({
  ...{ holder, saidBy },
  ...(v4 !== undefined && { v4: formatAddress(v4) }),
  ...(v6 !== undefined && { v6: formatAddress(v6) }),
  ...(mac !== undefined && { mac: formatMac(mac) }),
});

/** Rows in which all agree are for who asks for all. */
export function recoveryText(
  report: RecoveryReport,
  choice: RecoveryChoice | undefined,
  isWide: boolean,
): string {
  const { rows, plane } = report.seen;
  const shown = isWide ? rows : rows.filter(({ state }) => state !== 'agrees');
  return [
    table(SIDE_COLUMNS, plane.sides, isWide),
    shown.length > 0 ? table(ROW_COLUMNS, shown, isWide) : '',
    `${summary(rows)}\n${report.isApplied ? outcome(report) : choices(report, choice)}`,
  ]
    .filter((part) => part !== '')
    .join('\n');
}

function summary(rows: readonly RecoveryRow[]): string {
  const counts = ROW_STATES.map((state) => ({
    state,
    count: rows.filter((row) => row.state === state).length,
  }));
  const parts = counts.filter(({ count }) => count > 0).map(({ state, count }) => `${state}: ${count}`);
  return parts.length > 0 ? `Addresses: ${parts.join('; ')}.` : 'Addresses: none.';
}

/** What each choice would do, in numbers. */
function choices({ seen, steps, fenced }: RecoveryReport, choice: RecoveryChoice | undefined): string {
  const sides = fenced.length > 0 ? fenced.join(', ') : 'no side';
  const unshown = seen.rows.filter(({ state }) => state === 'not shown').length;
  const lost = seen.rows.filter(({ state }) => state === 'not recorded' || state === 'moved').length;
  const withheld = steps.withhold.reduce((count, { addresses }) => count + addresses.length, 0);
  const recorded = new Set(steps.record.map(({ who }) => who)).size;
  const lines = [
    `--choose=ledger: goes on at ${sides} with what the ledger has; addresses that are shown, and anybody's from then on: ${lost}.`,
    `--choose=shown: records what is shown (holders: ${recorded}), withholds what is disputed (addresses: ${withheld}), keeps what nobody shows (${unshown}); then goes on at ${sides}.`,
  ];
  const next = choice === undefined ? 'choose one of them, with --apply' : '--apply does it';
  const isNeeded = fenced.length > 0 || steps.record.length > 0 || withheld > 0;
  return `${lines.join('\n')}\n${isNeeded ? `Nothing was changed; ${next}.` : 'Nothing is left to do.'}\n`;
}

function outcome({ seen, fenced, refused }: RecoveryReport): string {
  const withheld = seen.rows.filter(({ state }) => state === 'withheld').length;
  const ofSides = fenced.length > 0 ? `Fenced still: ${fenced.join(', ')}.` : 'No side is fenced.';
  const ofAddresses =
    withheld > 0 ? ` Withheld: ${withheld}; say whose they are with --holder ADDRESS=HOLDER --apply.` : '';
  const ofSteps = refused.length > 0 ? ` Refused: ${refused.length}.` : '';
  return `${ofSides}${ofAddresses}${ofSteps}\n`;
}

const SIDE_COLUMNS: readonly TableColumn<PlaneSide>[] = [
  { head: 'SIDE', text: ({ side }) => side },
  { head: 'STATE', text: ({ state, why }) => (why === undefined ? state : `${state} (${why})`) },
  { head: 'ITS LEDGER', text: ({ found }) => found?.mark.ledger ?? '' },
  { head: 'POSITION', text: ({ found }) => found?.mark.position ?? '' },
  { head: 'WHY', text: ({ message }) => plain(message ?? '') },
];

const saidBy =
  (sayer: string) =>
  ({ parties }: RecoveryRow): string =>
    parties
      .filter((party) => party.saidBy.includes(sayer))
      .map(({ holder }) => holder)
      .join(',');

const ROW_COLUMNS: readonly TableColumn<RecoveryRow>[] = [
  { head: 'STATE', text: ({ state }) => state },
  { head: 'SUBNET', text: ({ subnet }) => subnet },
  { head: 'ADDRESS', text: ({ address }) => formatAddress(address) },
  { head: 'LEDGER', text: saidBy('ledger') },
  { head: 'NORTHBOUND', text: saidBy('northbound') },
  { head: 'KUBERNETES', text: saidBy('kubernetes') },
  {
    head: 'MAC',
    text: ({ parties }) =>
      parties.flatMap(({ mac }) => (mac === undefined ? [] : [formatMac(mac)])).join(','),
    isShown: inWide,
  },
  { head: 'SAID', text: ({ parties }) => parties.map(partyText).join(', '), isShown: inWide },
];
