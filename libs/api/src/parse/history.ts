// Queries about the past.
import type { Address, Holder } from '@holdfast/ipam';
import { type Checked, all, andThen, bad, optional, required, valid } from '../checked';
import type { GetHistoryRequest, WhoHeldRequest } from '../contract';
import type { GetHistory, HistorySubject, WhoHeld } from '../query';
import * as fields from './fields';
import { page } from './page';
import { atLeastPosition } from './query';
import { timestampField } from './time';

export function parseGetHistory(request: GetHistoryRequest): Checked<GetHistory> {
  const { fromTime, toTime } = request;
  const query = all<GetHistory>({
    type: valid('GetHistory'),
    subject: subject(request.subject),
    subnet: optional(fields.name)('subnet', request.subnet),
    fromMs: fromTime ? timestampField('from_time', fromTime) : valid(undefined),
    toMs: toTime ? timestampField('to_time', toTime) : valid(undefined),
    page: page('GetHistory', request),
    atLeastPosition: atLeastPosition(request),
  });
  return andThen(query, ({ fromMs = -Infinity, toMs = Infinity }) =>
    fromMs < toMs ? query : bad('to_time', 'expected a time after from_time'),
  );
}

function subject(given: GetHistoryRequest['subject']): Checked<HistorySubject> {
  switch (given.case) {
    case 'address':
      return all<{ address: Address }>({ address: required(fields.addressField)('address', given.value) });
    case 'holder':
      return all<{ holder: Holder }>({ holder: required(fields.holderField)('holder', given.value) });
    case 'vip':
      return all<{ vip: string }>({ vip: required(fields.name)('vip', given.value) });
    case undefined:
      return bad('address', 'is required, or holder or vip: say whose history');
  }
}

export function parseWhoHeld(request: WhoHeldRequest): Checked<WhoHeld> {
  if (!request.at) return bad('at', 'is required');
  return all<WhoHeld>({
    type: valid('WhoHeld'),
    address: required(fields.addressField)('address', request.address),
    atMs: timestampField('at', request.at),
    subnet: optional(fields.name)('subnet', request.subnet),
    atLeastPosition: atLeastPosition(request),
  });
}
