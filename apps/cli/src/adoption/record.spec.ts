// In which order a plan is recorded, and what ends it.
import { systemClock } from '@holdfast/clock';
import { parseAddress, parseCidr, parseHolder } from '@holdfast/ipam';
import type { AdoptionOrder, AdoptionStep } from '@holdfast/kube';
import type { RemoteLedger } from '../ledger';
import type { CliOutcome } from '../outcome';
import { holderText, later, Recording } from './record';

const step = (order: AdoptionOrder, isSo = false): AdoptionStep => {
  return {
    order,
    who: holderText(order),
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

type Asked = {
  readonly name: string;
  readonly holder?: string;
  readonly actor: string;
  readonly commandId: string;
};

/** A ledger that answers as it is told to, at position 1, 2, 3... */
function ledgerOf(answer: (asked: Asked) => CliOutcome<never>['refusal'] | undefined) {
  const asked: Asked[] = [];
  const call = (name: string, request: Record<string, unknown>): Promise<CliOutcome<object>> => {
    const { actor, commandId } = request['options'] as { actor: string; commandId: string };
    const one = { name, holder: request['holder'] as string, actor, commandId };
    asked.push(one);
    const refusal = answer(one);
    return Promise.resolve(refusal ? { refusal } : { reply: { position: String(asked.length) } });
  };
  return { asked, ledger: { call } as unknown as RemoteLedger };
}

const refusal = (code: string, isFault: boolean) => {
  return { code, message: 'no', facts: { holder: 'node/n9' }, retryable: isFault, isFault };
};

describe('Recording', () => {
  it('asks for what is needed, Subnets first and each holder in order, and says on whose account', async () => {
    const { asked, ledger } = ledgerOf(() => undefined);
    const steps = [
      reserve('a'),
      attach('a'),
      reserve('b'),
      attach('b'),
      define,
      { ...reserve('c'), isSo: true },
    ];
    const recorded = await new Recording(ledger, systemClock, 'alice', '0').record(steps);
    expect(asked[0]?.name).toBe('DefineSubnet');
    for (const name of ['a', 'b'])
      expect(asked.filter(({ holder }) => holder === `pod/default/${name}`).map((it) => it.name)).toEqual([
        'ReserveAddress',
        'AttachUser',
      ]);
    expect(asked).toHaveLength(5);
    expect(asked[1]?.actor).toBe('import:kube-ovn by alice (uid u1, resourceVersion 7)');
    expect(recorded).toMatchObject({ position: '5', conflicts: [] });
    expect(recorded.done).toEqual(new Set(steps.slice(0, 5)));
  });

  it('takes a refusal for a conflict, and leaves out what came after it', async () => {
    const { asked, ledger } = ledgerOf(({ name, holder }) =>
      name === 'ReserveAddress' && holder === 'pod/default/a' ? refusal('AddressTaken', false) : undefined,
    );
    const steps = [reserve('a'), attach('a'), reserve('b')];
    const { done, conflicts, fault } = await new Recording(ledger, systemClock, 'alice', '0').record(steps);
    expect([[...done], fault, asked.length]).toEqual([[steps[2]], undefined, 2]);
    expect(conflicts).toMatchObject([
      {
        code: 'LedgerDiffers',
        parties: [{ who: 'pod/default/a' }, { who: 'node/n9' }],
        heldBack: ['pod/default/a'],
      },
    ]);
  });

  it('ends with what nobody decided', async () => {
    const { asked, ledger } = ledgerOf(() => refusal('Unavailable', true));
    const { done, conflicts, fault } = await new Recording(ledger, systemClock, 'alice', '0').record([
      define,
      reserve('a'),
    ]);
    expect([done.size, conflicts, fault?.code, asked.length]).toEqual([0, [], 'Unavailable', 1]);
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
