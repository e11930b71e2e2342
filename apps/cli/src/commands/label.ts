// `holdfast label`: sets and takes off labels of one thing, as `kubectl label` does. The server sets all of them at once,
// so what there is is looked up first: at the log's end.
import { Argument, type Command } from 'commander';
import { type Run, acting } from '../session/acting';
import type { ExitCode } from '../exit-code';
import { changingFlags } from '../flags';
import type { CliOutcome } from '../outcome';
import type { CliSession } from '../session/session';
import { UsageFault } from '../usage-fault';
import { LABEL, type LabelsText, labelsText } from './label-flags';

const NAMES = `
A pool is SUBNET/NAME, a reservation SUBNET/HOLDER: ovn-default/pod/default/web-0.`;

type Found = CliOutcome<{ readonly labels: LabelsText }>;

interface Kind {
  /** As the contract calls it. @param at where it is, and its name there */
  readonly subject: (name: string, at: readonly [subnet: string, name: string]) => string;
  readonly find: (
    session: CliSession,
    name: string,
    at: readonly [subnet: string, name: string],
    atLeastPosition: string,
  ) => Promise<Found>;
}

const KINDS: Readonly<Record<string, Kind>> = {
  subnet: {
    subject: (name) => `subnets/${name}`,
    find: async (session, name, _at, atLeastPosition) =>
      labelled(await session.find('GetSubnet', { name, atLeastPosition }), ({ subnet }) => subnet),
  },
  pool: {
    subject: (_, [subnet, name]) => `subnets/${subnet}/pools/${name}`,
    find: async (session, _, [subnet, name], atLeastPosition) =>
      labelled(await session.find('GetPool', { subnet, name, atLeastPosition }), ({ pool }) => pool),
  },
  reservation: {
    subject: (_, [subnet, holder]) => `subnets/${subnet}/reservations/${holder}`,
    find: async (session, _, [subnet, holder], atLeastPosition) =>
      labelled(
        await session.find('GetReservation', { subnet, holder, atLeastPosition }),
        ({ reservation }) => reservation,
      ),
  },
  vip: {
    subject: (name) => `vips/${name}`,
    find: async (session, name, _at, atLeastPosition) =>
      labelled(await session.find('GetVip', { name, atLeastPosition }), ({ vip }) => vip),
  },
};

export function addLabelCommand(program: Command, run: Run): void {
  const label = program
    .command('label')
    .description('Set labels of something (key=value), and take them off (key-). The others stay.')
    .addArgument(new Argument('<kind>', 'of which kind it is').choices(Object.keys(KINDS)))
    .argument('<name>', 'what it is called')
    .argument('<changes...>', 'key=value or key-')
    .addHelpText('after', NAMES);
  acting(changingFlags(label, run.io), run, (session, _flags, kind: string, name: string, ...changes) =>
    setLabels(session, kind, name, changes),
  );
}

async function setLabels(
  session: CliSession,
  kindName: string,
  name: string,
  changes: readonly string[],
): Promise<ExitCode> {
  const kind = KINDS[kindName] as Kind;
  const read = changes.map(readChange);
  const at = placeOf(kindName, name);
  const status = await session.find('GetStatus', {});
  if (status.refusal) return session.tell('GetStatus', status, () => '');
  const found = await kind.find(session, name, at, status.reply.position);
  if (found.refusal) return session.tell('SetLabels', found, () => '');
  const labels: Record<string, string> = { ...found.reply.labels };
  for (const [key, value] of read) {
    if (value === undefined) delete labels[key];
    else labels[key] = value;
  }
  return session.change('SetLabels', { subject: kind.subject(name, at), labels }, (reply) => {
    const text = labelsText(reply);
    return `${kindName} ${name} has ${text === '' ? 'no labels' : `labels ${text}`}.\n`;
  });
}

/** `undefined`: to be taken off. */
function readChange(text: string): readonly [key: string, value: string | undefined] {
  const [, key, value] = LABEL.exec(text) ?? [];
  if (key !== undefined) return [key, value];
  if (/^[^=]+-$/.test(text)) return [text.slice(0, -1), undefined];
  throw new UsageFault(
    `${JSON.stringify(text)} is no change of a label: give key=value, or key- to take it off`,
  );
}

function placeOf(kind: string, name: string): readonly [subnet: string, name: string] {
  if (kind !== 'pool' && kind !== 'reservation') return ['', name];
  const slash = name.indexOf('/');
  if (slash <= 0) throw new UsageFault(`which ${kind}? Give SUBNET/${kind === 'pool' ? 'NAME' : 'HOLDER'}`);
  return [name.slice(0, slash), name.slice(slash + 1)];
}

function labelled<Reply>(
  outcome: CliOutcome<Reply>,
  of: (reply: Reply) => { readonly labels: LabelsText } | undefined,
): Found {
  return outcome.refusal ? outcome : { reply: { labels: of(outcome.reply)?.labels ?? {} } };
}
