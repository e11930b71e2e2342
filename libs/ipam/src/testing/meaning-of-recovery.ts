// What the stored events of a recovery mean (../golden-events.spec.ts): for ever, as test/golden/events is.
import type { LedgerRecordEvent } from '../ledger-record';
import type { SubnetEvent } from '../subnet';
import { address, holder, mac, pair } from './subnet-text';

export const MEANING_OF_RECOVERY: Readonly<Record<string, readonly (SubnetEvent | LedgerRecordEvent)[]>> = {
  'AddressWithheld.v1': [
    {
      type: 'AddressWithheld',
      address: address('10.16.0.100'),
      parties: [
        {
          holder: holder('vip/web'),
          saidBy: ['ledger'],
          ...pair('10.16.0.100'),
          mac: mac('02:88:0a:10:00:64'),
        },
        {
          holder: holder('pod/default/web-0'),
          saidBy: ['northbound', 'kubernetes'],
          ...pair('10.16.0.100 fd00:10:16::64'),
          ...{ port: 'web-0.default', portSecurity: true },
        },
      ],
      because: 'the ledger and the sides disagree',
    },
  ],
  'AddressSettled.v1': [
    {
      type: 'AddressSettled',
      address: address('fd00:10:16::64'),
      holder: holder('pod/default/web-0'),
      because: 'its machine answers for it',
    },
    { type: 'AddressSettled', address: address('10.16.0.100'), because: 'neither is there any more' },
  ],
  'SideRecovered.v1': [
    {
      type: 'SideRecovered',
      side: 'kubernetes',
      choice: 'shown',
      because: 'the ledger was restored from yesterday',
      replaced: {
        ledger: '2f0c4c0e-7a0b-4d0f-9a53-0d5a3c1b7e42',
        position: '15',
        event: 'subnet-ovn-default@7/1b671a64-40d5-891e-99b0-da01ff1f3341',
        incarnation: '8d6f7a52-90cf-4c43-a7a1-55c07a9b0f16',
      },
      shownPosition: '14',
    },
    {
      type: 'SideRecovered',
      side: 'northbound',
      choice: 'ledger',
      because: 'staging had it',
      replaced: { ledger: '9b2d6a7e-0d9c-4c43-8a53-55c07a9b0f16' },
    },
  ],
};
