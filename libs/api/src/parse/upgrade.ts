// The command that finishes an upgrade: the level that is meant is the server's own.
import { type Checked, valid } from '../checked';
import type { FinishUpgradeRequest } from '../contract';
import { type Asked, asked } from './options';

export interface FinishUpgradeOrder {
  readonly type: 'FinishUpgrade';
}

export const parseFinishUpgrade = ({ options }: FinishUpgradeRequest): Checked<Asked<FinishUpgradeOrder>> =>
  asked(valid<FinishUpgradeOrder>({ type: 'FinishUpgrade' }), options);
