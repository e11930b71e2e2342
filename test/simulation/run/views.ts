// Every process' view beside the history's own bookkeeping: who holds what, and the counts, counted anew.
import { isDeepStrictEqual } from 'node:util';
import { type SubnetState, addressesOf, formatPair } from '@holdfast/ipam';
import type { History } from '../check/history';
import { brokenInvariants } from '@holdfast/ipam/testing';
import { Violation } from '../engine/violation';
import type { World } from '../world/world';
import { checkCounts } from '../check/uses';

export function checkViews({ history, processes }: World): void {
  checkCounts(history.view, history.owners);
  for (const state of history.view.subnets()) {
    const [broken] = brokenInvariants(state);
    if (broken) throw new Violation('counts', `${state.name}: ${broken}`);
    checkHolders('the log', state, history);
  }
  for (const { reader, isReady, life } of processes.values()) {
    if (!isReady || life.isOver || Number(reader.position) !== history.length) continue;
    for (const state of reader.view.subnets()) {
      const [broken] = brokenInvariants(state);
      if (broken) throw new Violation('counts', `${life.name}, ${state.name}: ${broken}`);
      // Where a clock was wrong, each says when it knew of it.
      const isDisturbed = history.isDisturbed(state.name) || !life.isRight();
      if (isDisturbed) checkHolders(life.name, state, history);
      else if (!isDeepStrictEqual(state, history.view.subnet(state.name)))
        throw new Violation('view-fold', `${life.name} shows ${state.name} otherwise than the log says`);
    }
    const [shown, said] = [reader.view, history.view].map((view) =>
      [...view.vips()].map(({ name, subnet }) => `${name} in ${subnet.name}`).sort(),
    );
    if (!isDeepStrictEqual(shown, said))
      throw new Violation(
        'view-fold',
        `${life.name} shows the Vips ${shown?.join()}, the log has ${said?.join()}`,
      );
  }
}

/** Who holds what, whenever it began. */
function checkHolders(whose: string, state: SubnetState, { owners }: History): void {
  const { held } = owners.book(state.name);
  if (held.size !== state.byHolder.size)
    throw new Violation(
      'view-fold',
      `${state.name} has ${state.byHolder.size} holders for ${whose}, the log ${held.size}`,
    );
  for (const [holder, reservation] of state.byHolder) {
    const expected = held.get(holder);
    if (
      !expected ||
      formatPair(expected) !== formatPair(reservation) ||
      expected.mac !== state.macOf(reservation)
    )
      throw new Violation(
        'view-fold',
        `${holder} of ${state.name} holds ${addressesOf(reservation).join()} for ${whose}, not what the log says`,
      );
  }
}
