// What is compared how.
import type { DueKey, Kind } from '../model/row-keys';
import type { Batch, Plan } from './plan';
import { planForeignPort } from './plan-foreign-port';
import { planPort } from './plan-port';
import { planRule } from './plan-rule';
import { planRouter, planSubnet } from './plan-subnet';
import { planVip } from './plan-vip';

/** `explains`: whether to say what is different. */
type Planner = (key: DueKey, batch: Batch, explains: boolean) => Plan;

export const planners: { readonly [K in Kind]: Planner } = {
  router: planRouter,
  subnet: planSubnet,
  port: planPort,
  vip: planVip,
  foreign: planForeignPort,
  rule: planRule,
};
