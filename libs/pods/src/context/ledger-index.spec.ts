import { type SubnetEvent, touches } from '@holdfast/ipam';
import { commandsTo, eventsOf, holder } from '@holdfast/ipam/testing';
import { MemoryLedger } from '@holdfast/ledger/testing';
import { LedgerIndex } from './ledger-index';

const subnet = 'blue';
const [pod, vm] = [holder('pod/default/db'), holder('vm/default/db')];
const user = { object: 'pod/default/db', uid: 'u1' };

describe('LedgerIndex', () => {
  it("has a reservation's users and owner under the holder as which it goes on", async () => {
    const { define, reserve } = commandsTo(subnet);
    const { held, reserved } = eventsOf(subnet);
    const ledger = new MemoryLedger();
    for (const command of [define('10.16.0.0/24'), reserve('vm/default/db', '', { user })])
      await ledger.execute(command, 'ann', 'http');
    const index = new LedgerIndex(() => ledger.view);
    const began: SubnetEvent = reserved('pod/default/db', '10.16.0.2');
    for (const event of [began, { type: 'UserAttached', holder: pod, user, isPrimary: true } as const])
      index.apply(subnet, touches(event));
    expect([index.usesOf(user.object), index.placesOf(vm)]).toEqual([[], []]);
    const [takes, none] = [held('10.16.0.2'), { takes: undefined, port: undefined }];
    const others = [{ ...none, holder: pod, gives: takes }];
    index.apply(subnet, { ...touches(reserved('vm/default/db', '10.16.0.2')), others, continues: pod });
    expect(index.usesOf(user.object)).toEqual([{ subnet, holder: vm, uid: 'u1' }]);
    expect(index.placesOf(vm)).toEqual([{ subnet, holder: vm }]);
  });
});
