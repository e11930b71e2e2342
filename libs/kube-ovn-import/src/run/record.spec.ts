// In which order a plan is recorded, and what ends it.
import { systemClock } from '@holdfast/clock';
import { parseAddress, parseCidr, parseHolder } from '@holdfast/ipam';
import type { ImportCommand, ImportStep } from '../plan/import-step';
import type { LedgerCallOutcome, LedgerClient } from './ledger-client';
import { later } from './position';
import { holderText, Recording } from './record';

const step = (command: ImportCommand, isSo = false): ImportStep => {
  return {
    command,
    who: holderText(command),
    isSo,
    sources: [{ object: 'pods/default/a', uid: 'u1', resourceVersion: '7', part: 'spec' }],
  };
};
const cidrs = [parseCidr('10.0.0.0/24') as NonNullable<ReturnType<typeof parseCidr>>];
const holderOf = (name: string) =>
  parseHolder(`pod/default/${name}`) as NonNullable<ReturnType<typeof parseHolder>>;
const define = step({ type: 'DefineSubnet', subnet: 'a', cidrs });
const reserve = (name: string) =>
  step({
    type: 'ReserveAddress',
    subnet: 'a',
    holder: holderOf(name),
    v4: parseAddress('10.0.0.5') as number,
  });
const attach = (name: string) =>
  step({
    ...{ type: 'AttachUser', subnet: 'a', holder: holderOf(name) },
    user: { object: `pod/default/${name}`, uid: 'u1' },
  });

type SentRequest = {
  readonly name: string;
  readonly holder?: string;
  readonly actor: string;
  readonly commandId: string;
};

/** A ledger that answers as it is told to, at position 1, 2, 3... */
function ledgerOf(answer: (sent: SentRequest) => LedgerCallOutcome<never>['refusal'] | undefined) {
  const sent: SentRequest[] = [];
  const call = (name: string, request: Record<string, unknown>): Promise<LedgerCallOutcome<object>> => {
    const { actor, commandId } = request['options'] as { actor: string; commandId: string };
    const one = { name, holder: request['holder'] as string, actor, commandId };
    sent.push(one);
    const refusal = answer(one);
    return Promise.resolve(refusal ? { refusal } : { reply: { position: String(sent.length) } });
  };
  return { sent, ledger: { call } as unknown as LedgerClient };
}

const refusal = (code: string, isFault: boolean) => {
  return { code, message: 'no', facts: { holder: 'node/n9' }, retryable: isFault, isFault };
};

describe('Recording', () => {
  it('asks for what is needed, Subnets first and each holder in order, and says on whose account', async () => {
    const { sent, ledger } = ledgerOf(() => undefined);
    const steps = [
      reserve('a'),
      attach('a'),
      reserve('b'),
      attach('b'),
      define,
      { ...reserve('c'), isSo: true },
    ];
    const recorded = await new Recording(ledger, systemClock, 'alice', '0').record(steps);
    expect(sent[0]?.name).toBe('DefineSubnet');
    for (const name of ['a', 'b'])
      expect(sent.filter(({ holder }) => holder === `pod/default/${name}`).map((it) => it.name)).toEqual([
        'ReserveAddress',
        'AttachUser',
      ]);
    expect(sent).toHaveLength(5);
    expect(sent[1]?.actor).toBe('import:kube-ovn by alice (uid u1, resourceVersion 7)');
    expect(recorded).toMatchObject({ position: '5', conflicts: [] });
    expect(recorded.done).toEqual(new Set(steps.slice(0, 5)));
  });

  it('takes a refusal for a conflict, and leaves out what came after it', async () => {
    const { sent, ledger } = ledgerOf(({ name, holder }) =>
      name === 'ReserveAddress' && holder === 'pod/default/a' ? refusal('AddressTaken', false) : undefined,
    );
    const steps = [reserve('a'), attach('a'), reserve('b')];
    const { done, conflicts, fault } = await new Recording(ledger, systemClock, 'alice', '0').record(steps);
    expect([[...done], fault, sent.length]).toEqual([[steps[2]], undefined, 2]);
    expect(conflicts).toMatchObject([
      {
        code: 'LedgerDiffers',
        parties: [{ who: 'pod/default/a' }, { who: 'node/n9' }],
        heldBack: ['pod/default/a'],
      },
    ]);
  });

  it('ends with what nobody decided', async () => {
    const { sent, ledger } = ledgerOf(() => refusal('Unavailable', true));
    const { done, conflicts, fault } = await new Recording(ledger, systemClock, 'alice', '0').record([
      define,
      reserve('a'),
    ]);
    expect([done.size, conflicts, fault?.code, sent.length]).toEqual([0, [], 'Unavailable', 1]);
  });
});

it.each([
  ['', '7', '7'],
  ['9', '10', '10'],
  ['10/5', '10/4', '10/5'],
  ['7', '7', '7'],
])('the later of %j and %j is %j', (a, b, latest) => {
  expect(later(a, b)).toBe(latest);
});
