// Which addresses and MAC a holder gets: those it names, if they may be had, and for the rest the next free
// ones; all of them or none.
import { type Address, type Family, familyOf, formatAddress, formatCidr } from '../../address';
import type { Holder } from '../../holder';
import { type Rejection, invalid, reject } from '../../rejection';
import type { Moment } from '../decision/decision';
import { poolNotFound } from '../decision/rejections';
import type { HeldAddress } from '../events';
import { AddressSpaceReader } from '../space/address-space';
import type { SubnetState } from '../state/state';
import { withheldFrom } from '../withheld/settle-address';
import type { AddressRequest, Chosen } from './address-request';
import { chooseMac } from './choose-mac';

/** @param kept what the holder has already and is not asked to give up */
export function chooseAddresses(
  state: SubnetState,
  holder: Holder,
  request: AddressRequest,
  moment: Moment,
  kept: Partial<HeldAddress> = {},
): Chosen<HeldAddress> {
  const missing = familyNotHere(state, request);
  if (missing) return missing;
  const { pool } = request;
  if (pool !== undefined && !state.definition?.pools?.some(({ name }) => name === pool))
    return poolNotFound(state, pool);
  const v4 = chooseAddress(state, holder, 4, request, moment, kept.v4);
  if (v4.rejected) return v4;
  const v6 = chooseAddress(state, holder, 6, request, moment, kept.v6);
  if (v6.rejected) return v6;
  const pair = { v4: v4.chosen as number | undefined, v6: v6.chosen as bigint | undefined };
  const first = pair.v4 ?? pair.v6;
  if (first === undefined)
    return invalid('families', 'name at least one, or none for every family of the subnet');
  const mac = chooseMac(state, holder, first, request.mac ?? kept.mac);
  return mac.rejected ? mac : { chosen: { ...pair, mac: mac.chosen } };
}

function familyNotHere(state: SubnetState, request: AddressRequest): { rejected: Rejection } | undefined {
  const named = [request.v4, request.v6].filter((address) => address !== undefined).map(familyOf);
  const absent = [...(request.families ?? []), ...named].find((family) => !state.space(family));
  if (absent === undefined) return undefined;
  return reject(
    'FamilyUnavailable',
    `Subnet ${state.name} has no IPv${absent} block; ask for the family it has, or revise the subnet.`,
    { subnet: state.name, family: `IPv${absent}` },
  );
}

function chooseAddress(
  state: SubnetState,
  holder: Holder,
  family: Family,
  request: AddressRequest,
  moment: Moment,
  kept: Address | undefined,
): Chosen<Address | undefined> {
  const named = family === 4 ? request.v4 : request.v6;
  if (named !== undefined) return chooseNamed(state, holder, named, moment);
  if (kept !== undefined) return { chosen: kept };
  const isRequested = state.space(family) !== undefined && (request.families?.includes(family) ?? true);
  return isRequested ? chooseNext(state, family, moment, request.pool) : { chosen: undefined };
}

function chooseNamed(state: SubnetState, holder: Holder, address: Address, moment: Moment): Chosen<Address> {
  const text = formatAddress(address);
  const facts = { subnet: state.name, address: text };
  const space = state.space(familyOf(address)) as AddressSpaceReader;
  const block = formatCidr(space.cidr);
  switch (space.unusable(address)) {
    case 'out-of-range':
      return reject(
        'AddressOutOfRange',
        `${text} is outside ${block} of subnet ${state.name}; name an address inside it.`,
        { ...facts, cidr: block },
      );
    case 'network':
      return reject(
        'AddressNotUsable',
        `${text} is the first or last address of ${block} in subnet ${state.name}, which nobody may have; name one in between.`,
        { ...facts, reason: 'network' },
      );
    case 'gateway':
      return reject(
        'AddressNotUsable',
        `${text} is the gateway of subnet ${state.name}; name another one, or revise the subnet.`,
        { ...facts, reason: 'gateway' },
      );
    case undefined:
  }
  const taken = state.byAddress.get(address);
  if (taken && taken.holder !== holder) {
    return reject(
      'AddressTaken',
      `${text} of subnet ${state.name} is held by ${taken.holder}; name another one, or have it released first.`,
      { ...facts, holder: taken.holder },
    );
  }
  const withheld = withheldFrom(state, holder, address);
  if (withheld) return withheld;
  // Whose it is, an operator said: whoever had it before is no reason to wait.
  if (state.withheld.of(address)) return { chosen: address };
  return coolingOff(state, holder, address, moment) ?? { chosen: address };
}

/** The last holder may have its own address back at once: nobody else's caches can be wrong about it. */
function coolingOff(
  state: SubnetState,
  holder: Holder,
  address: Address,
  moment: Moment,
): { rejected: Rejection } | undefined {
  const last = state.lastHolder(address);
  const untilMs = (last?.releasedAtMs ?? 0) + (state.definition?.coolingMs ?? 0);
  if (!last || last.holder === holder || untilMs <= moment.nowMs) return undefined;
  const until = new Date(untilMs).toISOString();
  return reject(
    'AddressCooling',
    `${formatAddress(address)} of subnet ${state.name} was released by ${last.holder} and cools until ${until}; ask again then.`,
    { subnet: state.name, address: formatAddress(address), until, formerHolder: last.holder },
  );
}

function chooseNext(
  state: SubnetState,
  family: Family,
  moment: Moment,
  pool: string | undefined,
): Chosen<Address> {
  const choice = state.space(family)?.next(moment.nowMs, state.definition?.coolingMs ?? 0, pool);
  if (choice?.address !== undefined) return { chosen: choice.address };
  const until = choice && 'coolingUntil' in choice ? choice.coolingUntil : undefined;
  const remedy =
    until === undefined
      ? 'release one, lift an exclusion or grow the subnet'
      : `the next released one stops cooling at ${new Date(until).toISOString()}`;
  const where = pool === undefined ? `Subnet ${state.name}` : `Pool ${pool} of subnet ${state.name}`;
  return reject('SubnetExhausted', `${where} has no free IPv${family} address; ${remedy}.`, {
    subnet: state.name,
    ...(pool !== undefined && { pool }),
    family: `IPv${family}`,
    ...(until !== undefined && { until: new Date(until).toISOString() }),
  });
}
