// Every operation that Holdfast offers, and where: one table for gRPC, HTTP and NATS.
import {
  HistoryService,
  LabelService,
  PoolService,
  ReservationService,
  RuleService,
  StatusService,
  SubnetService,
  VipService,
} from './contract';
import { type Answer, type MeaningOf, type Operation, type ReplyOf, command, query } from './operation';
import { parseGetHistory, parseWhoHeld } from './parse/history';
import { parseSetLabels } from './parse/label';
import { parseDefinePool, parseGetPool, parseListPools, parseRetirePool } from './parse/pool';
import {
  parseGetReservation,
  parseGetRule,
  parseGetStatus,
  parseGetSubnet,
  parseGetVip,
  parseListFreeAddresses,
  parseListReservations,
  parseListRules,
  parseListSubnets,
  parseListVips,
} from './parse/query';
import { parseMoveAddress, parseReleaseAddress, parseReserveAddress } from './parse/reservation';
import { parseDefineRule, parseRetireRule, parseReviseRule, parseSetRuleBackends } from './parse/rule';
import { parseDefineSubnet, parseRetireSubnet, parseReviseSubnet } from './parse/subnet';
import {
  parseGrantVipParent,
  parseReleaseVip,
  parseReserveVip,
  parseReviseVip,
  parseWithdrawVipParent,
} from './parse/vip';
import {
  parseAttachUser,
  parseDetachUser,
  parseEndOwner,
  parseMovePrimary,
  parseReleaseExpired,
  parseSetRetention,
} from './parse/user';
import {
  presentBackendsReply,
  presentEndReply,
  presentLabelsReply,
  presentParentReply,
  presentPoolReply,
  presentReceipt,
  presentReservationReply,
  presentRuleReply,
  presentSubnetReply,
  presentUpgradeReply,
  presentUserReply,
  presentVipReply,
} from './present/command-reply';
import { parseFinishUpgrade } from './parse/upgrade';
import { type HttpMethod, matchPath } from './route';

const subnets = SubnetService.method;
const pools = PoolService.method;
const reservations = ReservationService.method;
const vips = VipService.method;
const rules = RuleService.method;
const history = HistoryService.method;
const poolOf = '/v1/subnets/{subnet}/pools/{name}';
const reservationsOf = '/v1/subnets/{subnet}/reservations';
const parentOf = '/v1/vips/{name}/parents/{port}';
const ruleOf = '/v1/subnets/{subnet}/rules/{name}';

// prettier-ignore
export const operations = {
  DefineSubnet: command(subnets.defineSubnet, 'POST /v1/subnets', 'subnets.define', parseDefineSubnet, presentSubnetReply),
  ReviseSubnet: command(subnets.reviseSubnet, 'PATCH /v1/subnets/{name}', 'subnets.revise', parseReviseSubnet, presentSubnetReply),
  RetireSubnet: command(subnets.retireSubnet, 'DELETE /v1/subnets/{name}', 'subnets.retire', parseRetireSubnet, presentReceipt),
  GetSubnet: query(subnets.getSubnet, 'GET /v1/subnets/{name}', 'subnets.get', parseGetSubnet),
  ListSubnets: query(subnets.listSubnets, 'GET /v1/subnets', 'subnets.list', parseListSubnets),
  ListFreeAddresses: query(subnets.listFreeAddresses, 'GET /v1/subnets/{subnet}/free-addresses', 'subnets.list-free-addresses', parseListFreeAddresses),

  DefinePool: command(pools.definePool, `PUT ${poolOf}`, 'pools.define', parseDefinePool, presentPoolReply),
  RetirePool: command(pools.retirePool, `DELETE ${poolOf}`, 'pools.retire', parseRetirePool, presentReceipt),
  GetPool: query(pools.getPool, `GET ${poolOf}`, 'pools.get', parseGetPool),
  ListPools: query(pools.listPools, 'GET /v1/pools', 'pools.list', parseListPools),

  ReserveAddress: command(reservations.reserveAddress, `POST ${reservationsOf}`, 'reservations.reserve', parseReserveAddress, presentReservationReply),
  MoveAddress: command(reservations.moveAddress, `PATCH ${reservationsOf}/{holder=**}`, 'reservations.move', parseMoveAddress, presentReservationReply),
  ReleaseAddress: command(reservations.releaseAddress, `DELETE ${reservationsOf}/{holder=**}`, 'reservations.release', parseReleaseAddress, presentReservationReply),
  AttachUser: command(reservations.attachUser, 'POST /v1/subnets/{subnet}/users/{holder=**}', 'reservations.attach-user', parseAttachUser, presentUserReply),
  DetachUser: command(reservations.detachUser, 'DELETE /v1/subnets/{subnet}/users/{holder=**}', 'reservations.detach-user', parseDetachUser, presentEndReply),
  MovePrimary: command(reservations.movePrimary, 'PUT /v1/subnets/{subnet}/primary-users/{holder=**}', 'reservations.move-primary', parseMovePrimary, presentUserReply),
  EndOwner: command(reservations.endOwner, 'DELETE /v1/subnets/{subnet}/owners/{holder=**}', 'reservations.end-owner', parseEndOwner, presentEndReply),
  ReleaseExpired: command(reservations.releaseExpired, 'DELETE /v1/subnets/{subnet}/expired-reservations/{holder=**}', 'reservations.release-expired', parseReleaseExpired, presentEndReply),
  SetRetention: command(reservations.setRetention, 'PUT /v1/subnets/{subnet}/retention/{holder=**}', 'reservations.set-retention', parseSetRetention, presentReceipt),
  GetReservation: query(reservations.getReservation, `GET ${reservationsOf}/{holder=**}`, 'reservations.get', parseGetReservation),
  ListReservations: query(reservations.listReservations, 'GET /v1/reservations', 'reservations.list', parseListReservations),

  ReserveVip: command(vips.reserveVip, 'POST /v1/vips', 'vips.reserve', parseReserveVip, presentVipReply),
  ReviseVip: command(vips.reviseVip, 'PUT /v1/vips/{name}', 'vips.revise', parseReviseVip, presentVipReply),
  ReleaseVip: command(vips.releaseVip, 'DELETE /v1/vips/{name}', 'vips.release', parseReleaseVip, presentVipReply),
  GrantVipParent: command(vips.grantVipParent, `PUT ${parentOf}`, 'vips.grant-parent', parseGrantVipParent, presentParentReply),
  WithdrawVipParent: command(vips.withdrawVipParent, `DELETE ${parentOf}`, 'vips.withdraw-parent', parseWithdrawVipParent, presentParentReply),
  GetVip: query(vips.getVip, 'GET /v1/vips/{name}', 'vips.get', parseGetVip),
  ListVips: query(vips.listVips, 'GET /v1/vips', 'vips.list', parseListVips),

  DefineRule: command(rules.defineRule, 'POST /v1/rules', 'rules.define', parseDefineRule, presentRuleReply),
  ReviseRule: command(rules.reviseRule, `PUT ${ruleOf}`, 'rules.revise', parseReviseRule, presentRuleReply),
  RetireRule: command(rules.retireRule, `DELETE ${ruleOf}`, 'rules.retire', parseRetireRule, presentReceipt),
  SetRuleBackends: command(rules.setRuleBackends, `PUT ${ruleOf}/backends`, 'rules.set-backends', parseSetRuleBackends, presentBackendsReply),
  GetRule: query(rules.getRule, `GET ${ruleOf}`, 'rules.get', parseGetRule),
  ListRules: query(rules.listRules, 'GET /v1/rules', 'rules.list', parseListRules),

  SetLabels: command(LabelService.method.setLabels, 'PUT /v1/labels/{subject=**}', 'labels.set', parseSetLabels, presentLabelsReply),

  GetHistory: query(history.getHistory, 'GET /v1/history', 'history.get', parseGetHistory),
  WhoHeld: query(history.whoHeld, 'GET /v1/addresses/{address}/holders', 'history.who-held', parseWhoHeld),

  GetStatus: query(StatusService.method.getStatus, 'GET /v1/status', 'status.get', parseGetStatus),
  FinishUpgrade: command(StatusService.method.finishUpgrade, 'POST /v1/upgrade', 'status.finish-upgrade', parseFinishUpgrade, presentUpgradeReply),
};

export type Operations = typeof operations;
export type OperationName = keyof Operations;

/** What carries the operations out: one function each, so that a new operation without one does not compile. */
export type Handlers<Context> = {
  readonly [Name in OperationName]: (
    meaning: MeaningOf<Operations[Name]>,
    context: Context,
  ) => Promise<Answer<ReplyOf<Operations[Name]>>>;
};

export const operationList: readonly Operation[] = Object.values(operations);

export type FoundOperation =
  | { readonly operation: Operation; readonly pathFields: Readonly<Record<string, string>> }
  /** No such path, or (`methodsAllowed` not empty: HTTP status 405) not with this method. */
  | { readonly operation?: undefined; readonly methodsAllowed: readonly HttpMethod[] };

/** @param path of the URL as it came, without the query */
export function findHttpOperation(method: string, path: string): FoundOperation {
  const methodsAllowed: HttpMethod[] = [];
  for (const operation of operationList) {
    const pathFields = matchPath(operation.route, path);
    if (!pathFields) continue;
    if (operation.route.method === method) return { operation, pathFields };
    methodsAllowed.push(operation.route.method);
  }
  return { methodsAllowed };
}
