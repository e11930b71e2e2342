// All planted bugs.
import { CLUSTER_BUGS } from './clusters';
import { COMMAND_BUGS } from './commands';
import { NORTHBOUND_BUGS } from './northbounds';
import type { PlantedBug } from './planted-bug';
import { POD_BUGS } from './pods';
import { RIVAL_BUGS } from './rivals';
import { RULE_BUGS } from './rules';
import { STORE_BUGS } from './stores';
import { USER_BUGS } from './users';

export const CATALOGUE: readonly PlantedBug[] = [
  ...RULE_BUGS,
  ...USER_BUGS,
  ...STORE_BUGS,
  ...COMMAND_BUGS,
  ...NORTHBOUND_BUGS,
  ...CLUSTER_BUGS,
  ...POD_BUGS,
  ...RIVAL_BUGS,
];
